//! Values that an instance keeps: loaded once, for as long as the clock says, and never after an error.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use faas::testing::{App, TestApp};
use faas::{Error, FailureKind, LocalCache};
use futures_util::FutureExt;
use futures_util::future::join_all;

use super::{Gate, Journal, get};

mod functions {
    use faas::extract::trigger::Invoked;
    use faas::extract::{FromInvocation, Needs, Nothing, Parts, Slot};
    use faas::{Error, Json, LocalCache, Message, State};

    use super::super::{Gate, Journal};

    /// Hands the cache out to the test.
    pub(super) struct Borrowed<T>(pub(super) LocalCache<T>);

    impl<Tr: Invoked, T: Clone + Send + Sync + 'static> FromInvocation<Tr> for Borrowed<T> {
        type Takes = Nothing;

        fn from_invocation(parts: &Parts, slot: &mut Slot) -> Result<Self, Error> {
            <LocalCache<T> as FromInvocation<Tr>>::from_invocation(parts, slot).map(Self)
        }

        fn needs(needs: &mut Needs) {
            <LocalCache<T> as FromInvocation<Tr>>::needs(needs);
        }
    }

    #[faas::invoke]
    pub(super) async fn square(
        Json(number): Json<u32>,
        cache: LocalCache<u32>,
        journal: State<Journal>,
        gate: State<Gate>,
    ) -> Result<Json<u32>, Error> {
        let load = async {
            journal.note(number.to_string());
            match number {
                0 => Err(Error::reject("zero").with_name("Zero")),
                1 => panic!("one"),
                2 => {
                    gate.pass().await;
                    Ok(4)
                }
                _ => Ok(number * number),
            }
        };
        Ok(Json(cache.get_or_load(number.to_string(), load).await?))
    }

    #[faas::http(GET, "/three")]
    async fn three(cache: LocalCache<u32>, texts: LocalCache<String>) -> String {
        format!("{:?} {:?}", cache.get("3").await, texts.get("3").await)
    }

    #[faas::queue("forget")]
    pub(super) async fn forget(Message(key): Message<String>, cache: LocalCache<u32>) {
        cache.remove(&key).await;
    }

    pub(super) type Slotted = std::sync::Mutex<Option<LocalCache<u32>>>;

    #[faas::invoke]
    pub(super) async fn lend(Borrowed(cache): Borrowed<u32>, slot: State<Slotted>) {
        *slot.0.lock().unwrap() = Some(cache);
    }
}

use functions::{Slotted, lend, square};

fn app() -> App {
    super::app(module_path!(), "functions")
        .given(Journal::default())
        .given(Gate::default())
        .given(Slotted::default())
}

fn loads(app: &TestApp) -> Vec<String> {
    app.resource::<Journal>().unwrap().read()
}

/// The cache that the functions have.
async fn cache(app: &TestApp) -> LocalCache<u32> {
    app.call(lend, ()).await.unwrap();
    app.resource::<Slotted>()
        .unwrap()
        .lock()
        .unwrap()
        .clone()
        .unwrap()
}

#[tokio::test]
async fn what_was_loaded_is_kept_for_its_time() {
    let app = app().start().await;
    assert_eq!(app.call(square, 3).await.unwrap(), 9);
    assert_eq!(app.http(get("/three")).await.text(), "Some(9) None");
    app.clock()
        .advance(Duration::from_secs(5 * 60) - Duration::from_nanos(1));
    assert_eq!(app.call(square, 3).await.unwrap(), 9);
    assert_eq!(loads(&app), ["3"]);
    app.clock().advance(Duration::from_nanos(1));
    assert_eq!(app.http(get("/three")).await.text(), "None None");
    assert_eq!(app.call(square, 3).await.unwrap(), 9);
    app.send(functions::forget, "3".to_owned()).await;
    assert_eq!(app.call(square, 3).await.unwrap(), 9);
    assert_eq!(loads(&app), ["3", "3", "3"]);
}

#[tokio::test]
async fn nothing_from_before_a_snapshot_is_handed_out() {
    let app = app().start().await;
    assert_eq!(app.call(square, 3).await.unwrap(), 9);
    app.freeze().await.unwrap();
    // it may be days later, and the clock has stood still
    app.restore().await.unwrap();
    assert_eq!(app.http(get("/three")).await.text(), "None None");
    assert_eq!(app.call(square, 3).await.unwrap(), 9);
    assert_eq!(app.http(get("/three")).await.text(), "Some(9) None");
    assert_eq!(loads(&app), ["3", "3"]);
}

#[tokio::test]
async fn the_configuration_says_how_much_and_for_how_long() {
    let short = app().set("cache.ttl", "1s").start().await;
    app_loads_twice_after(&short, Duration::from_secs(1)).await;
    let none = app().set("cache.capacity", "0").start().await;
    let cache = cache(&none).await;
    cache.insert("a", 1).await;
    assert_eq!(cache.get("a").await, None);
    let errors = app()
        .set("cache.ttl", "soon")
        .try_start()
        .await
        .unwrap_err();
    assert!(errors.to_string().contains("cache.ttl"), "{errors}");
}

async fn app_loads_twice_after(app: &TestApp, span: Duration) {
    app.call(square, 3).await.unwrap();
    app.clock().advance(span);
    app.call(square, 3).await.unwrap();
    assert_eq!(loads(app), ["3", "3"]);
}

#[tokio::test]
async fn those_who_ask_at_once_share_one_load() {
    let app = app().start().await;
    let gate = app.resource::<Gate>().unwrap();
    let all = join_all((0..20).map(|_| app.call(square, 2)));
    let end = async {
        gate.entered().await;
        gate.open();
    };
    let (all, ()) = tokio::join!(all, end);
    assert!(all.into_iter().all(|one| one.unwrap() == 4));
    assert_eq!(loads(&app), ["2"]);
}

#[tokio::test]
async fn an_error_is_not_kept_and_told_to_all() {
    let app = app().start().await;
    for _ in 0..2 {
        let failure = app.call(square, 0).await.unwrap_err();
        assert_eq!(
            (failure.kind, &*failure.name),
            (FailureKind::Reject, "Zero")
        );
    }
    assert_eq!(loads(&app).len(), 2);
    let cache = cache(&app).await;
    let gate = Gate::default();
    let load = || async {
        gate.pass().await;
        Err::<u32, _>(Error::retry_after(Duration::from_secs(7), "busy").with_name("Busy"))
    };
    let all = join_all((0..5).map(|_| cache.get_or_load("a", load())));
    let end = async {
        gate.entered().await;
        gate.open();
    };
    let (all, ()) = tokio::join!(all, end);
    for one in all {
        let error = one.unwrap_err();
        let kind = faas::ErrorKind::RetryAfter(Duration::from_secs(7));
        assert_eq!(
            (error.kind(), error.name(), &*error.chain()),
            (kind, "Busy", "busy")
        );
        assert_eq!(error.http_status(), http::StatusCode::SERVICE_UNAVAILABLE);
    }
}

#[tokio::test]
async fn who_panics_or_is_given_up_frees_the_others() {
    let app = app().start().await;
    for _ in 0..2 {
        let failure = app.call(square, 1).await.unwrap_err();
        assert_eq!(
            (failure.kind, &*failure.message),
            (FailureKind::Panic, "one")
        );
    }
    let cache = cache(&app).await;
    let number = Arc::new(AtomicU32::new(0));
    let load = || {
        let number = Arc::clone(&number);
        async move {
            if number.fetch_add(1, Ordering::Relaxed) == 0 {
                std::future::pending::<()>().await;
            }
            Ok::<u32, Error>(7)
        }
    };
    let mut first = Box::pin(cache.get_or_load("a", load()));
    assert!((&mut first).now_or_never().is_none());
    let mut second = Box::pin(cache.get_or_load("a", load()));
    assert!((&mut second).now_or_never().is_none());
    drop(first);
    assert_eq!(second.await.unwrap(), 7);
    assert_eq!(number.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn values_have_times_of_their_own() {
    let app = app().start().await;
    let cache = cache(&app).await;
    cache.insert_with_ttl("a", 1, Duration::from_secs(1)).await;
    cache.insert("b", 2).await;
    app.clock().advance(Duration::from_secs(1));
    assert_eq!(
        (cache.get("a").await, cache.get("b").await),
        (None, Some(2))
    );
    // the shorter time of the first value is not the second one's
    cache.insert("a", 3).await;
    app.clock().advance(Duration::from_secs(2));
    assert_eq!(cache.get("a").await, Some(3));
    cache.remove("a").await;
    assert_eq!(cache.get("a").await, None);
}

#[tokio::test]
async fn each_instance_has_its_own() {
    let (one, other) = (app().start().await, app().start().await);
    one.call(square, 3).await.unwrap();
    assert_eq!(other.http(get("/three")).await.text(), "None None");
}

#[tokio::test]
async fn what_an_application_keeps_may_ask_for_more_while_it_is_made() {
    let app = app().start().await;
    let application = app.application().clone();
    let (send, receive) = mpsc::channel();
    let making = thread::spawn(move || {
        let text: Arc<String> = application.own(|| application.own(|| 7_u32).to_string());
        send.send(text)
    });
    // bounded, since a lock that is held meanwhile would never be had
    let text = receive.recv_timeout(Duration::from_secs(60)).unwrap();
    making.join().unwrap().unwrap();
    assert_eq!(*text, "7");
    assert_eq!(*app.application().own(|| 8_u32), 7);
}
