//! Handlers without `async`: away from the threads that poll, and past their deadline on their own.

use std::sync::mpsc;
use std::thread::{self, ThreadId};
use std::time::Duration;

use faas::FailureKind;
use faas::testing::TestApp;
use futures_util::FutureExt as _;

use super::{app, get};

mod functions {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender};
    use std::thread::ThreadId;

    use faas::{Context, Error, Json, State};

    /// Reports to the test, and waits for it.
    pub(super) struct Line {
        pub(super) entered: Sender<ThreadId>,
        pub(super) open: Mutex<Receiver<()>>,
        pub(super) left: Sender<bool>,
    }

    impl Line {
        fn wait(&self, cx: &Context) {
            self.entered.send(std::thread::current().id()).unwrap();
            self.open.lock().unwrap().recv().unwrap();
            self.left.send(cx.is_cancelled()).unwrap();
        }
    }

    #[faas::invoke(timeout = "1s")]
    pub(super) fn wait(line: State<Line>, cx: Context) -> Json<u32> {
        line.wait(&cx);
        Json(7)
    }

    #[faas::http(GET, "/wait", timeout = "1s")]
    fn wait_over_http(line: State<Line>, cx: Context) -> &'static str {
        line.wait(&cx);
        "seven"
    }

    #[faas::invoke(concurrency = 1, timeout = "1s")]
    pub(super) fn wait_alone(line: State<Line>, cx: Context) -> Json<u32> {
        line.wait(&cx);
        Json(8)
    }

    #[faas::http(GET, "/wait-alone", concurrency = 1, timeout = "1s")]
    fn wait_alone_over_http(line: State<Line>, cx: Context) -> &'static str {
        line.wait(&cx);
        "eight"
    }

    #[faas::invoke]
    pub(super) fn halve(Json(number): Json<u32>) -> Result<Json<u32>, Error> {
        if number % 2 == 1 {
            return Err(Error::reject("odd"));
        }
        Ok(Json(number / 2))
    }
}

use functions::{Line, halve, wait, wait_alone};

struct Running {
    app: TestApp,
    entered: mpsc::Receiver<ThreadId>,
    open: mpsc::Sender<()>,
    left: mpsc::Receiver<bool>,
}

async fn running() -> Running {
    let (entered, entered_by) = mpsc::channel();
    let (open, opened) = mpsc::channel();
    let (left, left_by) = mpsc::channel();
    let line = Line {
        entered,
        open: opened.into(),
        left,
    };
    Running {
        app: app(module_path!(), "functions").given(line).start().await,
        entered: entered_by,
        open,
        left: left_by,
    }
}

#[tokio::test]
async fn answers_and_errors_come_back() {
    let Running { app, .. } = running().await;
    assert_eq!(app.call(halve, 14).await.unwrap(), 7);
    let failure = app.call(halve, 7).await.unwrap_err();
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (FailureKind::Reject, "odd")
    );
}

#[tokio::test]
async fn the_polling_thread_stays_free() {
    let Running {
        app,
        entered,
        open,
        left,
    } = running().await;
    let call = app.call(wait, ());
    let meanwhile = async {
        // this thread polls both, so it can get here only if the handler blocks another one
        let thread = entered.recv().unwrap();
        assert_ne!(thread, thread::current().id());
        assert_eq!(app.call(halve, 2).await.unwrap(), 1);
        open.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(call, meanwhile);
    assert_eq!(answer.unwrap(), 7);
    assert!(!left.recv().unwrap(), "over before its end");
}

#[tokio::test]
async fn a_deadline_answers_for_a_handler_that_cannot_be_stopped() {
    let Running {
        app,
        entered,
        open,
        left,
    } = running().await;
    let late = || async {
        entered.recv().unwrap();
        app.clock().advance(Duration::from_secs(1));
    };
    let (answer, ()) = tokio::join!(app.call(wait, ()), late());
    assert_eq!(answer.unwrap_err().kind, FailureKind::Deadline);
    // it runs on, and can see that nobody waits for it
    open.send(()).unwrap();
    assert!(left.recv().unwrap());

    let (answer, ()) = tokio::join!(app.http(get("/wait")), late());
    assert_eq!(answer.status(), 504);
    open.send(()).unwrap();
    assert!(left.recv().unwrap());
    assert_eq!(app.application().in_flight(), 0);
}

#[tokio::test]
async fn a_handler_past_its_deadline_keeps_its_place() {
    let Running {
        app,
        entered,
        open,
        left,
    } = running().await;
    let late = || async {
        entered.recv().unwrap();
        app.clock().advance(Duration::from_secs(1));
    };
    let (answer, ()) = tokio::join!(app.call(wait_alone, ()), late());
    assert_eq!(answer.unwrap_err().kind, FailureKind::Deadline);
    // its thread goes on, and there may be one only
    let deadline = async { app.clock().advance(Duration::from_secs(1)) };
    let (next, ()) = tokio::join!(app.call(wait_alone, ()), deadline);
    assert_eq!(next.unwrap_err().kind, FailureKind::Overload);
    open.send(()).unwrap();
    assert!(left.recv().unwrap());

    let (answer, ()) = tokio::join!(app.http(get("/wait-alone")), late());
    assert_eq!(answer.status(), 504);
    let next = app.http(get("/wait-alone")).now_or_never();
    assert_eq!(next.expect("it waits").status(), 503);
    open.send(()).unwrap();
    assert!(left.recv().unwrap());

    // the place is free again, a moment after the handler has said that it leaves
    let meanwhile = async {
        let entered = tokio::task::spawn_blocking(move || entered.recv());
        entered.await.unwrap().unwrap();
        open.send(()).unwrap();
    };
    let (answer, ()) = tokio::join!(app.call(wait_alone, ()), meanwhile);
    assert_eq!(answer.unwrap(), 8);
}
