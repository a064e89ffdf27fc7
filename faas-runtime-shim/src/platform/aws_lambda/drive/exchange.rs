//! One event, from the platform's bytes to the bytes of its answer.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt;

use crate::application::{Application, FunctionIndex, Late};
use crate::error::problem;
use crate::invocation::{Facts, Failure, FailureKind, Payload, Reply};
use crate::platform::aws_lambda::decode::{self, Event, HttpEvent, Source};
use crate::platform::aws_lambda::{RESPONSE_LIMIT, encode};

/// Through which channel the answer goes.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// As a result.
    Response,
    /// As an error of this type.
    Error {
        /// The platform's form of a type: `Function.…` or `Runtime.…`.
        kind: Cow<'static, str>,
    },
}

/// Serves an event and writes the answer into `out`, which is empty.
pub(crate) async fn exchange(
    application: &Application,
    facts: Facts,
    event: Bytes,
    out: &mut Vec<u8>,
) -> Verdict {
    if let Some(function) = application.takes_everything() {
        return invoke(application, function, facts, event, out).await;
    }
    match decode::event(&event) {
        Ok(Event::Http(event)) => http(application, facts, event, out).await,
        Ok(Event::Other(Source::Direct)) => match application.only_invoke() {
            Some(function) => invoke(application, function, facts, event, out).await,
            None => unroutable(
                application,
                "an event that nothing in it names a source of",
                out,
            ),
        },
        Ok(Event::Other(source)) => unroutable(application, &format!("{source}"), out),
        Err(error) => refuse("Runtime.InvalidEvent", &error.to_string(), out),
    }
}

async fn invoke(
    application: &Application,
    function: FunctionIndex,
    facts: Facts,
    event: Bytes,
    out: &mut Vec<u8>,
) -> Verdict {
    match application
        .invoke(function, facts, Payload::json(event).into())
        .await
    {
        Ok(reply) => {
            write(&reply, out);
            if out.len() > RESPONSE_LIMIT {
                return too_large(out);
            }
            Verdict::Response
        }
        Err(failure) => fail(&failure, out),
    }
}

/// A caller of Lambda expects JSON: text becomes a JSON string, everything else goes as it is.
fn write(reply: &Reply, out: &mut Vec<u8>) {
    if reply.media_type.starts_with("text/")
        && let Ok(text) = std::str::from_utf8(&reply.body)
        && serde_json::to_writer(&mut *out, text).is_ok()
    {
        return;
    }
    out.clear();
    out.extend_from_slice(&reply.body);
}

async fn http(
    application: &Application,
    mut facts: Facts,
    event: HttpEvent,
    out: &mut Vec<u8>,
) -> Verdict {
    let HttpEvent {
        mut request,
        details,
        envelope,
    } = event;
    if let Some(trace) = &facts.trace {
        // the header inside the event has an older parent
        if let Ok(value) = HeaderValue::try_from(trace.xray().to_string()) {
            request.headers_mut().insert("x-amzn-trace-id", value);
        }
    }
    facts.details = Some(match facts.details {
        Some(of_poll) => {
            let mut all = Arc::unwrap_or_clone(of_poll);
            all.complete_from(details);
            Arc::new(all)
        }
        None => Arc::new(details),
    });
    let is_head = *request.method() == Method::HEAD;
    let (head, body) = application.http(facts, request).await.into_parts();
    let collected = if is_head {
        Ok(Bytes::new())
    } else {
        collect(body).await
    };
    match collected {
        Ok(body) => encode::http(envelope, &head, &body, out),
        Err(status) => plain(envelope, status, out).await,
    }
    if out.len() > RESPONSE_LIMIT {
        tracing::error!(
            bytes = out.len(),
            "the response is larger than Lambda's {RESPONSE_LIMIT} bytes: answered with 500 instead"
        );
        out.clear();
        plain(envelope, StatusCode::INTERNAL_SERVER_ERROR, out).await;
    }
    Verdict::Response
}

/// Gathers a response's body; the status to answer with instead, if that is not possible.
async fn collect(mut body: Body) -> Result<Bytes, StatusCode> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let mut first = Bytes::new();
    let mut rest = Vec::new();
    while let Some(frame) = body.frame().await {
        // told in the log by the guard, which knows the function
        let frame = frame.map_err(|error| {
            if Late::is_in(&error) {
                StatusCode::GATEWAY_TIMEOUT
            } else {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        })?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if first.is_empty() && rest.is_empty() {
            first = data;
            continue;
        }
        if rest.is_empty() {
            rest.extend_from_slice(&first);
        }
        rest.extend_from_slice(&data);
        if rest.len() > RESPONSE_LIMIT {
            tracing::error!(
                "the response is larger than Lambda's {RESPONSE_LIMIT} bytes: answered with 500 instead"
            );
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
    Ok(if rest.is_empty() { first } else { rest.into() })
}

/// Writes an answer of our own with this status.
async fn plain(envelope: encode::Envelope, status: StatusCode, out: &mut Vec<u8>) {
    let (head, body) = problem(status, None).into_parts();
    let body = Response::new(body)
        .into_body()
        .collect()
        .await
        .map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
    encode::http(envelope, &head, &body, out);
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

fn refuse(kind: &'static str, message: &str, out: &mut Vec<u8>) -> Verdict {
    encode::error(kind, message, out);
    Verdict::Error {
        kind: Cow::Borrowed(kind),
    }
}

fn fail(failure: &Failure, out: &mut Vec<u8>) -> Verdict {
    tracing::error!(kind = ?failure.kind, "the function failed: {}", failure.message);
    encode::error(&failure.name, &failure.message, out);
    let kind = match failure.kind {
        FailureKind::Panic => Cow::Borrowed("Function.Panic"),
        FailureKind::Deadline => Cow::Borrowed("Function.Timeout"),
        FailureKind::Overload | FailureKind::NotAttempted => Cow::Borrowed("Function.Overload"),
        FailureKind::Unroutable => Cow::Borrowed("Runtime.UnroutableEvent"),
        FailureKind::Retry | FailureKind::RetryAfter(_) | FailureKind::Reject => {
            Cow::Owned(format!("Function.{}", type_name(&failure.name)))
        }
    };
    Verdict::Error { kind }
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

#[cfg(test)]
mod tests {
    //! The platform's demands on an error's type.

    use super::*;

    #[test]
    fn error_types_have_the_form_that_the_platform_keeps() {
        let cases = [
            ("ParseIntError", "ParseIntError"),
            ("db_error", "Dberror"),
            ("E", "Error"),
            ("", "Error"),
            ("42", "Error"),
            ("Ünicode", "Nicode"),
        ];
        for (name, expected) in cases {
            assert_eq!(type_name(name), expected, "{name}");
        }
    }
}
