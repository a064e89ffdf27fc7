//! CloudEvents over HTTP.

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName};

use crate::cloudevents::{self, CloudEvent};

/// A message, whose headers end at an empty line, is refused with a client error or brings events that keep the rules and
/// read back as they were from what is written of them.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn cloudevent(bytes: &[u8]) {
    let (headers, body) = message(bytes);
    let of_message = match cloudevents::decode::mode(&headers) {
        Ok(Some(mode)) => cloudevents::decode::decode(mode, &headers, body.clone()),
        Ok(None) => Ok(Vec::new()),
        Err(refused) => Err(refused),
    };
    for events in [of_message, cloudevents::decode::batch(body)] {
        match events {
            Ok(events) => events.iter().for_each(written_event),
            Err(refused) => {
                assert!(refused.status().is_client_error());
                assert!(!refused.to_string().is_empty());
            }
        }
    }
}

/// The headers up to an empty line, and the body behind it.
pub(crate) fn message(bytes: &[u8]) -> (HeaderMap, Bytes) {
    let end = bytes.windows(2).position(|two| two == b"\n\n");
    let (head, body) = bytes.split_at(end.map_or(0, |end| end + 2));
    let headers = head.split(|byte| *byte == b'\n').filter_map(|line| {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = HeaderName::from_bytes(parts.next()?).ok()?;
        let value = parts.next()?.trim_ascii();
        Some((name, http::HeaderValue::from_bytes(value).ok()?))
    });
    // a map takes no more than that
    let headers: HeaderMap = headers.take(1000).collect();
    (headers, Bytes::copy_from_slice(body))
}

fn written_event(event: &CloudEvent) {
    let same = |read: &CloudEvent| {
        let (found, data) = (read.data.as_deref(), event.data.as_deref());
        // the one leaves white space around JSON out, the other empty data
        let trimmed =
            |data: Option<&[u8]>| data.map_or_else(Vec::new, |data| data.trim_ascii().to_vec());
        assert!(
            found == data || trimmed(found) == trimmed(data),
            "other data: {event:?}"
        );
        let data = event.data.clone();
        assert_eq!(
            &CloudEvent {
                data,
                ..read.clone()
            },
            event
        );
    };
    assert_eq!(event.check(), Ok(()));
    assert!(!event.idempotency_key().is_empty());
    let text = cloudevents::encode::structured(event).expect("it keeps the rules");
    let read = cloudevents::decode::structured(text.into());
    same(&read.expect("it was written as JSON"));
    if let Ok((headers, body)) = cloudevents::encode::binary(event) {
        let mode = cloudevents::decode::mode(&headers).expect("it was written as headers");
        assert_eq!(mode, Some(cloudevents::decode::Mode::Binary));
        let read = cloudevents::decode::decode(cloudevents::decode::Mode::Binary, &headers, body);
        read.expect("it was written as headers")
            .iter()
            .for_each(same);
    }
}
