//! A bucket in a temporary folder, and what happens in it.

use std::fs;

use faas::FailureKind;
use faas::extract::ObjectKind;
use faas::testing::{App, TestApp, object};
use tempfile::TempDir;

use super::*;

async fn app() -> (TestApp, TempDir) {
    let bucket = tempfile::tempdir().unwrap();
    let folder = bucket.path().to_str().unwrap();
    let app = App::new()
        .set("media.folder", folder)
        .set("media.bars", "2")
        .start()
        .await;
    (app, bucket)
}

fn removed(key: &str) -> ObjectEvent {
    ObjectEvent {
        kind: ObjectKind::Removed,
        ..object(key)
    }
}

/// Four samples, drawn as two bars.
fn tone() -> Vec<u8> {
    wav::tests::mono(&[0, i16::MIN, i16::MAX, 0])
}

#[tokio::test]
async fn a_picture_stands_beside_its_recording_and_goes_with_it() {
    let (app, bucket) = app().await;
    let [recording, picture] = ["tone.wav", "tone.wav.svg"].map(|key| bucket.path().join(key));
    fs::write(&recording, tone()).unwrap();
    // once more than needed, as it happens
    for _ in 0..2 {
        app.object(draw, object("tone.wav")).await.outcome.unwrap();
    }
    let svg = fs::read_to_string(&picture).unwrap();
    assert!(svg.contains("M0.5 50V100M1.5 1V50"), "{svg}");

    app.object(forget, removed("tone.wav"))
        .await
        .outcome
        .unwrap();
    assert!(
        picture.exists(),
        "its recording is still there, or there again"
    );
    fs::remove_file(recording).unwrap();
    for _ in 0..2 {
        app.object(forget, removed("tone.wav"))
            .await
            .outcome
            .unwrap();
    }
    assert!(!picture.exists());
}

#[tokio::test]
async fn what_is_missing_may_come_and_what_is_wrong_stays_wrong() {
    let (app, bucket) = app().await;
    fs::write(bucket.path().join("song.wav"), b"ID3").unwrap();
    let kind = async |key: &str| {
        let settled = app.object(draw, object(key)).await;
        settled.outcome.unwrap_err().kind
    };
    assert_eq!(kind("later.wav").await, FailureKind::Retry);
    assert_eq!(kind("song.wav").await, FailureKind::Reject);
    assert_eq!(kind("../song.wav").await, FailureKind::Reject);
}

#[tokio::test]
async fn who_asks_is_told_where_the_picture_is() {
    let (app, bucket) = app().await;
    fs::write(bucket.path().join("tone.wav"), tone()).unwrap();
    let wanted = Wanted {
        recording: "tone.wav".to_owned(),
    };
    let asked = Event::new("com.example.waveform.wanted", wanted);
    let reply = app
        .emit(draw_wanted, asked)
        .await
        .outcome
        .unwrap()
        .event
        .unwrap();
    assert_eq!(reply.kind, "com.example.waveform.drawn");
    assert_eq!(reply.data.unwrap(), r#"{"picture":"tone.wav.svg"}"#);
    assert!(bucket.path().join("tone.wav.svg").exists());
}

#[tokio::test]
async fn pictures_bring_no_event_of_their_own() {
    let (app, _bucket) = app().await;
    let settled = app.object(draw, object("tone.wav.svg")).await;
    assert!(settled.outcome.is_ok() && settled.function.is_none());
}

#[tokio::test]
async fn s3_tells_of_recordings_through_aws_lambda() {
    let (app, bucket) = app().await;
    fs::write(bucket.path().join("a tone.wav"), tone()).unwrap();
    let written = serde_json::json!({
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "s3": { "bucket": { "name": "recordings" }, "object": { "key": "a+tone.wav" } },
    });
    let event = serde_json::json!({ "Records": [written] });
    let answer = app.event("aws-lambda", event.to_string()).await;
    assert!(!answer.is_error(), "{answer:?}");
    assert!(bucket.path().join("a tone.wav.svg").exists());
}
