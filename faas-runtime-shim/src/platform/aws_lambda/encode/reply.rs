//! What a function has answered, as JSON: a caller of Lambda, or the destination of an asynchronous invocation, expects it.

use crate::cloudevents::{self, AttributeError};
use crate::invocation::Reply;

/// Appends an answer: an event in structured mode, text as a JSON string, everything else as it is.
pub(crate) fn reply(reply: &Reply, out: &mut Vec<u8>) -> Result<(), AttributeError> {
    if let Some(event) = &reply.event {
        out.extend_from_slice(&cloudevents::encode::structured(event)?);
        return Ok(());
    }
    if reply.media_type.starts_with("text/")
        && let Ok(text) = std::str::from_utf8(&reply.body)
    {
        out.push(b'"');
        super::text::escaped(text, out);
        out.push(b'"');
        return Ok(());
    }
    out.extend_from_slice(&reply.body);
    Ok(())
}

#[cfg(test)]
mod tests {
    //! The forms of an answer.

    use serde_json::{Value, json};

    use super::*;
    use crate::cloudevents::CloudEvent;

    #[track_caller]
    fn written(answer: &Reply) -> String {
        let mut out = Vec::new();
        reply(answer, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_is_null_and_json_goes_as_it_is() {
        assert_eq!(written(&Reply::nothing()), "null");
        assert_eq!(written(&Reply::json("{ \"a\": 1 }")), "{ \"a\": 1 }");
    }

    #[test]
    fn text_is_a_json_string() {
        let text = Reply::new("say \"hi\"\n", "text/plain; charset=utf-8");
        assert_eq!(written(&text), r#""say \"hi\"\n""#);
    }

    #[test]
    fn an_event_is_structured() {
        let mut event = CloudEvent::new("1", "/orders", "order.paid");
        event.data_content_type = Some("application/json".to_owned());
        event.data = Some("{\"id\":7}".into());
        let answer: Value = serde_json::from_str(&written(&Reply::event(event))).unwrap();
        assert_eq!(
            answer,
            json!({
                "specversion": "1.0", "id": "1", "source": "/orders", "type": "order.paid",
                "datacontenttype": "application/json", "data": {"id": 7},
            })
        );
    }

    #[test]
    fn an_event_without_a_type_is_refused() {
        let mut out = Vec::new();
        let event = CloudEvent::new("1", "/orders", "");
        assert!(reply(&Reply::event(event), &mut out).is_err());
    }
}
