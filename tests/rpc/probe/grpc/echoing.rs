//! A server around a server, as an interceptor of one's own would be: it answers with the metadata that gRPC's cases send.
//! Tonic's handlers cannot add to the trailers of a call that succeeds.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderName, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::BodyExt;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::server::NamedService;

const INITIAL: HeaderName = HeaderName::from_static("x-grpc-test-echo-initial");
const TRAILING: HeaderName = HeaderName::from_static("x-grpc-test-echo-trailing-bin");

/// Sends back two headers of the request, one in the head and one in the trailers.
#[derive(Clone)]
pub(super) struct Echoing<S>(pub(super) S);

impl<S: NamedService> NamedService for Echoing<S> {
    const NAME: &'static str = S::NAME;
}

impl<S, B> Service<Request<B>> for Echoing<S>
where
    S: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let initial = request.headers().get(INITIAL).cloned();
        let trailing = request.headers().get(TRAILING).cloned();
        let answer = self.0.call(request);
        Box::pin(async move {
            let mut response = answer.await?;
            if let Some(value) = initial {
                response.headers_mut().insert(INITIAL, value);
            }
            let Some(value) = trailing else {
                return Ok(response);
            };
            Ok(response.map(|body| Body::new(body.map_frame(move |frame| ending(frame, &value)))))
        })
    }
}

fn ending<D>(frame: Frame<D>, value: &HeaderValue) -> Frame<D> {
    match frame.into_trailers() {
        Ok(mut trailers) => {
            trailers.insert(TRAILING, value.clone());
            Frame::trailers(trailers)
        }
        Err(frame) => frame,
    }
}
