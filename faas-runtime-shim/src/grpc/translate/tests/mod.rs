//! Calls in all forms, to services that are written by hand in native gRPC.

mod gets;
mod hostile;
mod protocols;
mod served;
mod shop;
mod streams;
mod unary;
mod web;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use axum::BoxError;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Version, request};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};

use super::*;
use crate::grpc::schema::Schema;
use crate::grpc::status::{Code, Status, refused};

const LIMIT: usize = 4096;

type Answering<'a> = Pin<Box<dyn Future<Output = Response<Body>> + 'a>>;

/// What a service has got.
#[derive(Clone, Debug, Default)]
struct Seen(Arc<Mutex<Vec<Taken>>>);

/// A request's head, and its body as far as it went.
type Taken = (request::Parts, Result<Vec<u8>, String>);

impl Seen {
    fn only(&self) -> Taken {
        let mut seen = self.0.lock().unwrap();
        assert_eq!(seen.len(), 1, "calls");
        seen.remove(0)
    }

    fn is_nothing(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }

    /// A service that takes all of the request, as far as it goes, and gives that answer.
    fn answering<'a>(
        &self,
        answer: impl FnOnce(Vec<u8>) -> Response<Body> + 'a,
    ) -> impl FnOnce(Request<Body>) -> Answering<'a> {
        let seen = self.0.clone();
        move |request| {
            Box::pin(async move {
                let (head, body) = request.into_parts();
                match body.collect().await {
                    Ok(body) => {
                        let body = body.to_bytes().to_vec();
                        seen.lock().unwrap().push((head, Ok(body.clone())));
                        answer(body)
                    }
                    Err(error) => {
                        seen.lock().unwrap().push((head, Err(error.to_string())));
                        refused(Code::Unknown, "the handler's own words")
                    }
                }
            })
        }
    }

    /// A service that answers with what it gets.
    fn echo(&self) -> impl FnOnce(Request<Body>) -> Answering<'static> {
        self.answering(|body| native(&[&body], &[("grpc-status", "0")]))
    }
}

fn body<E, I>(frames: I) -> Body
where
    E: Into<BoxError> + 'static,
    I: IntoIterator<Item = Result<Frame<Bytes>, E>, IntoIter: Send + 'static>,
{
    Body::new(StreamBody::new(stream::iter(frames)))
}

/// A native answer: pieces of a body, then trailers if there are any.
fn native(pieces: &[&[u8]], trailers: &[(&'static str, &'static str)]) -> Response<Body> {
    let mut frames: Vec<_> = pieces
        .iter()
        .map(|piece| Frame::data(Bytes::copy_from_slice(piece)))
        .collect();
    if !trailers.is_empty() {
        frames.push(Frame::trailers(fields(trailers)));
    }
    let mut response = Response::new(body(frames.into_iter().map(Ok::<_, Infallible>)));
    let native = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, native);
    response
}

fn with(mut response: Response<Body>, more: &[(&'static str, &'static str)]) -> Response<Body> {
    response.headers_mut().extend(fields(more));
    response
}

fn fields(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut fields = HeaderMap::new();
    for (name, value) in pairs {
        fields.append(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    fields
}

/// A POST whose body comes in pieces.
fn post(path: &str, pairs: &[(&'static str, &'static str)], pieces: Vec<Vec<u8>>) -> Request<Body> {
    let frames = pieces
        .into_iter()
        .map(|piece| Ok::<_, BoxError>(Frame::data(Bytes::from(piece))));
    let mut request = Request::new(body(frames));
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = path.parse().unwrap();
    *request.headers_mut() = fields(pairs);
    request
}

fn get(target: &str) -> Request<Body> {
    Request::get(target).body(Body::empty()).unwrap()
}

/// An answer, taken whole.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    status: u16,
    fields: HeaderMap,
    /// None if it broke off.
    body: Option<Vec<u8>>,
}

impl Told {
    async fn of(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        let body = body.collect().await.ok();
        if let Some(body) = &body {
            assert!(body.trailers().is_none(), "trailers outside of the body");
        }
        Self {
            status: head.status.as_u16(),
            fields: head.headers,
            body: body.map(|body| body.to_bytes().to_vec()),
        }
    }

    #[track_caller]
    fn field(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .unwrap_or_else(|| panic!("no `{name}` in {self:?}"))
            .to_str()
            .unwrap()
    }

    #[track_caller]
    fn body(&self) -> &[u8] {
        self.body.as_deref().expect("the body broke off")
    }

    #[track_caller]
    fn text(&self) -> &str {
        str::from_utf8(self.body()).unwrap()
    }

    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.body()).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Makes a call in whatever protocol the request has.
async fn call<F: Future<Output = Response<Body>>>(
    request: Request<Body>,
    schema: &Schema,
    service: impl FnOnce(Request<Body>) -> F,
) -> Told {
    let response = match wire(&request) {
        Wire::Native => service(request).await,
        Wire::Web(form) => web(form, request, service).await,
        Wire::Connect(form) => connect(form, request, schema, LIMIT, service).await,
        Wire::Foreign => foreign(&request, schema),
    };
    Told::of(response).await
}

/// A frame of any of the protocols.
fn frame(flags: u8, message: impl AsRef<[u8]>) -> Vec<u8> {
    let message = message.as_ref();
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[flags], &length[..], message].concat()
}

/// Takes frames apart.
#[track_caller]
fn frames(mut bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut found = Vec::new();
    while let Some((&[flags, a, b, c, d], rest)) = bytes.split_first_chunk() {
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap();
        let (message, rest) = rest.split_at(length);
        found.push((flags, message.to_vec()));
        bytes = rest;
    }
    assert!(bytes.is_empty(), "half a frame is left: {bytes:?}");
    found
}

fn gzipped(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn plain(bytes: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut plain)
        .unwrap();
    plain
}

/// Futures that the host sends between threads have to be able to.
#[test]
fn calls_can_be_sent_between_threads() {
    fn sent<T: Send>(_: &T) {}
    let schema = shop::schema();
    let service = async |_: Request<Body>| refused(Code::Ok, "");
    let request = || post(shop::GET, &[("content-type", "application/json")], vec![]);
    let Wire::Connect(form) = wire(&request()) else {
        panic!("not Connect's");
    };
    sent(&connect(form, request(), &schema, LIMIT, service));
    let request = || {
        post(
            shop::GET,
            &[("content-type", "application/grpc-web")],
            vec![],
        )
    };
    let Wire::Web(form) = wire(&request()) else {
        panic!("not gRPC-Web's");
    };
    sent(&web(form, request(), service));
}
