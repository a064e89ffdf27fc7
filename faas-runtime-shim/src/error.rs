//! The error of users' handlers, resources and hooks: one opaque type that any error converts into.
//!
//! It carries what settlement has to know (its [`ErrorKind`]) and, for HTTP, a status. As an HTTP response it is a problem
//! document (RFC 9457) that tells a client nothing internal. It is not a `std::error::Error` itself: that is what lets
//! every such error convert into it.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use axum::body::Body;
use axum::response::IntoResponse;
use http::{HeaderValue, Response, StatusCode, header};

use crate::outlet::PublishError;
use crate::services::{KvError, TaskError};

/// Why a handler, a resource or a hook failed.
///
/// `?` converts any `std::error::Error` into it, with kind [`Retry`](ErrorKind::Retry).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use faas_runtime_shim::error::{Error, ErrorKind};
///
/// fn parse(text: &str) -> Result<u32, Error> {
///     Ok(text.parse::<u32>()?)
/// }
/// let error = parse("seven").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Retry);
/// assert_eq!(error.to_string(), "invalid digit found in string");
///
/// let busy = Error::retry_after(Duration::from_secs(30), "the printer is warming up");
/// assert_eq!(busy.kind(), ErrorKind::RetryAfter(Duration::from_secs(30)));
/// ```
pub struct Error(Box<Inner>);

/// What has to be done about an [`Error`].
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorKind {
    /// Try again, by the back-off of whoever repeats it. The default.
    Retry,
    /// Try again, but not before this much time has passed.
    RetryAfter(Duration),
    /// Never try again: the input is at fault. Queues put the delivery among the dead letters.
    Reject,
}

struct Inner {
    kind: ErrorKind,
    status: Option<StatusCode>,
    /// Whether an HTTP client may read the text of a server error.
    is_told: bool,
    name: Cow<'static, str>,
    cause: Cause,
}

enum Cause {
    Text(Cow<'static, str>),
    Error(Box<dyn StdError + Send + Sync>),
}

impl Error {
    /// Makes an error that asks for another attempt.
    pub fn retry(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Retry, cause.into())
    }

    /// Makes an error that asks for another attempt, not before `delay` has passed.
    pub fn retry_after(delay: Duration, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::RetryAfter(delay), cause.into())
    }

    /// Makes an error that no further attempt can mend.
    pub fn reject(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Reject, cause.into())
    }

    /// Makes an error for an HTTP client: the status, and a text that the client sees if the status is below 500.
    pub fn status(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        let kind = if status.is_client_error() {
            ErrorKind::Reject
        } else {
            ErrorKind::Retry
        };
        Self(Box::new(Inner {
            kind,
            status: Some(status),
            is_told: false,
            name: Cow::Borrowed("Error"),
            cause: Cause::Text(detail.into()),
        }))
    }

    /// Makes an error like [`status`](Self::status), with a text of our own that a client may see whatever the status.
    pub(crate) fn told(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::status(status, detail);
        error.0.is_told = true;
        error
    }

    /// Answers an HTTP client with this status instead of the one that the kind stands for.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Gives the error a name for platforms that show one, such as Lambda's `errorType`.
    ///
    /// Without it the name is that of the Rust type that was converted.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.name = name.into();
        self
    }

    /// Returns what has to be done about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the name of what failed, usually a type's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the status that an HTTP client gets: the one given, else 500 for a retry, 503 for a retry with a delay,
    /// 400 for a reject.
    #[must_use]
    pub fn http_status(&self) -> StatusCode {
        self.0.status.unwrap_or(match self.0.kind {
            ErrorKind::Retry => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorKind::RetryAfter(_) => StatusCode::SERVICE_UNAVAILABLE,
            ErrorKind::Reject => StatusCode::BAD_REQUEST,
        })
    }

    /// Tells whether a client may read the text.
    pub(crate) fn tells_clients(&self) -> bool {
        self.0.is_told || !self.http_status().is_server_error()
    }

    /// Returns the error that this was made from, if it was one.
    #[must_use]
    pub fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.cause {
            Cause::Text(_) => None,
            Cause::Error(error) => Some(&**error),
        }
    }

    /// Writes the message and those of all causes below it, joined by `: `.
    #[must_use]
    pub fn chain(&self) -> String {
        chained(self.to_string(), self.source().and_then(StdError::source))
    }

    fn new(kind: ErrorKind, cause: Box<dyn StdError + Send + Sync>) -> Self {
        Self(Box::new(Inner {
            kind,
            status: None,
            is_told: false,
            name: Cow::Borrowed("Error"),
            cause: Cause::Error(cause),
        }))
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        // errors of ours that know their status and what a client may read
        let any: &dyn Any = &error;
        if let Some(error) = any.downcast_ref::<PublishError>() {
            return error.clone().into_error();
        }
        if let Some(error) = any.downcast_ref::<KvError>() {
            return error.clone().into_error();
        }
        if let Some(error) = any.downcast_ref::<TaskError>() {
            return error.clone().into_error();
        }
        let mut made = Self::new(ErrorKind::Retry, Box::new(error));
        made.0.name = Cow::Borrowed(short_name(std::any::type_name::<E>()));
        made
    }
}

/// `a::b::Name<c::D>` is called `Name`.
fn short_name(path: &'static str) -> &'static str {
    let plain = path.split('<').next().unwrap_or(path);
    plain.rsplit("::").next().unwrap_or(plain)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.cause {
            Cause::Text(text) => f.write_str(text),
            Cause::Error(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("name", &self.0.name)
            .field("message", &self.chain())
            .finish_non_exhaustive()
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response<Body> {
        let status = self.http_status();
        let mut response = if self.tells_clients() {
            problem(status, Some(&self.to_string()))
        } else {
            problem(status, None)
        };
        if let ErrorKind::RetryAfter(delay) = self.kind() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(delay)));
        }
        response
            .extensions_mut()
            .insert(Reported(self.chain().into()));
        response
    }
}

/// The form of `retry-after` (RFC 9110, section 10.2.3): whole seconds, and never less than was asked for.
pub(crate) fn whole_seconds(delay: Duration) -> u64 {
    delay
        .as_secs()
        .saturating_add(u64::from(delay.subsec_nanos() > 0))
}

/// Writes the message of any error and those of all causes below it, as [`Error::chain`] does.
pub(crate) fn chain(error: &dyn StdError) -> String {
    chained(error.to_string(), error.source())
}

fn chained(mut text: String, mut next: Option<&(dyn StdError + 'static)>) -> String {
    // an error may name itself as its source
    for _ in 0..MOST_CAUSES {
        let Some(cause) = next else { break };
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

const MOST_CAUSES: usize = 32;

/// What a response with a server error keeps for the log, since its client must not see it.
#[derive(Clone, Debug)]
pub(crate) struct Reported(pub(crate) Box<str>);

/// Makes a problem document (RFC 9457, section 3) of a status and a text that the client may see.
#[must_use]
pub fn problem(status: StatusCode, detail: Option<&str>) -> Response<Body> {
    #[derive(serde::Serialize)]
    struct Problem<'a> {
        title: &'static str,
        status: u16,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<&'a str>,
    }
    let document = Problem {
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        detail,
    };
    let text = serde_json::to_vec(&document).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}

#[cfg(test)]
mod tests {
    //! What callers and clients see of an error.

    use super::*;

    #[test]
    fn names_are_the_last_segment_without_generics() {
        assert_eq!(short_name("a::b::Name<c::D>"), "Name");
        assert_eq!(short_name("Name"), "Name");
        let error = Error::from("x".parse::<u8>().unwrap_err());
        assert_eq!(error.name(), "ParseIntError");
    }

    #[test]
    fn server_errors_tell_the_client_nothing() {
        let response = Error::retry("password=hunter2").into_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let reported = response.extensions().get::<Reported>().unwrap();
        assert_eq!(&*reported.0, "password=hunter2");
        assert_eq!(
            http_body::Body::size_hint(response.body()).exact(),
            Some(r#"{"title":"Internal Server Error","status":500}"#.len() as u64)
        );
    }

    #[test]
    fn a_delay_becomes_whole_seconds_rounded_up() {
        let response = Error::retry_after(Duration::from_millis(1500), "busy").into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }
}
