//! Events of Lambda, and the answers to them.

use bytes::Bytes;
use serde::Deserialize;

use crate::platform::aws_lambda::{decode, encode};

/// An event of Lambda is JSON for us if it is for serde_json; the answer to its request can be read back.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn lambda_event(bytes: &[u8]) {
    let sent = Bytes::copy_from_slice(bytes);
    let event = decode::event(&sent);
    let is_syntax = matches!(event, Err(decode::DecodeError::Syntax { .. }));
    if serde_json::from_slice::<serde_json::Value>(bytes).is_ok() {
        assert!(!is_syntax, "serde_json reads it: {event:?}");
    }
    // our reader lets control characters pass inside of strings, and leaves UTF-8 to others
    let is_plain = str::from_utf8(bytes).is_ok() && !bytes.iter().any(u8::is_ascii_control);
    if !is_syntax && is_plain {
        let read = serde_json::from_slice::<serde::de::IgnoredAny>(bytes);
        assert!(read.is_ok(), "serde_json does not read it: {read:?}");
    }
    if let Err(error) = &event {
        assert!(!error.to_string().is_empty());
    }
    if let Ok(decode::Event::Other(source)) = &event {
        lambda_deliveries(source, bytes);
    }
    if let Ok(decode::Event::Http(request)) = event {
        lambda_request(request.read(&sent), bytes);
    }
}

fn lambda_request(read: Result<decode::HttpEvent, decode::DecodeError>, bytes: &[u8]) {
    match read {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(event) => {
            let details = &event.details;
            if let (Some(claims), Some(context)) = (details.claims, &details.request_context) {
                let _claims = claims(context);
            }
            let (request, _body) = event.request.into_parts();
            assert_eq!(request.uri.authority(), None);
            let (mut head, ()) = http::Response::new(()).into_parts();
            head.headers = request.headers;
            lambda_answer(event.envelope, &head, bytes);
        }
    }
}

/// Failures are told by the ids that the event has, each once; what is read can be taken for something else only as a
/// whole.
fn lambda_deliveries(source: &decode::Source, bytes: &[u8]) {
    use decode::incoming::{Incoming, inside, read};

    let arrivals = match read(source, &Bytes::copy_from_slice(bytes)) {
        Err(error) => return assert!(!error.to_string().is_empty()),
        Ok(None | Some(Incoming::Nothing)) => return,
        Ok(Some(Incoming::One(arrival))) => vec![*arrival],
        Ok(Some(Incoming::Whole(arrivals))) => arrivals,
        Ok(Some(Incoming::Batch(batch))) => {
            let mut text = Vec::new();
            let ids = || batch.records.iter().map(|record| &record.id);
            encode::failures(ids(), batch.state.as_deref(), &mut text);
            let answer: serde_json::Value =
                serde_json::from_slice(&text).expect("an answer is JSON");
            let told = answer["batchItemFailures"].as_array().map(Vec::len);
            let different: std::collections::HashSet<_> = ids().collect();
            assert_eq!(told, Some(different.len()));
            let arrivals = batch.records.into_iter();
            arrivals.filter_map(|record| record.arrival.ok()).collect()
        }
    };
    for arrival in &arrivals {
        if let Some(objects) = inside(arrival) {
            assert!(
                objects
                    .iter()
                    .all(|object| object.item.lane == arrival.item.lane)
            );
        }
    }
}

fn lambda_answer(envelope: encode::Envelope, head: &http::response::Parts, body: &[u8]) {
    use base64::Engine as _;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        status_code: u16,
        body: String,
        is_base64_encoded: bool,
    }

    let mut text = Vec::new();
    encode::http(envelope, head, body, &mut text);
    let answer: Answer = serde_json::from_slice(&text).expect("an answer is JSON");
    assert_eq!(answer.status_code, head.status.as_u16());
    let sent = if answer.is_base64_encoded {
        let engine = base64::engine::general_purpose::STANDARD;
        engine.decode(answer.body).expect("the body is base64")
    } else {
        answer.body.into_bytes()
    };
    assert!(sent == body, "another body comes out");
}
