//! One event, from the platform's bytes to the bytes of its answer.

mod batch;
mod deliver;
mod http;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use ::http::HeaderValue;
use axum::body::{Body, HttpBody as _};
use bytes::Bytes;

pub(crate) use self::deliver::{Deliver, deliver};
pub(crate) use self::http::{ServeHttp, serve_http};
use super::settings::ResponseMode;
use crate::application::late::Deadline;
use crate::application::{Application, BrokenOff, FunctionIndex};
use crate::invocation::{Facts, Failure, FailureKind, Outcome, Payload, Reply};
use crate::platform::aws_lambda::decode::{self, Event, Source};
use crate::platform::aws_lambda::{RESPONSE_LIMIT, encode};

/// Through which channel the answer goes.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// As a result.
    Response,
    /// As a result of which only the begin is written yet.
    Stream {
        /// The type of all of it.
        content_type: Cow<'static, str>,
        /// What the body had to offer at once.
        first: Bytes,
        /// What follows while it is made; the invocation is over when it has ended or been dropped.
        body: Body,
        /// Until when it may be sent.
        deadline: Deadline,
    },
    /// As an error of this type.
    Error {
        /// The platform's form of a type: `Function.…` or `Runtime.…`.
        kind: Cow<'static, str>,
        /// What it tells.
        failure: Box<Failure>,
    },
}

impl Verdict {
    /// Returns the type of the error that it is.
    pub(super) fn error_type(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Error { kind, .. } => Some(kind.clone()),
            Self::Response | Self::Stream { .. } => None,
        }
    }
}

/// Serves an event and writes the answer into `out`, which is empty.
pub(crate) async fn exchange(
    application: &Application,
    facts: Facts,
    event: Bytes,
    mode: ResponseMode,
    out: &mut Vec<u8>,
) -> Verdict {
    if let Some(function) = application.takes_everything() {
        return invoke(application, function, facts, event, mode, out).await;
    }
    let source = match decode::event(&event) {
        Ok(Event::Http(request)) => {
            return match application.support().http {
                Some(http) => {
                    (http.of_lambda)(application, facts, request, &event, mode, out).await
                }
                None => unroutable(application, "an HTTP request", out),
            };
        }
        Ok(Event::Other(source)) => source,
        Err(error) => return invalid(&error, out),
    };
    other(application, facts, &source, event, mode, out).await
}

async fn other(
    application: &Application,
    facts: Facts,
    source: &Source,
    event: Bytes,
    mode: ResponseMode,
    out: &mut Vec<u8>,
) -> Verdict {
    if let Source::Direct = source {
        return match application.only_invoke() {
            Some(function) => invoke(application, function, facts, event, mode, out).await,
            None => unroutable(
                application,
                "an event that nothing in it names a source of",
                out,
            ),
        };
    }
    match application.support().deliveries {
        Some(deliveries) => (deliveries.of_lambda)(application, facts, source, event, out).await,
        None => unroutable(application, &source.to_string(), out),
    }
}

async fn invoke(
    application: &Application,
    function: FunctionIndex,
    mut facts: Facts,
    event: Bytes,
    mode: ResponseMode,
    out: &mut Vec<u8>,
) -> Verdict {
    // Lambda repeats an asynchronous invocation under its first id (Developer Guide, "Asynchronous invocation")
    facts.idempotency_key = Some(facts.id.as_str().into());
    let input = Payload::json(event).into();
    let outcome = match application.invoke(function, facts, input).await {
        Ok(reply) if reply.stream.is_some() => match mode {
            ResponseMode::Stream => return stream(reply, out).await,
            ResponseMode::Buffer => reply.gathered(RESPONSE_LIMIT).await,
        },
        outcome => outcome,
    };
    if let Err(failure) = &outcome {
        tracing::error!(kind = ?failure.kind, "the function failed: {}", failure.message);
    }
    answer(&outcome, out)
}

/// Answers with what a function makes while it is sent.
async fn stream(mut reply: Reply, out: &mut Vec<u8>) -> Verdict {
    let media_type = std::mem::take(&mut reply.media_type);
    let mut body = reply.into_body();
    let mut deadline = Deadline::default();
    let first = match begun(&mut body, &mut deadline).await {
        Ok(first) => first,
        Err(error) => {
            let failure = BrokenOff::failure_in(&error);
            tracing::error!(kind = ?failure.kind, "the function failed: {}", failure.message);
            return fail(&failure, out);
        }
    };
    Verdict::Stream {
        // what is no header would cost the whole answer
        content_type: match HeaderValue::from_str(&media_type) {
            Ok(_) => media_type,
            Err(_) => Cow::Borrowed("application/octet-stream"),
        },
        first,
        body,
        deadline,
    }
}

/// Takes what a body has to offer without waiting: one that fails then has not begun. It tells its deadline.
async fn begun(body: &mut Body, deadline: &mut Deadline) -> Result<Bytes, axum::Error> {
    let polled = poll_fn(|cx| {
        let body = Pin::new(&mut *body);
        Poll::Ready(deadline.watch(|| body.poll_frame(cx)))
    })
    .await;
    match polled {
        // without data it is the trailers, which this way has no place for
        Poll::Ready(Some(frame)) => Ok(frame?.into_data().unwrap_or_default()),
        Poll::Ready(None) => {
            *body = Body::empty();
            Ok(Bytes::new())
        }
        Poll::Pending => Ok(Bytes::new()),
    }
}

/// Writes what came of one invocation as its result, which is no event.
fn answer(outcome: &Outcome, out: &mut Vec<u8>) -> Verdict {
    let reply = match outcome {
        Ok(reply) => reply,
        Err(failure) => return fail(failure, out),
    };
    encode::reply(reply, out);
    within_limit(out)
}

fn within_limit(out: &mut Vec<u8>) -> Verdict {
    if out.len() > RESPONSE_LIMIT {
        return too_large(out);
    }
    Verdict::Response
}

fn unroutable(application: &Application, what: &str, out: &mut Vec<u8>) -> Verdict {
    let known: Vec<_> = application
        .functions()
        .iter()
        .map(|state| format!("{} ({})", state.name(), state.trigger_name()))
        .collect();
    let message = format!(
        "no function takes {what}; selected are: {}. Set FAAS_FUNCTION to the one `invoke` function that shall take every event",
        known.join(", ")
    );
    tracing::error!("{message}");
    refuse("Runtime.UnroutableEvent", &message, out)
}

fn too_large(out: &mut Vec<u8>) -> Verdict {
    let message = format!(
        "the answer has {} bytes, and Lambda takes no more than {RESPONSE_LIMIT}: return less, or a link to it",
        out.len()
    );
    tracing::error!("{message}");
    out.clear();
    refuse("Function.ResponseSizeTooLarge", &message, out)
}

fn invalid(error: &dyn Error, out: &mut Vec<u8>) -> Verdict {
    let message = told(error);
    tracing::error!("the event cannot be read: {message}");
    refuse("Runtime.InvalidEvent", &message, out)
}

/// An error with its causes, in which a parser may quote what it has read, cut to what a message bears.
fn told(error: &dyn Error) -> String {
    cut(&super::chain(error))
}

/// A message, cut to what a header or a line bears.
pub(super) fn cut(message: &str) -> String {
    const LONGEST: usize = 1024;
    message.chars().take(LONGEST).collect()
}

fn refuse(kind: &'static str, message: &str, out: &mut Vec<u8>) -> Verdict {
    encode::error(kind, message, out);
    Verdict::Error {
        kind: Cow::Borrowed(kind),
        failure: Box::new(Failure::refused(kind, message)),
    }
}

fn fail(failure: &Failure, out: &mut Vec<u8>) -> Verdict {
    Verdict::Error {
        kind: report(failure, out),
        failure: Box::new(failure.clone()),
    }
}

/// Writes the document that tells a failure, and returns its type.
pub(super) fn report(failure: &Failure, out: &mut Vec<u8>) -> Cow<'static, str> {
    let kind = match failure.kind {
        FailureKind::Panic => Cow::Borrowed("Function.Panic"),
        FailureKind::Deadline => Cow::Borrowed("Function.Timeout"),
        FailureKind::Overload | FailureKind::NotAttempted => Cow::Borrowed("Function.Overload"),
        FailureKind::Unroutable => {
            let kind = "Runtime.UnroutableEvent";
            encode::error(kind, &failure.message, out);
            return Cow::Borrowed(kind);
        }
        FailureKind::Retry | FailureKind::RetryAfter(_) | FailureKind::Reject => {
            Cow::Owned(format!("Function.{}", type_name(&failure.name)))
        }
    };
    encode::error(&failure.name, &failure.message, out);
    kind
}

/// The platform replaces a type that is not `[A-Z][a-zA-Z]+`.
fn type_name(name: &str) -> String {
    let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
    match letters.chars().next() {
        Some(first) if letters.len() > 1 => {
            let rest = letters.get(1..).unwrap_or_default();
            format!("{}{rest}", first.to_ascii_uppercase())
        }
        _ => "Error".to_owned(),
    }
}
