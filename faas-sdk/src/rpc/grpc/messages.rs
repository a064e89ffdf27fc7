//! The messages that a call brings: one, or a stream of them.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use faas_runtime_shim::grpc::method::{self, Incoming};
use futures_util::stream::{Stream, StreamExt};
use tonic::{Status, Streaming};

use crate::extract::trigger::Grpc;
use crate::extract::{All, FromInvocation, Parts, Slot};
use crate::{Error, Proto};

/// The messages of a caller that sends several: a [`Stream`] of `Result<T, Status>`.
///
/// # Examples
///
/// ```
/// use faas::Proto;
/// use faas::rpc::Messages;
///
/// #[derive(Clone, PartialEq, prost::Message)]
/// struct Number {
///     #[prost(int64, tag = "1")]
///     value: i64,
/// }
///
/// #[faas::grpc("math.v1.Sums/Sum")]
/// async fn sum(mut numbers: Messages<Number>) -> Result<Proto<Number>, faas::Error> {
///     let mut value = 0;
///     while let Some(number) = numbers.message().await? {
///         value += number.value;
///     }
///     Ok(Proto(Number { value }))
/// }
/// ```
pub struct Messages<T> {
    encoded: Box<Streaming<Bytes>>,
    decoded: PhantomData<fn() -> T>,
}

impl<T: prost::Message + Default> Messages<T> {
    /// Waits for the next message; `None` once the caller has sent all.
    ///
    /// # Errors
    ///
    /// Returns the status of a stream that broke off, of a message that is too large, or of one that is no `T`.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn message(&mut self) -> Result<Option<T>, Status> {
        self.next().await.transpose()
    }
}

impl<T: prost::Message + Default> Stream for Messages<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(self.encoded.poll_next_unpin(cx));
        Poll::Ready(next.map(|message| message.and_then(decode)))
    }
}

impl<T> fmt::Debug for Messages<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages").finish_non_exhaustive()
    }
}

/// A message that cannot be read is the server's `INTERNAL` (gRPC, "Status codes and their use in gRPC").
fn decode<T: prost::Message + Default>(message: Bytes) -> Result<T, Status> {
    T::decode(message)
        .map_err(|error| Status::internal(format!("the message cannot be decoded: {error}")))
}

impl<T: prost::Message + Default> FromInvocation<Grpc> for Messages<T> {
    type Takes = All<T>;

    const STREAMS: bool = true;

    fn from_invocation(_: &Parts, call: &mut Slot) -> Result<Self, Error> {
        match taken(call)? {
            method::Messages::Many(encoded) => Ok(Self {
                encoded,
                decoded: PhantomData,
            }),
            method::Messages::One(_) => Err(Error::retry("expected a stream, found one message")),
        }
    }
}

impl<T: prost::Message + Default> FromInvocation<Grpc> for Proto<T> {
    type Takes = All<T>;

    fn from_invocation(_: &Parts, call: &mut Slot) -> Result<Self, Error> {
        match taken(call)? {
            method::Messages::One(message) => Ok(Self(decode(message)?)),
            method::Messages::Many(_) => Err(Error::retry("expected one message, found a stream")),
        }
    }
}

fn taken(call: &mut Slot) -> Result<method::Messages, Error> {
    let messages = call
        .call::<Incoming>()
        .and_then(|call| call.messages.take());
    messages.ok_or_else(|| {
        Error::retry("expected a message, found nothing: another parameter has taken it")
            .with_name("WrongInput")
    })
}
