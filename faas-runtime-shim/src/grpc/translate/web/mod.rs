//! gRPC-Web, binary and as text: gRPC's own frames, with the trailers in one of them.
//!
//! The specification is [PROTOCOL-WEB.md](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md). As all clients do
//! and unlike it, binary metadata keeps its base64 in text as well. Begin with [`web`]; `text` has the base64, `trailing`
//! the answer.

mod text;
mod trailing;

use axum::body::Body;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request, Response};

use self::text::Decode;
use self::trailing::Trailing;
use super::complaint::Complaint;
use super::media::Media;
use super::native::{self, GRPC_ENCODING, Reply, Rest};
use super::relay::Relay;
use crate::grpc::status::{Code, Status, refused};

/// Which sides are text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Form {
    sends_text: bool,
    wants_text: bool,
}

impl Form {
    /// Tells the form by the content type, and by what is accepted; a list's first entry counts.
    pub(super) fn of(sent: &Media<'_>, accepted: Option<&Media<'_>>) -> Option<Self> {
        let is_text = |media: &Media<'_>| TEXT.iter().any(|essence| media.is(essence));
        let is_binary = |media: &Media<'_>| BINARY.iter().any(|essence| media.is(essence));
        let sends_text = is_text(sent);
        if !sends_text && !is_binary(sent) {
            return None;
        }
        let wants_text = match accepted {
            Some(media) if is_text(media) => true,
            Some(media) if is_binary(media) => false,
            _ => sends_text,
        };
        Some(Self {
            sends_text,
            wants_text,
        })
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(if self.wants_text {
            "application/grpc-web-text+proto"
        } else {
            "application/grpc-web+proto"
        })
    }
}

const TEXT: [&str; 2] = [
    "application/grpc-web-text",
    "application/grpc-web-text+proto",
];
const BINARY: [&str; 2] = ["application/grpc-web", "application/grpc-web+proto"];

/// Translates a call to native gRPC, which `inner` answers, and the answer back.
pub(crate) async fn web<F>(
    form: Form,
    request: Request<Body>,
    inner: impl FnOnce(Request<Body>) -> F,
) -> Response<Body>
where
    F: Future<Output = Response<Body>>,
{
    let (mut head, body) = request.into_parts();
    let complaint = Complaint::of(&mut head);
    let coding = head.headers.remove(CONTENT_ENCODING);
    if coding.is_some_and(|coding| coding != "identity") {
        let text = "gRPC-Web's bodies have no content-encoding here: take it off";
        complaint.refused(Status::new(Code::Unimplemented, text));
        return answer(form, refused(Code::Unimplemented, text), complaint);
    }
    native::request(&mut head);
    head.headers.remove(ACCEPT);
    head.headers.remove(HeaderName::from_static("x-grpc-web"));
    let body = if form.sends_text {
        Relay::body(body, Decode::new(complaint.clone()))
    } else {
        body
    };
    let response = inner(Request::from_parts(head, body)).await;
    answer(form, response, complaint)
}

fn answer(form: Form, response: Response<Body>, complaint: Complaint) -> Response<Body> {
    let Reply { mut head, rest } = Reply::of(response);
    let mut put = |name, value| _ = head.headers.try_insert(name, value);
    put(CONTENT_TYPE, form.content_type());
    match rest {
        Rest::Nothing(status) => {
            complaint.over(status).put(&mut head.headers);
            Response::from_parts(head, Body::empty())
        }
        Rest::Messages { body, encoding } => {
            if let Some(encoding) = encoding {
                put(GRPC_ENCODING, encoding);
            }
            let trailing = Trailing::new(form.wants_text, complaint);
            Response::from_parts(head, Relay::body(body, trailing))
        }
    }
}
