//! What a method answers: one message, or a stream of them.

use std::fmt;

use bytes::Bytes;
use faas_runtime_shim::grpc::failure;
use faas_runtime_shim::grpc::method::Reply;
use futures_util::stream::{Stream, StreamExt};

use crate::outcome::IntoFailure;
use crate::{Error, Proto};

/// The messages of an answer, one after the other: any `Stream` of `Result<T, E>`.
///
/// The first error ends the answer with its status.
///
/// # Examples
///
/// ```
/// use faas::Proto;
/// use faas::rpc::Replies;
/// use futures_util::stream::{self, Stream};
///
/// #[derive(Clone, PartialEq, prost::Message)]
/// struct Number {
///     #[prost(int64, tag = "1")]
///     value: i64,
/// }
///
/// #[faas::grpc("math.v1.Sums/Count")]
/// async fn count(
///     Proto(last): Proto<Number>,
/// ) -> Replies<impl Stream<Item = Result<Number, faas::Error>>> {
///     Replies(stream::iter(1..=last.value).map(|value| Ok(Number { value })))
/// }
/// # use futures_util::StreamExt as _;
/// ```
pub struct Replies<S>(pub S);

impl<S> fmt::Debug for Replies<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replies").finish_non_exhaustive()
    }
}

/// What a function that is one gRPC method may return: an answer, or a `Result` of one and any error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned by a function that is a gRPC method",
    label = "not an answer of a gRPC method",
    note = "such a function returns `faas::Proto<T>` for one message, or `faas::rpc::Replies<S>` for a `Stream` of `Result<T, E>`, or a `Result` of either"
)]
pub trait IntoReply {
    /// Makes the answer.
    ///
    /// # Errors
    ///
    /// Returns the handler's error.
    fn into_reply(self) -> Result<Reply, Error>;
}

impl<T: prost::Message> IntoReply for Proto<T> {
    fn into_reply(self) -> Result<Reply, Error> {
        Ok(Reply::One(Bytes::from(self.0.encode_to_vec())))
    }
}

impl<S, T, E> IntoReply for Replies<S>
where
    S: Stream<Item = Result<T, E>> + Send + 'static,
    T: prost::Message,
    E: IntoFailure,
{
    fn into_reply(self) -> Result<Reply, Error> {
        Ok(Reply::Many(Box::pin(self.0.map(|message| match message {
            Ok(message) => Ok(Bytes::from(message.encode_to_vec())),
            Err(error) => Err(failure::of_stream(error.into_failure())),
        }))))
    }
}

impl<T: IntoReply, E: IntoFailure> IntoReply for Result<T, E> {
    fn into_reply(self) -> Result<Reply, Error> {
        self.map_err(IntoFailure::into_failure)?.into_reply()
    }
}
