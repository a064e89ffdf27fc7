//! Answers of plain requests that are sent while they are made.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use faas_runtime_shim::invocation::Reply;
use futures_util::stream::{Stream, StreamExt as _};

use crate::Error;
use crate::extract::AsBytes;
use crate::extract::trigger::Invoke;
use crate::outcome::{IntoFailure, IntoOutcome};

/// The answer of an [`invoke`](macro@crate::invoke) function that is sent while it is made: a media type, and a stream of
/// pieces.
///
/// A platform that cannot send it so gathers it first, as [`faas::testing`](crate::testing) does. The invocation lasts until
/// the stream has ended: its deadline and its place under `concurrency` are the stream's too, and the stream is dropped when
/// whoever asked has gone. A piece is asked for once the one before it is on its way.
///
/// An `Err` ends the stream, and is told where the platform has a way to: any error that a function may return. Before the
/// first piece it is the function's own failure.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::Streamed;
/// use futures_util::stream;
///
/// #[faas::invoke]
/// async fn count(faas::Json(to): faas::Json<u32>) -> Streamed {
///     let lines = (1..=to).map(|n| Ok::<_, faas::Error>(format!("{n}\n")));
///     Streamed::new("text/plain", stream::iter(lines))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = faas::testing::App::new().start().await;
/// assert_eq!(app.call(count, 3).await.unwrap(), "1\n2\n3\n");
/// # }
/// ```
#[must_use = "a stream is sent only if the function returns it"]
pub struct Streamed(Reply);

impl Streamed {
    /// Makes an answer of a media type and the pieces of its body; their borders are not kept.
    pub fn new<S, B, E>(media_type: impl Into<Cow<'static, str>>, pieces: S) -> Self
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Into<Bytes>,
        E: IntoFailure,
    {
        let pieces = pieces.map(|piece| piece.map(Into::into).map_err(IntoFailure::into_failure));
        Self(Reply::streamed(pieces, media_type))
    }
}

impl fmt::Debug for Streamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streamed")
            .field("media_type", &self.0.media_type)
            .finish_non_exhaustive()
    }
}

impl IntoOutcome<Invoke> for Streamed {
    type Output = Bytes;
    type Codec = AsBytes;

    fn into_outcome(self) -> Result<Reply, Error> {
        Ok(self.0)
    }
}
