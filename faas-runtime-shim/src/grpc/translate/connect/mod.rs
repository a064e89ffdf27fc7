//! Connect, [its protocol](https://connectrpc.com/docs/protocol): unary calls as plain requests, streams in envelopes,
//! messages as protobuf or as JSON.
//!
//! JSON needs the method's descriptors. Whether answers are compressed is the service's choice: it is told what the
//! caller accepts. Begin with [`connect`], which refuses what no call can be made of; `unary` and `stream` make the calls.

mod codec;
mod end;
mod gzip;
mod json;
mod query;
mod stream;
mod unary;
mod weight;

use axum::body::Body;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Version, request};

use self::codec::{Codec, Transcoder};
use self::query::Query;
use super::frame::COMPRESSED;
use super::media::Media;
use super::native::{self, GRPC_ACCEPT_ENCODING, GRPC_ENCODING};
use super::{unsupported_media, wrong_verb};
use crate::grpc::schema::{Found, Method, Schema};
use crate::grpc::status::{Code, GRPC_MESSAGE, GRPC_STATUS, Status};
use crate::grpc::timeout::{self, CONNECT_TIMEOUT, GRPC_TIMEOUT};

/// The shape of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// A unary call in the query of a GET.
    Get,
    Unary(Codec),
    Stream(Codec),
}

impl Form {
    pub(super) fn of(media: &Media<'_>) -> Option<Self> {
        let forms = [
            ("application/proto", Self::Unary(Codec::Proto)),
            ("application/json", Self::Unary(Codec::Json)),
            ("application/connect+proto", Self::Stream(Codec::Proto)),
            ("application/connect+json", Self::Stream(Codec::Json)),
        ];
        let (_, form) = forms.into_iter().find(|(essence, _)| media.is(essence))?;
        media.is_utf8().then_some(form)
    }

    /// A GET is a call if its query has anything of one.
    pub(super) fn of_query(query: &str) -> Option<Self> {
        Query::is_one(query).then_some(Self::Get)
    }
}

/// Where a call goes.
#[derive(Clone, Copy, Debug)]
struct Site<'a> {
    /// None if no descriptor set has the service.
    method: Option<&'a Method>,
    max_message: usize,
}

/// What is known of a call before its message is read.
#[derive(Debug)]
struct Call {
    transcoder: Transcoder,
    /// How the request's messages are compressed.
    sent: Coding,
    /// Whether the method takes exactly one message; without descriptors nobody knows.
    takes_one: bool,
    max_message: usize,
}

/// A coding of messages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Coding {
    Identity,
    Gzip,
}

/// Translates a call to native gRPC, which `inner` answers, and the answer back.
pub(crate) async fn connect<F>(
    form: Form,
    request: Request<Body>,
    schema: &Schema,
    max_message: usize,
    inner: impl FnOnce(Request<Body>) -> F,
) -> Response<Body>
where
    F: Future<Output = Response<Body>>,
{
    let path = request.uri().path();
    let method = match schema.find(path) {
        Found::Method(method) => Some(method),
        Found::Nothing => None,
        Found::NoMethod => return no_method(path, schema),
    };
    if let Some(response) = misfit(form, method, request.version()) {
        return response;
    }
    let site = Site {
        method,
        max_message,
    };
    let (mut head, body) = request.into_parts();
    match form {
        Form::Get => {
            let uri = query::split(&mut head.uri);
            let query = Query::of(uri.query().unwrap_or_default());
            let Some(codec) = query.codec() else {
                return unsupported_media(method);
            };
            let call = Call::unary(&mut head, query.coding(), codec, site);
            let call = call.and_then(|call| Ok((call, query.message(max_message)?)));
            unary::get(head, call, schema, inner).await
        }
        Form::Unary(codec) => {
            let coding = coding(head.headers.remove(CONTENT_ENCODING).as_ref());
            let call = Call::unary(&mut head, coding, codec, site);
            unary::post(head, body, call, schema, inner).await
        }
        Form::Stream(codec) => {
            let call = Call::stream(&mut head, codec, site);
            stream::serve(head, body, codec, call, schema, inner).await
        }
    }
}

/// The answer where a form does not fit its method.
fn misfit(form: Form, method: Option<&Method>, version: Version) -> Option<Response<Body>> {
    let streams = method.map(Method::streams);
    match form {
        Form::Get if streams == Some(false) && method.is_some_and(|method| method.is_safe) => None,
        Form::Get => Some(wrong_verb(method)),
        Form::Unary(_) if streams == Some(true) => Some(unsupported_media(method)),
        Form::Stream(_) if streams == Some(false) => Some(unsupported_media(method)),
        // the caller may wait for an answer before it goes on, and HTTP/1.1 promises none
        Form::Stream(_)
            if version < Version::HTTP_2
                && method.is_some_and(|method| method.client_streams && method.server_streams) =>
        {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::HTTP_VERSION_NOT_SUPPORTED;
            response
                .headers_mut()
                .insert(CONNECTION, HeaderValue::from_static("close"));
            Some(response)
        }
        Form::Unary(_) | Form::Stream(_) => None,
    }
}

/// "404 Not Found": what a client makes of it is `unimplemented`, so the body says the same.
fn no_method(path: &str, schema: &Schema) -> Response<Body> {
    let status = Status::new(Code::Unimplemented, format!("there is no method `{path}`"));
    let mut response = end::failed(Response::new(()).into_parts().0, &status, schema.pool());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

impl Call {
    fn unary(
        head: &mut request::Parts,
        sent: Result<Coding, Status>,
        codec: Codec,
        site: Site<'_>,
    ) -> Result<Self, Status> {
        let accepted = head.headers.remove(ACCEPT_ENCODING);
        Self::new(head, sent, accepted.as_ref(), codec, site)
    }

    fn stream(head: &mut request::Parts, codec: Codec, site: Site<'_>) -> Result<Self, Status> {
        // messages are compressed one by one, the body as a whole is not
        let whole = coding(head.headers.remove(CONTENT_ENCODING).as_ref());
        let sent = coding(head.headers.remove(CONNECT_CONTENT_ENCODING).as_ref());
        let sent = match whole {
            Ok(Coding::Identity) => sent,
            Ok(Coding::Gzip) | Err(_) => Err(Status::new(
                Code::Unimplemented,
                "the body of a stream has no content-encoding: use connect-content-encoding",
            )),
        };
        let accepted = head.headers.remove(CONNECT_ACCEPT_ENCODING);
        head.headers.remove(ACCEPT_ENCODING);
        Self::new(head, sent, accepted.as_ref(), codec, site)
    }

    /// Reads the head's protocol fields, and makes the head native.
    fn new(
        head: &mut request::Parts,
        sent: Result<Coding, Status>,
        accepted: Option<&HeaderValue>,
        codec: Codec,
        Site {
            method,
            max_message,
        }: Site<'_>,
    ) -> Result<Self, Status> {
        let fields = &mut head.headers;
        let version = fields.remove(CONNECT_PROTOCOL_VERSION);
        let timeout = fields.remove(CONNECT_TIMEOUT);
        // they would be taken for the translation's own
        for name in [
            ACCEPT,
            GRPC_ACCEPT_ENCODING,
            GRPC_ENCODING,
            GRPC_MESSAGE,
            GRPC_STATUS,
            GRPC_TIMEOUT,
        ] {
            fields.remove(name);
        }
        native::request(head);

        let invalid = |text: String| Status::new(Code::InvalidArgument, text);
        if let Some(version) = version.filter(|version| version != "1") {
            let found = String::from_utf8_lossy(version.as_bytes()).into_owned();
            let text = format!("connect-protocol-version is `{found}`, and `1` is the only one");
            return Err(invalid(text));
        }
        let timeout = timeout.as_ref().map(timeout::parse_millis).transpose();
        let timeout = timeout.map_err(|error| invalid(error.to_string()))?;
        let sent = sent?;
        let transcoder = Transcoder::new(codec, method, max_message)?;
        if accepted.map_or(sent == Coding::Gzip, accepts_gzip) {
            let gzip = HeaderValue::from_static("gzip");
            _ = head.headers.try_insert(GRPC_ACCEPT_ENCODING, gzip);
        }
        if let Some(timeout) = timeout {
            _ = head
                .headers
                .try_insert(GRPC_TIMEOUT, timeout::write(timeout));
        }
        let takes_one = method.is_some_and(|method| !method.client_streams);
        Ok(Self {
            transcoder,
            sent,
            takes_one,
            max_message,
        })
    }
}

/// Reads the name of a coding.
fn coding(name: Option<&HeaderValue>) -> Result<Coding, Status> {
    let Some(name) = name else {
        return Ok(Coding::Identity);
    };
    query::coding(&String::from_utf8_lossy(name.as_bytes()))
}

/// How one message is compressed, by its flags.
fn coding_of(flags: u8, coding: Coding) -> Result<Coding, Status> {
    match (flags, coding) {
        (0, _) => Ok(Coding::Identity),
        (COMPRESSED, Coding::Gzip) => Ok(Coding::Gzip),
        // gRPC, "Compression": such a message "MUST fail with INTERNAL"
        (COMPRESSED, Coding::Identity) => {
            let text = "a message is compressed, and no header field has named a compression";
            Err(Status::new(Code::Internal, text))
        }
        _ => {
            let text = format!(
                "a message has the flags {flags:#04x}: expected 0x00, or 0x01 if it is compressed"
            );
            Err(Status::new(Code::InvalidArgument, text))
        }
    }
}

/// How an answer's messages are compressed: in no other way than was offered.
fn offered(encoding: Option<&HeaderValue>) -> Result<Coding, Status> {
    coding(encoding).map_err(ours)
}

/// What is wrong with an answer is not the caller's fault.
fn ours(status: Status) -> Status {
    Status::new(Code::Internal, status.message)
}

/// Whether a list of codings has gzip; one with the weight zero is there to be left out.
fn accepts_gzip(list: &HeaderValue) -> bool {
    let text = list.to_str().unwrap_or_default();
    text.split(',').any(|entry| {
        let mut parts = entry.split(';');
        let is_gzip = parts
            .next()
            .is_some_and(|name| name.trim().eq_ignore_ascii_case("gzip"));
        let is_refused = parts.any(|part| {
            let weight = part.trim().strip_prefix("q=");
            weight.and_then(|weight| weight.parse::<f32>().ok()) == Some(0.0)
        });
        is_gzip && !is_refused
    })
}

/// Copies metadata, each name as `rename` has it.
fn add(
    fields: &mut HeaderMap,
    metadata: &HeaderMap,
    rename: impl Fn(&HeaderName) -> Option<HeaderName>,
) {
    for (name, value) in metadata {
        if let Some(name) = rename(name) {
            _ = fields.try_append(name, value.clone());
        }
    }
}

const CONNECT_PROTOCOL_VERSION: HeaderName = HeaderName::from_static("connect-protocol-version");
const CONNECT_CONTENT_ENCODING: HeaderName = HeaderName::from_static("connect-content-encoding");
const CONNECT_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("connect-accept-encoding");
