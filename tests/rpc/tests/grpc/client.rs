//! A client for methods whose messages are written here.

use std::pin::Pin;
use std::task::{Context, Waker};

use faas::testing::{Channel, TestApp};
use futures_util::Stream;
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;

/// A message of one number.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(crate) struct Number {
    #[prost(int64, tag = "1")]
    pub(crate) value: i64,
}

pub(crate) fn number(value: i64) -> Number {
    Number { value }
}

/// A message of one text.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Text {
    #[prost(string, tag = "1")]
    pub(crate) text: String,
}

fn grpc(app: &TestApp) -> Grpc<Channel> {
    Grpc::new(app.grpc())
}

fn path(path: &'static str) -> PathAndQuery {
    PathAndQuery::from_static(path)
}

pub(crate) async fn unary<A, B>(
    app: &TestApp,
    method: &'static str,
    message: impl tonic::IntoRequest<A>,
) -> Result<Response<B>, Status>
where
    A: prost::Message + 'static,
    B: prost::Message + Default + 'static,
{
    let codec = ProstCodec::<A, B>::default();
    grpc(app)
        .unary(message.into_request(), path(method), codec)
        .await
}

pub(crate) async fn streaming<B>(
    app: &TestApp,
    method: &'static str,
    messages: impl Stream<Item = Number> + Send + 'static,
) -> Result<Streaming<B>, Status>
where
    B: prost::Message + Default + 'static,
{
    let codec = ProstCodec::<Number, B>::default();
    let response = grpc(app)
        .streaming(Request::new(messages), path(method), codec)
        .await?;
    Ok(response.into_inner())
}

/// All messages of a stream, and the status that it ended with if it was not OK.
pub(crate) async fn all<T>(mut messages: Streaming<T>) -> (Vec<T>, Option<Status>) {
    let mut found = Vec::new();
    loop {
        match messages.message().await {
            Ok(Some(message)) => found.push(message),
            Ok(None) => return (found, None),
            Err(status) => return (found, Some(status)),
        }
    }
}

/// Polls a future once.
pub(crate) fn is_waiting<F: Future>(future: Pin<&mut F>) -> bool {
    future
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_pending()
}
