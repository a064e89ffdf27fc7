//! Every recorded event of AWS through the codec and the door: what the table says, or loudly nothing.

use serde_json::Value;

use super::app;
use crate::lambda::events::{HttpAnswer, fixture, recorded};

mod every {
    use http::{Method, Uri};
    use percent_encoding::percent_decode_str;

    /// What was asked, as the table of recorded events writes it.
    #[faas::http(mount = "/")]
    fn every() -> axum::Router {
        axum::Router::new().fallback(async |method: Method, uri: Uri| {
            let path = percent_decode_str(uri.path()).decode_utf8_lossy();
            format!("{method} {path}")
        })
    }
}

mod raw {
    use bytes::Bytes;

    #[faas::invoke]
    async fn mirror(event: Bytes) -> Bytes {
        event
    }
}

#[tokio::test]
async fn requests_reach_the_route_that_the_table_names() {
    let app = app(module_path!(), "every").start().await;
    let rows = recorded("http");
    assert!(
        rows.len() >= 17,
        "the table has only {} requests",
        rows.len()
    );
    for (name, expected) in rows {
        let answer = app.event("aws-lambda", fixture(&name).to_string()).await;
        assert!(!answer.is_error(), "{name}");
        let answer = HttpAnswer::read(&answer.json());
        assert_eq!(
            (answer.status, answer.text()),
            (200, expected.as_str()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_name() {
    let app = app(module_path!(), "every").start().await;
    let triggers = ["queue", "object", "binlog", "timer", "event", "invoke"];
    for (name, _) in triggers.into_iter().flat_map(recorded) {
        let answer = app.event("aws-lambda", fixture(&name).to_string()).await;
        assert!(answer.is_error(), "{name}");
        let error: Value = answer.json();
        assert_eq!(error["errorType"], "Runtime.UnroutableEvent", "{name}");
        let message = error["errorMessage"].as_str().unwrap();
        assert!(message.contains("every (http)"), "{name}: {message}");
    }
}

#[tokio::test]
async fn a_single_invoke_function_gets_every_event_as_it_is() {
    let app = app(module_path!(), "raw").start().await;
    let triggers = [
        "http", "queue", "object", "binlog", "timer", "event", "invoke",
    ];
    let mut count = 0;
    for (name, _) in triggers.into_iter().flat_map(recorded) {
        let event = fixture(&name).to_string();
        let answer = app.event("aws-lambda", event.clone()).await;
        assert!(!answer.is_error(), "{name}");
        assert_eq!(answer.bytes(), event.as_bytes(), "{name}");
        count += 1;
    }
    assert!(count > 40, "the table has only {count} events");
}
