//! AWS Lambda: a recording is there before the next poll, from which on the platform may freeze the process.

use serde_json::json;

use super::{Folder, functions};
use crate::application::scenarios;
use crate::lambda::api::Event;
use crate::lambda::events::{fixture, http_v2, redirected};
use crate::lambda::probe::Probe;

#[tokio::test]
async fn each_event_is_recorded_before_the_next_poll() {
    let folder = Folder::new();
    let probe = Probe::start(&[("FAAS_RECORD", folder.text())]);
    let mut claimed = redirected(fixture("apigw-http-v2.json"), "GET", "/headers");
    claimed["headers"]["X-Amz-Security-Token"] = "canary-token".into();
    let mut posted = http_v2("POST", "/echo");
    posted["headers"]["content-type"] = "application/json".into();
    posted["body"] = json!({ "secret": "canary-body", "n": 1 })
        .to_string()
        .into();
    for (number, event) in [http_v2("GET", "/hello/ada"), claimed, posted]
        .into_iter()
        .enumerate()
    {
        let event = Event::new(event.to_string()).header(
            "Lambda-Runtime-Client-Context",
            &json!({ "custom": { "token": "canary-context" } }).to_string(),
        );
        probe.answer(event);
        probe.idle();
        assert_eq!(folder.recordings().len(), number + 1, "{}", probe.log());
    }
    let message = json!({ "Records": [{
        "messageId": "m-1", "receiptHandle": "canary-receipt-token", "body": "{\"id\":1,\"do\":\"fail\"}",
        "attributes": { "ApproximateReceiveCount": "2", "SentTimestamp": "1767225600000" },
        "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders", "awsRegion": "eu-central-1",
    }] });
    probe.answer(Event::new(message.to_string()));
    probe.idle();
    let recordings = folder.recordings();
    assert_eq!(
        functions(&recordings),
        ["hello", "headers", "echo", "orders"]
    );
    assert_eq!(recordings[3].facts.attempt, Some(2));
    let text = folder.all();
    assert!(!text.contains("canary"), "{text}");
    let log = probe.stop();
    assert!(!log.contains("canary"), "{log}");

    let app = scenarios::probe().platform("aws-lambda").start().await;
    let replayed = app.replay(folder.path()).await.unwrap();
    replayed.assert_same();
    assert_eq!(replayed.runs().len(), 4);
}
