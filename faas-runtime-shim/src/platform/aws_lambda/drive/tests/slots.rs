//! Several polls at once, and what becomes of one that fails.

use std::num::NonZeroU16;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use tokio::sync::Barrier;

use super::super::mode::Mode;
use super::super::slots::Slots;
use super::{Answer, Platform, Reply, Setup, journal, note, noted, settings, until, within};
use crate::clock::{Clock, ManualClock, Moment};

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";
const POST: &str = "POST /2018-06-01/runtime/invocation/";
const TROUBLE: Reply = Reply::Answer(500, "", "{}");

fn managed(slots: u16) -> Mode {
    Mode::Managed {
        slots: NonZeroU16::new(slots).unwrap(),
    }
}

async fn start(platform: &Platform, setup: Setup, mode: Mode) -> Slots {
    let application = setup.build().await.unwrap();
    Slots::start(&platform.endpoint(), &application, settings(mode))
}

/// Hands out these ids, one to each poll, and accepts every answer; then polls wait.
fn hands(
    ids: &'static [&'static str],
    answered: u16,
) -> impl FnMut(&super::platform::Request) -> Reply {
    let mut left = ids.iter();
    move |request| {
        if !request.is(NEXT) {
            return Reply::Answer(answered, "", "{}");
        }
        match left.next() {
            Some(headers) => Reply::Answer(200, headers, "{}"),
            None => Reply::Never,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_slot_serves_at_the_same_time_and_answers_under_its_id() {
    let platform = Platform::start(hands(
        &[
            "Lambda-Runtime-Aws-Request-Id: one\r\n",
            "Lambda-Runtime-Aws-Request-Id: two\r\n",
            "Lambda-Runtime-Aws-Request-Id: three\r\n",
        ],
        202,
    ))
    .await;
    let setup = Setup {
        // none returns before all are there
        function: |parts, _| {
            Box::pin(async move {
                let all = parts.application().own(|| Barrier::new(3));
                all.wait().await;
                Ok(Answer::json("{}"))
            })
        },
        ..Setup::default()
    };
    let slots = start(&platform, setup, managed(3)).await;
    until(|| noted(POST) == 3 && noted(NEXT) == 6).await;
    for id in ["one", "two", "three"] {
        assert_eq!(noted(&format!("{POST}{id}/response")), 1, "{:?}", journal());
    }
    assert_eq!(platform.open(), 3, "each slot keeps its connection");
    assert!(within(slots.drain(Mode::Classic.shutdown())).await);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_is_refused_comes_back_and_the_others_go_on() {
    let mut refusals = 4;
    let platform = Platform::start(move |_| {
        if refusals > 0 {
            refusals -= 1;
            return TROUBLE;
        }
        Reply::Never
    })
    .await;
    let slots = start(&platform, Setup::default(), managed(3)).await;
    until(|| noted(NEXT) == 7 && platform.open() == 3).await;
    assert!(within(slots.drain(Mode::Classic.shutdown())).await);
    until(|| platform.open() == 0).await;
    assert_eq!(noted(NEXT), 7, "nobody polls any more");
}

#[tokio::test(start_paused = true)]
async fn an_instance_ends_when_no_slot_is_left() {
    for (mode, polls) in [(managed(2), 2 * 6), (Mode::Classic, 1)] {
        let before = noted(NEXT);
        let platform = Platform::start(|_| TROUBLE).await;
        let mut slots = start(&platform, Setup::default(), mode).await;
        within(slots.over()).await;
        assert_eq!(noted(NEXT) - before, polls, "{mode:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_is_never_in_the_right_state_is_given_up() {
    const WRONG: Reply = Reply::Answer(403, "", "{}");
    let platform = Platform::start(|_| WRONG).await;
    let before = tokio::time::Instant::now();
    let mut slots = start(&platform, Setup::default(), Mode::Classic).await;
    within(slots.over()).await;
    assert_eq!(noted(NEXT), 6);
    // 100 ms, and twice as long each time
    assert!(before.elapsed() >= Duration::from_millis(3_100));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_refused_ends_nothing() {
    for status in [400, 403, 410, 413, 500] {
        let platform =
            Platform::start(hands(&["Lambda-Runtime-Aws-Request-Id: late\r\n"], status)).await;
        let (polls, posts) = (noted(NEXT), noted(POST));
        let slots = start(&platform, Setup::default(), managed(1)).await;
        until(|| noted(NEXT) - polls == 2).await;
        assert_eq!(noted(POST) - posts, 1, "{status}: it is posted once");
        assert!(within(slots.drain(Mode::Classic.shutdown())).await);
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_with_an_answer_ends_a_classic_instance() {
    let platform = Platform::start(hands(&["Lambda-Runtime-Aws-Request-Id: one\r\n"], 500)).await;
    let mut slots = start(&platform, Setup::default(), Mode::Classic).await;
    within(slots.over()).await;
    assert_eq!((noted(NEXT), noted(POST)), (1, 1));
}

/// A clock that fails once.
#[derive(Debug, Default)]
struct Broken {
    clock: ManualClock,
    has_failed: AtomicBool,
}

impl Clock for Broken {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn wall(&self) -> SystemTime {
        assert!(
            self.has_failed.swap(true, Ordering::SeqCst),
            "as the test wants"
        );
        self.clock.wall()
    }

    fn sleep_until(&self, at: Moment) -> BoxFuture<'static, ()> {
        self.clock.sleep_until(at)
    }
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_panics_starts_again() {
    const EVENT: &str =
        "Lambda-Runtime-Aws-Request-Id: one\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n";
    let platform = Platform::start(hands(&[EVENT, EVENT], 202)).await;
    let setup = Setup {
        clock: Arc::new(Broken::default()),
        ..Setup::default()
    };
    let slots = start(&platform, setup, managed(1)).await;
    until(|| noted(NEXT) == 3).await;
    assert_eq!(noted(POST), 1);
    assert!(within(slots.drain(Mode::Classic.shutdown())).await);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_waits_to_come_back_stops_at_once() {
    let platform = Platform::start(|_| TROUBLE).await;
    let slots = start(&platform, Setup::default(), managed(4)).await;
    until(|| noted(NEXT) >= 4).await;
    assert!(within(slots.drain(Mode::Classic.shutdown())).await);
}

#[tokio::test(start_paused = true)]
async fn what_is_in_flight_is_answered_before_the_end() {
    let platform = Platform::start(hands(&["Lambda-Runtime-Aws-Request-Id: one\r\n"], 202)).await;
    let setup = Setup {
        function: |_, _| {
            Box::pin(async {
                note("in the handler");
                tokio::time::sleep(Mode::Classic.shutdown() / 2).await;
                Ok(Answer::json("{}"))
            })
        },
        ..Setup::default()
    };
    let slots = start(&platform, setup, managed(2)).await;
    until(|| noted("in the handler") == 1 && noted(NEXT) == 2).await;
    assert!(within(slots.drain(Mode::Classic.shutdown())).await);
    assert_eq!(noted(POST), 1);
    assert_eq!(noted(NEXT), 2, "no slot polls again");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_end_is_cut_off() {
    let platform = Platform::start(hands(&["Lambda-Runtime-Aws-Request-Id: one\r\n"], 202)).await;
    let setup = Setup {
        function: |_, _| {
            Box::pin(async {
                note("in the handler");
                std::future::pending().await
            })
        },
        ..Setup::default()
    };
    let slots = start(&platform, setup, managed(2)).await;
    until(|| noted("in the handler") == 1 && noted(NEXT) == 2).await;
    assert!(!within(slots.drain(Mode::Classic.shutdown())).await);
    until(|| platform.open() == 0).await;
    assert_eq!(noted(POST), 0);
}
