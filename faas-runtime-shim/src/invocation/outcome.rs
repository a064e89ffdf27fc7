//! What comes of an event invocation.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream::{Stream, StreamExt as _, TryStreamExt as _};

use crate::application::BrokenOff;
use crate::cloudevents::CloudEvent;
use crate::error::{Error, ErrorKind};

/// A reply, or a failure with its kind.
pub type Outcome = Result<Reply, Failure>;

/// What an event function answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// The body, in the form that `media_type` names.
    pub body: Bytes,
    /// The media type of the body.
    pub media_type: Cow<'static, str>,
    /// The event that the function answers with, instead of a body.
    pub event: Option<Box<CloudEvent>>,
    /// The body while it is made, instead of one that is there.
    pub stream: Option<ReplyStream>,
}

impl Reply {
    /// Makes a reply.
    #[must_use]
    pub fn new(body: impl Into<Bytes>, media_type: impl Into<Cow<'static, str>>) -> Self {
        Self {
            body: body.into(),
            media_type: media_type.into(),
            event: None,
            stream: None,
        }
    }

    /// Makes a reply whose body is sent while it is made; with the first error it breaks off.
    #[must_use]
    pub fn streamed(
        pieces: impl Stream<Item = Result<Bytes, Error>> + Send + 'static,
        media_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        let pieces = pieces.map_err(|error| BrokenOff(error.into()));
        Self {
            stream: Some(ReplyStream::new(Body::from_stream(pieces))),
            ..Self::new(Bytes::new(), media_type)
        }
    }

    /// Makes a reply of JSON text.
    #[must_use]
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self::new(body, "application/json")
    }

    /// Makes a reply that is an event.
    #[must_use]
    pub fn event(event: CloudEvent) -> Self {
        Self {
            event: Some(Box::new(event)),
            ..Self::nothing()
        }
    }

    /// Makes the reply of a function that returns nothing: JSON's `null`.
    #[must_use]
    pub fn nothing() -> Self {
        Self::json(Bytes::from_static(b"null"))
    }

    /// Waits for the whole body, where it is a stream.
    ///
    /// # Errors
    ///
    /// Fails with what broke the stream off, and for more than `limit` bytes.
    pub async fn gathered(mut self, limit: usize) -> Outcome {
        let Some(stream) = self.stream.take() else {
            return Ok(self);
        };
        let mut pieces = stream.take().into_data_stream();
        let mut whole = Vec::new();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| BrokenOff::failure_in(&error))?;
            if whole.len().saturating_add(piece.len()) > limit {
                return Err(Failure::new(
                    FailureKind::Reject,
                    "ResponseSizeTooLarge",
                    // of the platforms only AWS Lambda has a limit here, and it has this setting
                    format!(
                        "the stream has more than {limit} bytes, which are gathered here: send less, or set \
                         `FAAS_RESPONSE_MODE=stream`"
                    ),
                ));
            }
            whole.extend_from_slice(&piece);
        }
        self.body = whole.into();
        Ok(self)
    }

    /// Takes the body in either form.
    pub fn into_body(self) -> Body {
        match self.stream {
            Some(stream) => stream.take(),
            None => Body::from(self.body),
        }
    }
}

/// The body of a [`Reply`] while it is made.
///
/// Clones share one stream, and whoever takes it first has it.
#[derive(Clone)]
pub struct ReplyStream(Arc<Mutex<Option<Body>>>);

impl ReplyStream {
    /// Makes one of a body.
    #[must_use]
    pub fn new(body: Body) -> Self {
        Self(Arc::new(Mutex::new(Some(body))))
    }

    /// Takes the body; an empty one, if it was taken before.
    pub fn take(&self) -> Body {
        // nothing that holds the lock can panic, and what is in it is whole in any case
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.take().unwrap_or_default()
    }

    /// Puts another body around the one that is there.
    pub(crate) fn map(&self, around: impl FnOnce(Body) -> Body) {
        let body = around(self.take());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(body);
    }
}

impl fmt::Debug for ReplyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyStream").finish_non_exhaustive()
    }
}

impl Eq for ReplyStream {}

/// One stream is equal to itself alone.
impl PartialEq for ReplyStream {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Why an invocation has no reply.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// A short name for platforms that show one: an error type's.
    pub name: Cow<'static, str>,
    /// The message, with its causes.
    pub message: String,
    /// How much of the message is the handler's own words, in bytes; behind them stand the causes.
    own_words: usize,
    /// Where the handler panicked, if it did and our hook has seen it.
    pub(crate) place: Option<Box<Place>>,
}

/// A place in the source of a program.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Place {
    pub(crate) file: Box<str>,
    pub(crate) line: u32,
}

impl Place {
    /// Notes a place, without what its path tells of the machine that the program was built on.
    pub(crate) fn new(file: &str, line: u32) -> Self {
        Self {
            file: within_sources(file).into(),
            line,
        }
    }
}

/// Cuts an absolute path to the part from its last `src/` on, or to the file; relative ones are those of the workspace.
fn within_sources(path: &str) -> &str {
    let is_separator = |c| matches!(c, '/' | '\\');
    let is_absolute = path.starts_with(is_separator) || path.get(1..2) == Some(":");
    if !is_absolute {
        return path;
    }
    let sources = ["/src/", "\\src\\"]
        .iter()
        .filter_map(|sources| path.rfind(sources))
        .max();
    let start = sources.or_else(|| path.rfind(is_separator));
    start
        .and_then(|start| path.get(start + 1..))
        .unwrap_or(path)
}

/// The kinds of failure, as settlement tells them apart.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FailureKind {
    /// The handler asks for another attempt.
    Retry,
    /// The handler asks for another attempt after this much time.
    RetryAfter(Duration),
    /// The handler, or a decoder before it, refuses the input for good.
    Reject,
    /// The handler panicked; another attempt may go better.
    Panic,
    /// The deadline passed before the handler was through.
    Deadline,
    /// A limit of this instance was reached before the handler was called.
    Overload,
    /// The handler was not called: a delivery before it in its lane failed, or the time was over.
    NotAttempted,
    /// No function takes it.
    Unroutable,
}

impl Failure {
    /// Makes a failure of which no place in the code is known.
    pub(crate) fn new(
        kind: FailureKind,
        name: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self {
            kind,
            name: name.into(),
            own_words: message.len(),
            message,
            place: None,
        }
    }

    /// Returns the message without the causes, which are not for strangers.
    #[cfg_attr(
        not(all(feature = "host", not(target_family = "wasm"))),
        expect(dead_code, reason = "only what takes events from strangers needs it")
    )]
    pub(crate) fn own_words(&self) -> &str {
        self.message.get(..self.own_words).unwrap_or_default()
    }

    pub(crate) fn panic(message: String, place: Option<Place>) -> Self {
        Self {
            place: place.map(Box::new),
            ..Self::new(FailureKind::Panic, "Panic", message)
        }
    }

    pub(crate) fn deadline(limit: Duration) -> Self {
        let message = format!("no answer within {limit:?}");
        Self::new(FailureKind::Deadline, "Timeout", message)
    }

    pub(crate) fn not_attempted(why: &str) -> Self {
        Self::new(FailureKind::NotAttempted, "NotAttempted", why)
    }

    #[cfg_attr(
        not(feature = "aws-lambda"),
        expect(dead_code, reason = "an adapter's own errors have names there")
    )]
    pub(crate) fn refused(name: &'static str, message: &str) -> Self {
        Self::new(FailureKind::Reject, name, message)
    }

    pub(crate) fn unroutable(message: String) -> Self {
        Self::new(FailureKind::Unroutable, "Unroutable", message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Retry => FailureKind::Retry,
            ErrorKind::RetryAfter(delay) => FailureKind::RetryAfter(delay),
            ErrorKind::Reject => FailureKind::Reject,
        };
        Self {
            own_words: error.to_string().len(),
            ..Self::new(kind, error.name().to_owned(), error.chain())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_over_the_limit_is_told_how_to_go_on() {
        let streamed = |pieces: usize| {
            let pieces = (0..pieces).map(|_| Ok(Bytes::from_static(b"piece")));
            Reply::streamed(
                futures_util::stream::iter(pieces.collect::<Vec<_>>()),
                "text/plain",
            )
        };
        assert_eq!(streamed(2).gathered(10).await.unwrap().body.len(), 10);
        let failure = streamed(3).gathered(10).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Reject);
        assert_eq!(
            failure.message,
            "the stream has more than 10 bytes, which are gathered here: send less, or set `FAAS_RESPONSE_MODE=stream`"
        );
    }

    #[test]
    fn a_place_tells_nothing_of_the_machine() {
        let check = |path: &str, shown: &str| assert_eq!(&*Place::new(path, 7).file, shown);
        check("src/orders.rs", "src/orders.rs");
        check("shop/src/orders/new.rs", "shop/src/orders/new.rs");
        check("/home/ann/secret/src/orders.rs", "src/orders.rs");
        check(
            "/home/ann/.cargo/registry/src/index-1949/time-0.3/src/date.rs",
            "src/date.rs",
        );
        check(
            "/rustc/59807616e/library/core/src/option.rs",
            "src/option.rs",
        );
        check("/build/generated.rs", "generated.rs");
        check(r"C:\ann\shop\src\main.rs", r"src\main.rs");
        check("", "");
        check("/", "");
    }
}
