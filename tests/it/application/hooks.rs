//! Hooks at the start and at the end: all of them run, in order, and each failure is told.

use std::sync::Arc;

use super::{Journal, app, get, places, refused};

mod ordered {
    use std::sync::Arc;

    use faas::State;

    use super::super::Journal;

    struct Db;

    #[faas::resource]
    fn db(journal: State<Arc<Journal>>) -> Db {
        journal.note("db");
        Db
    }

    #[faas::on_start]
    async fn b_warm_up(journal: State<Arc<Journal>>, _: State<Db>) {
        tokio::task::yield_now().await;
        journal.note("start b");
    }

    #[faas::on_start]
    fn a_check(journal: State<Arc<Journal>>) -> Result<(), faas::Error> {
        journal.note("start a");
        Ok(())
    }

    #[faas::on_stop]
    async fn c_flush(journal: State<Arc<Journal>>) {
        tokio::task::yield_now().await;
        journal.note("stop c");
    }

    #[faas::on_stop]
    fn d_close(journal: State<Arc<Journal>>) {
        journal.note("stop d");
    }

    #[faas::http(GET, "/ready")]
    async fn ready(journal: State<Arc<Journal>>) {
        journal.note("request");
    }
}

mod failing {
    use std::future::pending;
    use std::sync::Arc;

    use faas::{Error, State};

    use super::super::Journal;

    #[faas::on_start]
    fn a_fails() -> Result<(), Error> {
        Err(Error::retry("the cache is cold"))
    }

    #[faas::on_start]
    fn b_panics() {
        panic!("no hook for today")
    }

    #[faas::on_start(timeout = "5ms")]
    async fn c_hangs() {
        pending().await
    }

    #[faas::on_start]
    fn d_runs(journal: State<Arc<Journal>>) {
        journal.note("d");
    }

    #[faas::invoke]
    async fn nothing() {}
}

mod needy {
    #[faas::on_stop]
    fn asks(_: faas::State<String>) {}

    #[faas::invoke]
    async fn nothing() {}
}

mod stopping {
    use faas::Error;

    #[faas::on_stop]
    fn fails() -> Result<(), Error> {
        Err(Error::retry("the queue is full"))
    }

    #[faas::on_stop]
    fn panics() {
        panic!("and so am I")
    }

    #[faas::invoke]
    async fn nothing() {}
}

#[tokio::test]
async fn starts_run_in_order_after_the_resources_and_stops_backwards() {
    let journal = Arc::new(Journal::default());
    let app = app(module_path!(), "ordered")
        .given(Arc::clone(&journal))
        .start()
        .await;
    assert_eq!(app.http(get("/ready")).await.status(), 200);
    app.stop().await.unwrap();
    assert_eq!(
        journal.read(),
        ["db", "start a", "start b", "request", "stop d", "stop c"]
    );
}

#[tokio::test]
async fn every_hook_that_fails_is_told_and_the_others_run() {
    let journal = Arc::new(Journal::default());
    let started = app(module_path!(), "failing")
        .given(Arc::clone(&journal))
        .real_time()
        .try_start()
        .await;
    let errors = refused(started);
    assert_eq!(errors.exit() as u8, 70);
    let text = errors.to_string();
    for part in [
        "hook `a_fails` at",
        ": the cache is cold",
        "hook `b_panics` at",
        ": it panicked: no hook for today",
        "hook `c_hangs` at",
        ": not done within 5ms",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert_eq!(places(&text, file!()).len(), 3, "{text}");
    assert_eq!(journal.read(), ["d"]);
}

#[tokio::test]
async fn a_hook_at_the_end_may_fail_without_stopping_the_others() {
    let app = app(module_path!(), "stopping").start().await;
    let text = app.stop().await.unwrap_err().to_string();
    assert!(text.contains("hook `fails` at"), "{text}");
    assert!(text.contains("it panicked: and so am I"), "{text}");
}

#[tokio::test]
async fn what_a_hook_needs_is_found_at_the_start() {
    let text = refused(app(module_path!(), "needy").try_start().await).to_string();
    assert!(text.contains("asked for by hook `asks`"), "{text}");
}

mod frozen {
    use std::sync::Arc;

    use faas::State;

    use super::super::Journal;

    #[faas::before_freeze]
    fn let_go(journal: State<Arc<Journal>>) {
        journal.note("let go");
    }

    #[faas::after_restore(timeout = "5s")]
    fn take_hold(journal: State<Arc<Journal>>) -> Result<(), faas::Error> {
        journal.note("take hold");
        Err(faas::Error::retry("the database is gone"))
    }

    #[faas::invoke]
    fn nothing() {}
}

#[tokio::test]
async fn hooks_run_around_a_snapshot() {
    let journal = Arc::new(Journal::default());
    let app = app(module_path!(), "frozen")
        .given(Arc::clone(&journal))
        .start()
        .await;
    app.freeze().await.unwrap();
    let errors = app.restore().await.unwrap_err().to_string();
    assert!(
        errors.contains("F0302") && errors.contains("the database is gone"),
        "{errors}"
    );
    assert_eq!(journal.read(), ["let go", "take hold"]);
}
