//! What a function has answered, as JSON: a caller of Lambda, or the destination of an asynchronous invocation, expects it.

use crate::cloudevents::{self, AttributeError, CloudEvent};
use crate::invocation::Reply;

/// Appends an event in structured mode.
pub(crate) fn event(event: &CloudEvent, out: &mut Vec<u8>) -> Result<(), AttributeError> {
    out.extend_from_slice(&cloudevents::encode::structured(event)?);
    Ok(())
}

/// Appends an answer that is no event: text as a JSON string, everything else as it is.
pub(crate) fn reply(reply: &Reply, out: &mut Vec<u8>) {
    if reply.media_type.starts_with("text/")
        && let Ok(text) = std::str::from_utf8(&reply.body)
    {
        out.push(b'"');
        super::text::escaped(text, out);
        out.push(b'"');
        return;
    }
    out.extend_from_slice(&reply.body);
}

#[cfg(test)]
mod tests {
    //! The forms of an answer.

    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn written(answer: &Reply) -> String {
        let mut out = Vec::new();
        reply(answer, &mut out);
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
        let mut sent = CloudEvent::new("1", "/orders", "order.paid");
        sent.data_content_type = Some("application/json".to_owned());
        sent.data = Some("{\"id\":7}".into());
        let mut out = Vec::new();
        event(&sent, &mut out).unwrap();
        let answer: Value = serde_json::from_slice(&out).unwrap();
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
        let nameless = CloudEvent::new("1", "/orders", "");
        assert!(event(&nameless, &mut out).is_err());
    }
}
