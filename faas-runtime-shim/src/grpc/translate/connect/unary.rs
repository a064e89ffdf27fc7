//! Calls of one message each way: what is a body here is a frame there, and trailers are header fields with a prefix.

use axum::body::{Body, HttpBody as _};
use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, request, response};
use http_body_util::BodyExt as _;

use super::super::complaint::{self, Complaint};
use super::super::frame::{self, Frame, Frames};
use super::super::native::{self, Reply, Rest};
use super::{Call, Coding, add, end};
use crate::grpc::schema::Schema;
use crate::grpc::status::{Code, Status};

/// Makes a call of a GET, whose message is in its query.
pub(super) async fn get<F>(
    mut head: request::Parts,
    call: Result<(Call, Bytes), Status>,
    schema: &Schema,
    inner: impl FnOnce(Request<Body>) -> F,
) -> Response<Body>
where
    F: Future<Output = Response<Body>>,
{
    let complaint = Complaint::of(&mut head);
    let mut response = match call {
        Ok((call, message)) => serve(head, &call, message, schema, &complaint, inner).await,
        Err(status) => refused(status, &complaint, schema),
    };
    // caches keep answers of GETs, and the coding is the caller's
    let by = HeaderValue::from_static("accept-encoding");
    _ = response.headers_mut().try_append(VARY, by);
    response
}

/// Makes a call of a POST.
pub(super) async fn post<F>(
    mut head: request::Parts,
    body: Body,
    call: Result<Call, Status>,
    schema: &Schema,
    inner: impl FnOnce(Request<Body>) -> F,
) -> Response<Body>
where
    F: Future<Output = Response<Body>>,
{
    let complaint = Complaint::of(&mut head);
    let call = match call {
        Ok(call) => call,
        Err(status) => return refused(status, &complaint, schema),
    };
    match gather(body, call.max_message).await {
        Ok(message) => serve(head, &call, message, schema, &complaint, inner).await,
        Err(status) => refused(status, &complaint, schema),
    }
}

async fn serve<F>(
    head: request::Parts,
    call: &Call,
    message: Bytes,
    schema: &Schema,
    complaint: &Complaint,
    inner: impl FnOnce(Request<Body>) -> F,
) -> Response<Body>
where
    F: Future<Output = Response<Body>>,
{
    let message = call.transcoder.request(message, call.sent);
    let frame = match message.and_then(|message| Frame::write(0, &message)) {
        Ok(frame) => frame,
        Err(status) => return refused(status, complaint, schema),
    };
    let response = inner(Request::from_parts(head, Body::from(frame))).await;
    let Reply { head, rest } = Reply::of(response);
    let (body, coding) = match rest {
        // what comes with an error alone is about the error, not behind it
        Rest::Nothing(mut status) => {
            if status.code == Code::Ok {
                status = complaint.ours(internal("the answer has no message"));
            }
            return failed(head, &status, &HeaderMap::new(), schema);
        }
        Rest::Messages { body, encoding } => (body, encoding),
    };
    match read(body, complaint).await {
        Ok((message, trailers)) => {
            let answer = answer(call, message, coding.as_ref());
            match answer.map_err(|status| complaint.ours(status)) {
                Ok(answer) => succeeded(head, call, answer, &trailers),
                Err(status) => failed(head, &status, &trailers, schema),
            }
        }
        Err((status, trailers)) => failed(head, &status, &trailers, schema),
    }
}

/// The message as the caller wants it.
fn answer(
    call: &Call,
    Frame { flags, message }: Frame,
    encoding: Option<&HeaderValue>,
) -> Result<(Bytes, Coding), Status> {
    let coding = super::offered(encoding)?;
    let coding = super::coding_of(flags, coding).map_err(super::ours)?;
    Ok((call.transcoder.answer(message, coding)?, coding))
}

fn succeeded(
    mut head: response::Parts,
    call: &Call,
    (message, coding): (Bytes, Coding),
    trailers: &HeaderMap,
) -> Response<Body> {
    let content_type = call.transcoder.codec().unary_type();
    _ = head.headers.try_insert(CONTENT_TYPE, content_type);
    if coding == Coding::Gzip {
        let gzip = HeaderValue::from_static("gzip");
        _ = head.headers.try_insert(CONTENT_ENCODING, gzip);
    }
    add(&mut head.headers, trailers, prefixed);
    Response::from_parts(head, Body::from(message))
}

fn failed(
    mut head: response::Parts,
    status: &Status,
    trailers: &HeaderMap,
    schema: &Schema,
) -> Response<Body> {
    add(&mut head.headers, trailers, prefixed);
    end::failed(head, status, schema.pool())
}

/// The answer where no call was made.
fn refused(status: Status, complaint: &Complaint, schema: &Schema) -> Response<Body> {
    let status = complaint.refused(status);
    let (mut head, ()) = Response::new(()).into_parts();
    if status.code == Code::Unimplemented {
        let gzip = HeaderValue::from_static("gzip");
        head.headers.insert(ACCEPT_ENCODING, gzip);
    }
    end::failed(head, &status, schema.pool())
}

fn prefixed(name: &HeaderName) -> Option<HeaderName> {
    HeaderName::try_from(format!("trailer-{name}")).ok()
}

/// Takes a whole body, of which no more than the limit is ever held.
async fn gather(mut body: Body, limit: usize) -> Result<Bytes, Status> {
    let least = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if least > limit {
        return Err(frame::too_large(least, limit));
    }
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| complaint::broken(&error))?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        let length = first
            .len()
            .saturating_add(more.len())
            .saturating_add(piece.len());
        if length > limit {
            return Err(frame::too_large(length, limit));
        }
        if first.is_empty() && more.is_empty() {
            first = piece;
            continue;
        }
        if more.is_empty() {
            more.extend_from_slice(&first);
            first = Bytes::new();
        }
        more.extend_from_slice(&piece);
    }
    Ok(if more.is_empty() {
        first
    } else {
        more.freeze()
    })
}

/// Takes the one message of an answer.
async fn read(
    mut body: Body,
    complaint: &Complaint,
) -> Result<(Frame, HeaderMap), (Status, HeaderMap)> {
    let mut frames = Frames::new(usize::MAX);
    let mut message = None;
    let mut trailers = None;
    while let Some(frame) = body.frame().await {
        let ours = |status| (complaint.ours(status), HeaderMap::new());
        let frame = frame.map_err(|_| ours(native::broken()))?;
        match frame.into_data() {
            Ok(piece) => {
                frames.take(&piece);
                if message.is_none() {
                    message = frames.next().map_err(ours)?;
                }
                if message.is_some() && !frames.is_empty() {
                    // the rest is not waited for: a stream may have no end
                    let text = "the answer has more than one message";
                    return Err(ours(internal(text)));
                }
            }
            Err(frame) => {
                trailers = frame.into_trailers().ok();
                break;
            }
        }
    }
    let (status, trailers) = native::ending(trailers);
    if status.code != Code::Ok {
        return Err((status, trailers));
    }
    match message {
        Some(message) => Ok((message, trailers)),
        None => {
            let why = match frames.is_empty() {
                true => "the answer has no message",
                false => "the answer ended inside of a message",
            };
            Err((complaint.ours(internal(why)), trailers))
        }
    }
}

fn internal(text: &str) -> Status {
    Status::new(Code::Internal, text)
}
