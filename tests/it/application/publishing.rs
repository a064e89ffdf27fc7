//! Publishing: what handlers send, from where, and what becomes of it where nothing is bound.

use std::sync::Arc;
use std::time::Duration;

use faas::testing::{Published, TestApp};
use faas::{Event, PublishError, Raw};
use faas_runtime_shim::outlet::Message;
use http::Request;
use tokio::sync::Mutex;

use super::{app, get};

mod functions {
    use std::sync::Arc;
    use std::time::Duration;

    use axum::response::IntoResponse;
    use faas::{Context, Error, Event, Json, Message, PublishError, Queue, State, Text};
    use serde::{Deserialize, Serialize};
    use tokio::sync::Mutex;
    use tokio::task::JoinHandle;

    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    pub(super) struct Order {
        pub(super) id: u64,
    }

    #[faas::queue("orders")]
    pub(super) async fn on_order(_: Message<Order>) {}

    #[faas::queue("notes")]
    pub(super) async fn on_note(_: Message<Text>) {}

    #[faas::http(POST, "/orders")]
    async fn create(Json(order): Json<Order>) -> Result<&'static str, Error> {
        let key = order.id.to_string();
        faas::send(on_order, order)
            .key(key)
            .attribute("tenant", "acme")
            .attribute("raw", [0xff])
            .delay(Duration::from_secs(3))
            .idempotency_key("order-7")
            .await?;
        Ok("accepted")
    }

    #[faas::http(GET, "/note")]
    fn in_the_pool() -> &'static str {
        let sending = faas::send(on_note, Text::from("a note"));
        futures_util::future::FutureExt::now_or_never(sending.into_future())
            .unwrap()
            .unwrap();
        "noted"
    }

    const ELSEWHERE: Queue<Vec<u32>> = Queue::named("elsewhere");

    #[faas::invoke]
    pub(super) async fn elsewhere(Json(number): Json<u32>) -> Result<(), Error> {
        let of_tenant = Queue::<u32>::of(format!("tenant-{number}"));
        of_tenant.send(number).await?;
        Ok(ELSEWHERE.send(vec![number]).await?)
    }

    #[faas::http(GET, "/emit")]
    async fn emits() -> Result<(), Error> {
        faas::emit(Event::new("com.example.greeted", "hello").with_subject("ada")).await?;
        Ok(())
    }

    #[faas::invoke]
    pub(super) async fn emits_the_unlawful() -> Result<(), Error> {
        Ok(faas::emit(Event::new("", ())).await?)
    }

    pub(super) type Spawned = Mutex<Vec<JoinHandle<Result<(), PublishError>>>>;

    #[faas::invoke]
    pub(super) async fn spawns(cx: Context, tasks: State<Arc<Spawned>>) {
        let made_here = faas::send(on_order, Order { id: 1 });
        let within = {
            let cx = cx.clone();
            async move { faas::send(on_order, Order { id: 2 }).within(&cx).await }
        };
        let event = async move { faas::emit(Event::new("spawned", 3)).within(&cx).await };
        let alone = async { faas::send(on_order, Order { id: 4 }).await };
        let mut tasks = tasks.lock().await;
        tasks.push(tokio::spawn(async { made_here.await }));
        tasks.push(tokio::spawn(within));
        tasks.push(tokio::spawn(event));
        tasks.push(tokio::spawn(alone));
    }

    #[faas::invoke]
    pub(super) async fn forgets(Json(number): Json<u64>) {
        let _never_awaited = faas::send(on_order, Order { id: number });
    }

    /// A function that lacks its annotation.
    pub(super) async fn plain(_: Message<Order>) {}

    #[faas::invoke]
    pub(super) async fn to_a_plain_fn() -> Result<(), Error> {
        Ok(faas::send(plain, Order { id: 1 }).await?)
    }

    #[derive(Deserialize, Serialize)]
    pub(super) struct Odd {
        #[serde(serialize_with = "refuse")]
        odd: u32,
    }

    fn refuse<S: serde::Serializer>(_: &u32, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("too odd to be written"))
    }

    #[faas::invoke]
    pub(super) async fn odd() -> Result<(), Error> {
        Ok(Queue::named("odd").send(Odd { odd: 1 }).await?)
    }

    /// A response of the user's own making.
    struct Refused(PublishError);

    impl From<PublishError> for Refused {
        fn from(error: PublishError) -> Self {
            Self(error)
        }
    }

    impl IntoResponse for Refused {
        fn into_response(self) -> axum::response::Response {
            (http::StatusCode::IM_A_TEAPOT, self.0.to_string()).into_response()
        }
    }

    #[faas::http(GET, "/own-error")]
    async fn own_error() -> Result<(), Refused> {
        faas::send(on_order, Order { id: 1 }).await?;
        Ok(())
    }
}

use functions::{
    Order, Spawned, elsewhere, emits_the_unlawful, forgets, odd, on_order, plain, spawns,
    to_a_plain_fn,
};

async fn started() -> (TestApp, Arc<Spawned>) {
    let tasks = Arc::new(Spawned::new(Vec::new()));
    let app = app(module_path!(), "functions").given(Arc::clone(&tasks));
    (app.start().await, tasks)
}

async fn unbound() -> TestApp {
    let tasks = Arc::new(Mutex::new(Vec::new()));
    let tasks: Arc<Spawned> = tasks;
    let app = app(module_path!(), "functions").given(tasks).unbound();
    app.platform("paper").start().await
}

fn post_order() -> Request<&'static str> {
    Request::post("/orders")
        .header("content-type", "application/json")
        .body(r#"{"id": 7}"#)
        .unwrap()
}

fn messages(app: &TestApp) -> Vec<Message> {
    let message = |published| match published {
        Published::Message(message) => message,
        other => panic!("expected a message, found {other:?}"),
    };
    app.published().into_iter().map(message).collect()
}

#[tokio::test]
async fn a_message_carries_what_its_sender_says() {
    let (app, _) = started().await;
    assert_eq!(app.http(post_order()).await.text(), "accepted");
    let published = app.published();
    assert_eq!(published[0].json::<Order>(), Order { id: 7 });
    assert_eq!(
        (published[0].queue(), published[0].kind()),
        (Some("orders"), None)
    );
    let [Published::Message(message)] = &published[..] else {
        panic!("one message is published");
    };
    assert_eq!(
        message.payload.media_type.as_deref(),
        Some("application/json")
    );
    assert_eq!(message.key.as_deref(), Some("7"));
    assert_eq!(message.attributes.get("tenant"), Some("acme"));
    assert_eq!(message.attributes.get_bytes("raw").unwrap()[..], [0xff]);
    assert_eq!(message.delay, Some(Duration::from_secs(3)));
    assert_eq!(message.idempotency_key.as_deref(), Some("order-7"));
    assert!(message.trace.is_none());
    assert!(app.published().is_empty(), "it is taken once");
}

#[tokio::test]
async fn what_is_published_goes_on_with_the_trace() {
    let (app, _) = started().await;
    let header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let mut request = post_order();
    request
        .headers_mut()
        .insert("traceparent", header.parse().unwrap());
    app.http(request).await;
    let trace = messages(&app).remove(0).trace.unwrap();
    assert_eq!(trace.traceparent().to_string(), header);
    let mut request = get("/emit");
    request
        .headers_mut()
        .insert("traceparent", header.parse().unwrap());
    app.http(request).await;
    let Published::Event(event) = app.published().remove(0) else {
        panic!("an event is published");
    };
    assert_eq!(event.extensions.get("traceparent").unwrap(), header);
}

#[tokio::test]
async fn a_queue_needs_no_function_here() {
    let (app, _) = started().await;
    app.call(elsewhere, 7).await.unwrap();
    let sent: Vec<_> = messages(&app)
        .into_iter()
        .map(|message| (message.queue.into_owned(), message.payload.body))
        .collect();
    let expected = [("tenant-7", "7"), ("elsewhere", "[7]")];
    assert_eq!(sent.len(), expected.len());
    for ((queue, body), expected) in sent.iter().zip(expected) {
        assert_eq!((&**queue, &body[..]), (expected.0, expected.1.as_bytes()));
    }
}

#[tokio::test]
async fn a_function_that_is_not_selected_still_names_its_queue() {
    let app = app(module_path!(), "functions")
        .select("create")
        .start()
        .await;
    assert_eq!(app.http(post_order()).await.text(), "accepted");
    assert_eq!(messages(&app)[0].queue, "orders");
}

#[tokio::test]
async fn sync_handlers_publish_as_well() {
    let (app, _) = started().await;
    assert_eq!(app.http(get("/note")).await.text(), "noted");
    let sent = messages(&app);
    assert_eq!(&sent[0].payload.body[..], b"a note");
    assert_eq!(
        sent[0].payload.media_type.as_deref(),
        Some("text/plain; charset=utf-8")
    );
}

#[tokio::test]
async fn an_event_gets_what_its_author_has_left_out() {
    let (app, _) = started().await;
    assert_eq!(app.http(get("/emit")).await.status(), 200);
    let published = app.published();
    assert_eq!(published[0].json::<String>(), "hello");
    assert_eq!(published[0].kind(), Some("com.example.greeted"));
    assert_eq!(published[0].queue(), None);
    let [Published::Event(event)] = &published[..] else {
        panic!("one event is published");
    };
    assert_eq!(
        (&*event.source, event.subject.as_deref()),
        ("emits", Some("ada"))
    );
    assert_eq!(event.time.as_deref(), Some("2026-01-01T00:00:00Z"));
    assert!(!event.id.is_empty());
}

#[tokio::test]
async fn spawned_tasks_publish_as_the_invocation_that_they_name() {
    let (app, tasks) = started().await;
    app.call(spawns, ()).await.unwrap();
    let mut done = Vec::new();
    for task in tasks.lock().await.drain(..) {
        done.push(task.await.unwrap());
    }
    let alone = done.pop().unwrap().unwrap_err();
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    let text = alone.to_string();
    assert!(text.contains("`within(&cx)`"), "{text}");
    let mut sent: Vec<_> = app
        .published()
        .iter()
        .map(|published| String::from_utf8(published.bytes().to_vec()).unwrap())
        .collect();
    sent.sort();
    assert_eq!(sent, ["3", r#"{"id":1}"#, r#"{"id":2}"#]);
}

#[tokio::test]
async fn nothing_is_published_before_it_is_awaited() {
    let (app, _) = started().await;
    app.call(forgets, 1).await.unwrap();
    assert!(app.published().is_empty());
}

#[tokio::test]
async fn outside_of_an_application_publishing_fails() {
    let outside = faas::send(on_order, Order { id: 1 }).await.unwrap_err();
    assert_eq!(outside, PublishError::NoApplication);
    let event = faas::emit(Event::new("a", Raw::default())).await;
    assert_eq!(event, Err(PublishError::NoApplication));
}

#[tokio::test]
async fn what_cannot_be_published_says_why() {
    let (app, _) = started().await;
    let failure = app.call(to_a_plain_fn, ()).await.unwrap_err();
    let name = std::any::type_name_of_val(&plain);
    let text =
        format!("`{name}` cannot be published to: it is not annotated with `#[faas::queue]`");
    assert_eq!(failure.message, text);
    let failure = app.call(odd, ()).await.unwrap_err();
    assert!(
        failure.message.contains("queue `odd`")
            && failure.message.contains("too odd to be written"),
        "{}",
        failure.message
    );
    let failure = app.call(emits_the_unlawful, ()).await.unwrap_err();
    assert!(
        failure.message.contains("attribute `type` is empty"),
        "{}",
        failure.message
    );
    assert!(app.published().is_empty());
}

#[tokio::test]
async fn without_a_binding_the_client_is_told_which_key_is_missing() {
    let app = unbound().await;
    let answer = app.http(post_order()).await;
    assert_eq!(answer.status(), 503);
    let problem: serde_json::Value = answer.json();
    assert_eq!(
        problem["detail"],
        "queue `orders` is not bound on `paper`: set `queues.orders.url`"
    );
    let answer = app.http(get("/emit")).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.text().contains("`events.url`"), "{}", answer.text());
    assert!(app.published().is_empty());
}

#[tokio::test]
async fn an_error_of_the_users_own_gets_the_whole_story() {
    let answer = unbound().await.http(get("/own-error")).await;
    assert_eq!(answer.status(), 418);
    assert!(
        answer.text().contains("set `queues.orders.url`"),
        "{}",
        answer.text()
    );
}
