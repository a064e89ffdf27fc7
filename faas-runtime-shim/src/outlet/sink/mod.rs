//! Publishing over HTTP: messages and events are posted as CloudEvents in binary mode, which every receiver of them takes;
//! a 2xx confirms.
//!
//! Left out: TLS, redirects, batches. `without_sink.rs` stands for this in a build without the feature `sink`.

pub(crate) mod address;
pub(crate) mod connection;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::Full;

use self::address::Address;
use self::connection::{Answer, Pool};
use super::{Message, PublishError, event};
use crate::clock::{Clock, SystemClock};
use crate::cloudevents::{AttributeError, CloudEvent};
use crate::config::Secret;

/// Publishes to addresses of HTTP.
#[derive(Debug, Default)]
pub(super) struct Client {
    pool: Arc<Pool>,
    clock: SystemClock,
}

impl Client {
    /// Publishes a message; `what` is its queue in the words of an error.
    pub(super) fn publish(
        &self,
        what: String,
        url: &Secret<String>,
        extensions: Vec<(String, String)>,
        message: Message,
        service: &str,
    ) -> BoxFuture<'static, Result<(), PublishError>> {
        for attribute in event::left_out(&message) {
            tracing::debug!(
                attribute,
                queue = &*message.queue,
                "an attribute was left out: a CloudEvent has room for names of letters from `a` to `z` and digits, and for text"
            );
        }
        let event = event::of(message, service, self.clock.wall());
        self.emit(what, url, extensions, event, service)
    }

    /// Closes the connections that wait for their next use.
    pub(super) fn disconnect(&self) {
        self.pool.clear();
    }

    /// Publishes an event; what it has to tell of itself and does not is filled in.
    pub(super) fn emit(
        &self,
        what: String,
        url: &Secret<String>,
        extensions: Vec<(String, String)>,
        mut event: CloudEvent,
        service: &str,
    ) -> BoxFuture<'static, Result<(), PublishError>> {
        event.complete(service, Some(self.clock.wall()));
        event.extensions.extend(extensions);
        let letter = match Address::parse(url.expose()) {
            Ok(address) => request(&address, &event)
                .map(|request| (address, request))
                .map_err(|error| PublishError::Unwritable {
                    what: what.clone(),
                    why: error.to_string(),
                }),
            Err(why) => Err(PublishError::Unsupported {
                what: what.clone(),
                why: why.to_owned(),
            }),
        };
        let pool = Arc::clone(&self.pool);
        Box::pin(async move {
            let (address, request) = letter?;
            let exchange = pool.exchange(&address.peer, request, MOST_OF_A_BODY);
            match tokio::time::timeout(PATIENCE, exchange).await {
                Ok(Ok(answer)) => verdict(what, &answer),
                Ok(Err(error)) => Err(PublishError::Unreachable {
                    what,
                    why: error.to_string(),
                }),
                Err(_) => Err(PublishError::Unreachable {
                    what,
                    why: format!("no answer within {PATIENCE:?}"),
                }),
            }
        })
    }
}

/// From the first byte sent to the last of the answer. Knative's brokers answer once they have stored an event.
const PATIENCE: Duration = Duration::from_secs(30);

fn request(address: &Address, event: &CloudEvent) -> Result<Request<Full<Bytes>>, AttributeError> {
    let (mut headers, body) = event::to_http(event)?;
    let _ = headers.insert(header::HOST, address.host.clone());
    // also without a body: some servers answer 411 to a POST that does not say it has none
    let _ = headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let _ = headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    if let Some(authorization) = &address.authorization {
        let _ = headers.insert(header::AUTHORIZATION, authorization.clone());
    }
    // for proxies and meshes, which know nothing of events
    if let Some(parent) = event.extensions.get("traceparent")
        && let Ok(parent) = HeaderValue::from_str(parent)
    {
        let _ = headers.insert("traceparent", parent);
    }
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from(address.target.clone());
    *request.headers_mut() = headers;
    Ok(request)
}

const USER_AGENT: &str = concat!("faas/", env!("CARGO_PKG_VERSION"));

/// Answers to events are short; what is longer is not waited for.
const MOST_OF_A_BODY: usize = 16 * 1024;

/// Reads an answer as Knative's senders do (knative/specs, "specs/eventing/data-plane.md", event acknowledgement and
/// delivery retry).
fn verdict(what: String, answer: &Answer) -> Result<(), PublishError> {
    let for_good = match answer.status.as_u16() {
        200..=299 => return Ok(()),
        // the other side may be starting, or is busy
        404 | 408 | 409 | 429 => false,
        300..=499 => true,
        _ => false,
    };
    Err(PublishError::Refused {
        what,
        why: why(answer.status, &answer.body),
        for_good,
    })
}

/// The status, and what a log line bears of the text.
fn why(status: StatusCode, body: &[u8]) -> String {
    const LONGEST: usize = 200;
    let text = String::from_utf8_lossy(body);
    let mut shown: String = text
        .trim()
        .chars()
        .take(LONGEST)
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    if text.trim().chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    if shown.is_empty() {
        status.to_string()
    } else {
        format!("{status}: {shown}")
    }
}
