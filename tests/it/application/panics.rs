//! A panic stays in the invocation that it broke.

use std::pin::pin;
use std::sync::Arc;

use faas::FailureKind;
use faas_runtime_shim::invocation::Facts;
use futures_util::future::join_all;
use futures_util::poll;
use http_body_util::BodyExt;

use super::{Journal, app, get};

mod functions {
    use faas::Json;

    #[faas::invoke]
    pub(super) async fn explode(Json(how): Json<String>) -> Json<u32> {
        match how.as_str() {
            "text" => panic!("plain text"),
            "format" => panic!("formatted {how}"),
            "value" => std::panic::panic_any(7_u8),
            "later" => {
                tokio::task::yield_now().await;
                panic!("after a pause")
            }
            "inside" => {
                let empty: Vec<u32> = Vec::new();
                Json(empty[how.len()])
            }
            _ => Json(1),
        }
    }

    #[faas::invoke]
    pub(super) fn explode_in_a_thread(Json(how): Json<String>) -> Json<u32> {
        assert!(how.is_empty(), "in the pool: {how}");
        Json(1)
    }

    #[faas::http(GET, "/panic")]
    async fn panics() -> &'static str {
        panic!("secret=hunter2")
    }

    #[faas::http(GET, "/pool")]
    fn panics_in_a_thread() -> &'static str {
        panic!("secret=hunter2")
    }

    struct Grenade;

    impl Drop for Grenade {
        fn drop(&mut self) {
            panic!("in a destructor")
        }
    }

    #[faas::http(GET, "/destructor")]
    async fn in_a_destructor() -> &'static str {
        let _grenade = Grenade;
        "nearly"
    }

    #[faas::http(GET, "/fine")]
    async fn fine() -> &'static str {
        "fine"
    }
}

mod given_up {
    use std::convert::Infallible;
    use std::future::pending;
    use std::sync::Arc;

    use axum::body::Body;
    use bytes::Bytes;
    use faas::{Context, State};
    use futures_util::{StreamExt, stream};

    use super::super::Journal;

    /// Notes the invocation in which it is dropped, and panics.
    struct Witness(Arc<Journal>);

    impl Drop for Witness {
        fn drop(&mut self) {
            let context = Context::current();
            self.0.note(context.map_or("", |cx| cx.function()));
            panic!("in a destructor")
        }
    }

    #[faas::http(GET, "/never")]
    async fn never(journal: State<Arc<Journal>>) -> &'static str {
        let _witness = Witness(Arc::clone(&journal));
        pending().await
    }

    #[faas::invoke]
    pub(super) async fn never_ends(journal: State<Arc<Journal>>) {
        let _witness = Witness(Arc::clone(&journal));
        pending().await
    }

    #[faas::http(GET, "/endless")]
    async fn endless(journal: State<Arc<Journal>>) -> Body {
        let witness = Witness(Arc::clone(&journal));
        let pieces = stream::repeat(Bytes::from_static(b"piece"));
        Body::from_stream(pieces.map(move |piece| {
            let _witness = &witness;
            Ok::<_, Infallible>(piece)
        }))
    }
}

use functions::{explode, explode_in_a_thread};
use given_up::never_ends;

#[tokio::test]
async fn a_panic_becomes_a_failure_with_its_text() {
    let app = app(module_path!(), "functions").start().await;
    let cases = [
        ("text", "plain text"),
        ("format", "formatted format"),
        ("value", "the panic carried no text"),
        ("later", "after a pause"),
        ("inside", "index out of bounds"),
    ];
    for (how, message) in cases {
        let failure = app.call(explode, how.to_owned()).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Panic, "{how}");
        assert_eq!(failure.name, "Panic", "{how}");
        assert!(
            failure.message.contains(message),
            "{how}: {}",
            failure.message
        );
    }
    let failure = app
        .call(explode_in_a_thread, "x".to_owned())
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Panic);
    assert_eq!(failure.message, "in the pool: x");
    assert_eq!(app.call(explode, String::new()).await.unwrap(), 1);
    assert_eq!(
        app.call(explode_in_a_thread, String::new()).await.unwrap(),
        1
    );
}

#[tokio::test]
async fn a_client_is_told_nothing_of_a_panic() {
    let app = app(module_path!(), "functions").start().await;
    for path in ["/panic", "/pool", "/destructor"] {
        let answer = app.http(get(path)).await;
        assert_eq!(answer.status(), 500, "{path}");
        assert_eq!(
            answer.text(),
            r#"{"title":"Internal Server Error","status":500}"#,
            "{path}"
        );
    }
    assert_eq!(app.http(get("/fine")).await.text(), "fine");
    assert_eq!(app.application().in_flight(), 0);
}

#[tokio::test]
async fn what_is_given_up_is_dropped_within_its_invocation() {
    let journal = Arc::new(Journal::default());
    let app = app(module_path!(), "given_up")
        .given(Arc::clone(&journal))
        .start()
        .await;
    {
        let mut answer = pin!(app.http(get("/never")));
        assert!(poll!(&mut answer).is_pending());
    }
    {
        let mut answer = pin!(app.call(never_ends, ()));
        assert!(poll!(&mut answer).is_pending());
    }
    let endless = app.application().http(Facts::default(), get("/endless"));
    let mut body = endless.await.into_body();
    assert!(body.frame().await.unwrap().is_ok());
    drop(body);
    assert_eq!(journal.read(), ["never", "never_ends", "endless"]);
    assert_eq!(app.application().in_flight(), 0);
}

#[tokio::test]
async fn a_panic_among_others_breaks_none_of_them() {
    let app = app(module_path!(), "functions").start().await;
    let answers = join_all((0..40).map(|number| {
        let how = if number % 4 == 0 { "later" } else { "" };
        app.call(explode, how.to_owned())
    }))
    .await;
    for (number, answer) in answers.into_iter().enumerate() {
        assert_eq!(answer.is_err(), number % 4 == 0, "{number}");
    }
}
