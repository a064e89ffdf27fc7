//! Work that was begun and is not known to be done: after a crash, past a deadline, by another instance.

use std::sync::Arc;
use std::time::Duration;

use faas::FailureKind;
use faas_runtime_shim::clock::ManualClock;
use faas_runtime_shim::services::MemoryKv;
use futures_util::FutureExt;

use super::super::Gate;
use super::{app, charge, failed, functions, journal, order};

/// Begins the work and drops it half-way, as a process does that is killed.
fn crash<T>(work: impl Future<Output = T>) {
    assert!(work.now_or_never().is_none());
}

#[tokio::test]
async fn after_a_crash_the_lease_is_waited_for_and_the_work_done_again() {
    let app = app().start().await;
    crash(charge(&app, order(7, "wait")));
    failed(
        charge(&app, order(7, "")).await,
        FailureKind::Overload,
        "being done already",
    );
    app.clock().advance(Duration::from_millis(9_999));
    failed(
        charge(&app, order(7, "")).await,
        FailureKind::Overload,
        "being done already",
    );
    app.clock().advance(Duration::from_millis(1));
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 2");
    let logs = app.logs().join("\n");
    assert!(
        logs.contains("was begun at 2026-01-01T00:00:00Z and never ended: it is done again"),
        "{logs}"
    );
}

#[tokio::test]
async fn after_a_crash_the_work_is_held() {
    let app = app().start().await;
    crash(app.call(functions::transfer, order(7, "wait")));
    app.clock().advance(Duration::from_secs(10));
    for _ in 0..2 {
        let held = app.call(functions::transfer, order(7, "")).await;
        failed(
            held,
            FailureKind::Reject,
            "`[7]` was begun at 2026-01-01T00:00:00Z and never ended; it is held",
        );
    }
    assert_eq!(journal(&app).len(), 1);
    // a failure is no crash
    failed(
        app.call(functions::transfer, order(8, "retry")).await,
        FailureKind::Retry,
        "the bank",
    );
    app.call(functions::transfer, order(8, "")).await.unwrap();
    // nor is what is remembered for the usual day
    app.clock().advance(Duration::from_secs(86_400));
    app.call(functions::transfer, order(7, "")).await.unwrap();
}

#[tokio::test]
async fn who_is_past_its_deadline_has_lost_the_work() {
    let app = app().start().await;
    let slow = charge(&app, order(7, "wait"));
    let end = async {
        app.resource::<Gate>().unwrap().entered().await;
        app.clock().advance(Duration::from_secs(10));
    };
    let (slow, ()) = tokio::join!(slow, end);
    failed(slow, FailureKind::Deadline, "no answer within 10s");
    assert_eq!(charge(&app, order(7, "")).await.unwrap(), "receipt 2");
}

#[tokio::test]
async fn without_a_deadline_the_lease_is_kept_up() {
    let app = app().start().await;
    let gate = app.resource::<Gate>().unwrap();
    let long = app.call(functions::encode, order(7, "wait"));
    let others = async {
        gate.entered().await;
        for _ in 0..100 {
            app.clock().advance(Duration::from_secs(20));
            tokio::task::yield_now().await;
            let other = app.call(functions::encode, order(7, "")).await;
            failed(other, FailureKind::Overload, "being done already");
        }
        gate.open();
    };
    let (long, ()) = tokio::join!(long, others);
    long.unwrap();
    app.call(functions::encode, order(7, "")).await.unwrap();
    assert_eq!(journal(&app).len(), 1);
    crash(app.call(functions::encode, order(8, "wait")));
    app.clock().advance(Duration::from_secs(60));
    app.call(functions::encode, order(8, "")).await.unwrap();
}

#[tokio::test]
async fn instances_share_what_is_done() {
    let clock = ManualClock::new();
    let kv = MemoryKv::new(Arc::new(clock.clone()));
    let instance = || app().clock(&clock).kv(kv.clone()).start();
    let (one, other) = (instance().await, instance().await);
    assert_eq!(charge(&one, order(7, "")).await.unwrap(), "receipt 1");
    assert_eq!(charge(&other, order(7, "")).await.unwrap(), "receipt 1");
    assert!(journal(&other).is_empty());
    // each function has keys of its own
    other.call(functions::transfer, order(7, "")).await.unwrap();
    assert_eq!(journal(&other).len(), 1);
}

#[tokio::test]
async fn the_late_one_of_two_changes_nothing() {
    let clock = ManualClock::new();
    let kv = MemoryKv::new(Arc::new(clock.clone()));
    let instance = || app().clock(&clock).kv(kv.clone()).start();
    let (one, other) = (instance().await, instance().await);
    let late = one.call(functions::encode, order(7, "wait"));
    let rest = async {
        one.resource::<Gate>().unwrap().entered().await;
        // as if `one` had been stopped for a while: nobody polls it until the other is done
        clock.advance(Duration::from_secs(60));
        other
            .call(functions::encode, order(7, ""))
            .now_or_never()
            .unwrap()
            .unwrap();
        one.resource::<Gate>().unwrap().open();
    };
    let (late, ()) = tokio::join!(late, rest);
    failed(late, FailureKind::Overload, "being done already");
    other.call(functions::encode, order(7, "")).await.unwrap();
    assert_eq!(journal(&other).len(), 1);
}
