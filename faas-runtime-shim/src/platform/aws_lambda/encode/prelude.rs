//! The head of a streamed HTTP answer: a JSON document, and eight NUL bytes before the body (Developer Guide, "Building a
//! custom runtime", response streaming; API Gateway Developer Guide, "Set up a Lambda proxy integration with payload
//! response streaming").

use http::header::SET_COOKIE;
use http::response::Parts;

use super::{Envelope, headers};

/// The type of a stream that begins with a prelude.
pub(crate) const WITH_PRELUDE: &str = "application/vnd.awslambda.http-integration-response";

/// Front ends look for the end of the prelude in the first 16 KiB.
const LONGEST: usize = 16 * 1024;

const END: [u8; 8] = [0; 8];

/// A head that is longer than front ends read one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the response's head has {bytes} bytes as a prelude, expected at most {LONGEST}")]
pub(crate) struct TooLong {
    bytes: usize,
}

/// Appends the head of an answer whose body follows as it is.
///
/// # Errors
///
/// Fails for a head that is too long; what is appended then is of no use.
pub(crate) fn prelude(envelope: Envelope, head: &Parts, out: &mut Vec<u8>) -> Result<(), TooLong> {
    let start = out.len();
    out.extend_from_slice(br#"{"statusCode":"#);
    out.extend_from_slice(head.status.as_str().as_bytes());
    match envelope {
        Envelope::RestV1 => headers::arrays(&head.headers, out),
        _ => headers::texts_and_cookies(&head.headers, out),
    };
    // cargo-lambda's emulator takes no prelude without the key (`cargo-lambda-watch`, `StreamingPrelude`)
    if envelope != Envelope::RestV1 && !head.headers.contains_key(SET_COOKIE) {
        out.extend_from_slice(br#","cookies":[]"#);
    }
    out.push(b'}');
    out.extend_from_slice(&END);
    let bytes = out.len().saturating_sub(start);
    if bytes > LONGEST {
        return Err(TooLong { bytes });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! What a front end finds before the body.

    use http::{HeaderValue, Response};
    use serde_json::{Value, json};

    use super::*;

    fn head(status: u16, headers: &[(&str, &[u8])]) -> Parts {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, HeaderValue::from_bytes(value).unwrap());
        }
        response.body(()).unwrap().into_parts().0
    }

    #[track_caller]
    fn written(envelope: Envelope, head: &Parts) -> Value {
        let mut out = b"before".to_vec();
        prelude(envelope, head, &mut out).unwrap();
        let document = out.strip_prefix(b"before").unwrap();
        let document = document.strip_suffix(&END).unwrap();
        assert!(!document.contains(&0), "{document:?}");
        serde_json::from_slice(document).unwrap()
    }

    #[test]
    fn each_front_end_has_the_map_that_it_reads() {
        let head = head(
            201,
            &[
                ("content-type", b"text/event-stream"),
                ("vary", b"accept"),
                ("set-cookie", b"a=1; Path=/"),
                ("vary", b"origin"),
                ("set-cookie", b"b=2"),
                ("content-length", b"12"),
                ("connection", b"keep-alive"),
                ("transfer-encoding", b"chunked"),
                ("x-quote", b"say \"hi\"\t\xe9"),
            ],
        );
        assert_eq!(
            written(Envelope::HttpV2, &head),
            json!({
                "statusCode": 201,
                "headers": {
                    "content-type": "text/event-stream", "vary": "accept, origin", "x-quote": "say \"hi\"\t\u{e9}",
                },
                "cookies": ["a=1; Path=/", "b=2"],
            })
        );
        assert_eq!(
            written(Envelope::RestV1, &head),
            json!({
                "statusCode": 201,
                "multiValueHeaders": {
                    "content-type": ["text/event-stream"], "vary": ["accept", "origin"],
                    "x-quote": ["say \"hi\"\t\u{e9}"], "set-cookie": ["a=1; Path=/", "b=2"],
                },
            })
        );
    }

    #[test]
    fn a_head_without_headers_is_one_too() {
        assert_eq!(
            written(Envelope::HttpV2, &head(204, &[])),
            json!({"statusCode": 204, "headers": {}, "cookies": []})
        );
        assert_eq!(
            written(Envelope::RestV1, &head(204, &[])),
            json!({"statusCode": 204, "multiValueHeaders": {}})
        );
    }

    #[test]
    fn a_head_that_no_front_end_would_read_is_refused() {
        let around =
            br#"{"statusCode":200,"headers":{"x-long":""},"cookies":[]}"#.len() + END.len();
        let fits = vec![b'x'; LONGEST - around];
        let mut out = Vec::new();
        let long = head(200, &[("x-long", &fits)]);
        assert_eq!(prelude(Envelope::HttpV2, &long, &mut out), Ok(()));
        assert_eq!(out.len(), LONGEST);
        let long = head(200, &[("x-long", &fits), ("x-long", b"")]);
        let bytes = LONGEST + 2;
        assert_eq!(
            prelude(Envelope::HttpV2, &long, &mut Vec::new()),
            Err(TooLong { bytes })
        );
    }
}
