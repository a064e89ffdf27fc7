//! CloudEvents that come over HTTP: taken to their functions, and answered as their senders read answers.
//!
//! [`Intake::answer`] is the way of one request. Which function an event is for is told by the [`Intake`]: by its type alone
//! where nothing more is known ([`arrival`]), by an adapter's own table where a platform has types of its own.

pub(crate) mod delivery;
#[cfg(test)]
pub(crate) mod tests;

use axum::body::{Body, to_bytes};
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, header};

use super::failure::status;
use crate::application::{Application, Settled};
use crate::cloudevents::CloudEvent;
use crate::cloudevents::decode::{self, DecodeError, Mode};
use crate::error::whole_seconds;
use crate::invocation::{Address, Arrival, Facts, Failure, FailureKind, Input, Item};
use crate::outlet::event::{self, KIND};
use crate::settle::{Form, Settlement};
use crate::trace::TraceContext;

/// How an adapter takes events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Intake {
    /// Finds out what an event brings, and for whom.
    pub(crate) arrivals: fn(&Application, CloudEvent) -> Vec<Arrival>,
    /// Whether the sender is the platform itself, and may know why a function failed.
    pub(crate) trusts_sender: bool,
}

impl Intake {
    /// Takes the events of a request to their functions. The listener's policy limits the body.
    pub(crate) async fn answer(
        &self,
        application: &Application,
        facts: Facts,
        request: Request<Body>,
    ) -> Response<Body> {
        match application.support().deliveries {
            Some(deliveries) => (deliveries.of_http)(self, application, facts, request).await,
            None => self.nobodys(application),
        }
    }

    /// Refuses events in a binary without a function for any.
    fn nobodys(&self, application: &Application) -> Response<Body> {
        let names: Vec<_> = application
            .functions()
            .iter()
            .map(|state| format!("{} ({})", state.name(), state.trigger_name()))
            .collect();
        let message = format!("{UNTAKEN}; selected are: {}", names.join(", "));
        tracing::error!("{message}");
        let (status, _) = status(FailureKind::Unroutable);
        text(
            status,
            if self.trusts_sender {
                &message
            } else {
                UNTAKEN
            },
        )
    }

    async fn take(
        &self,
        application: &Application,
        mut facts: Facts,
        request: Request<Body>,
    ) -> Response<Body> {
        let (head, body) = request.into_parts();
        let mode = match decode::mode(&head.headers) {
            Ok(Some(mode)) => mode,
            Ok(None) => return no_event(),
            Err(error) => return malformed(&error),
        };
        let body = match to_bytes(body, usize::MAX).await {
            Ok(body) => body,
            Err(error) => {
                return text(
                    StatusCode::BAD_REQUEST,
                    &format!("the body broke off: {error}"),
                );
            }
        };
        let events = match decode::decode(mode, &head.headers, body) {
            Ok(events) => events,
            Err(error) => return malformed(&error),
        };
        if facts.trace.is_none() {
            facts.trace = TraceContext::of_headers(&head.headers);
        }
        let is_batch = mode == Mode::Batched;
        // the header is nearer than what an event was born with, but cannot belong to all of a batch
        let own_trace = is_batch || facts.trace.is_none();
        let arrivals = events
            .into_iter()
            .flat_map(|event| self.arrivals_of(application, event, own_trace))
            .collect();
        let id = facts.id.clone();
        let settled = application
            .deliver(facts, arrivals, Form::WholeBatches)
            .await;
        match self.worst(application, &settled) {
            Some(refusal) => refusal.into_response(id.as_str()),
            None => done(application, settled, is_batch),
        }
    }

    fn arrivals_of(
        &self,
        application: &Application,
        event: CloudEvent,
        own_trace: bool,
    ) -> Vec<Arrival> {
        let key: Box<str> = event.idempotency_key().into();
        let trace = own_trace.then(|| delivery::trace(&event)).flatten();
        let mut arrivals = (self.arrivals)(application, event);
        for Arrival { item, .. } in &mut arrivals {
            item.trace = trace.clone();
            item.idempotency_key.get_or_insert_with(|| key.clone());
        }
        arrivals
    }

    /// Finds what the sender has to know first: what it shall send again, and after which time.
    fn worst(&self, application: &Application, settled: &[Settled]) -> Option<Refusal> {
        let refusals = settled.iter().filter_map(|one| match one.settlement {
            Settlement::Acknowledge | Settlement::DeadLetter => None,
            Settlement::Redeliver { .. } | Settlement::Return | Settlement::Fail => {
                let failure = one.outcome.as_ref().err()?;
                Some(self.refusal(application, one, failure))
            }
        });
        let urgency = |refusal: &Refusal| (refusal.status.is_server_error(), refusal.retry_after);
        // of equal ones the first is kept
        refusals.reduce(|worst, next| {
            if urgency(&next) > urgency(&worst) {
                next
            } else {
                worst
            }
        })
    }

    fn refusal(&self, application: &Application, settled: &Settled, failure: &Failure) -> Refusal {
        let (status, delay) = status(failure.kind);
        let text = match settled.function {
            Some(function) if status.is_server_error() && !self.trusts_sender => {
                let name = application.state(function).name();
                Told::Name(format!("`{name}` failed: {}", failure.name))
            }
            // which functions there are, and what their queues are called, is in the log
            None if !self.trusts_sender => Told::Message(UNTAKEN.to_owned()),
            Some(_) if !self.trusts_sender => Told::Message(failure.own_words().to_owned()),
            _ => Told::Message(failure.message.clone()),
        };
        Refusal {
            status,
            retry_after: delay.map(whole_seconds),
            text,
        }
    }
}

/// The type of [`take`].
pub(crate) type TakeEvents =
    for<'a> fn(&'a Intake, &'a Application, Facts, Request<Body>) -> BoxFuture<'a, Response<Body>>;

/// Reads the events of a request and takes them to their functions.
///
/// Only registrations of functions for deliveries name it, so that others do without the codec of CloudEvents.
pub(crate) fn take<'a>(
    intake: &'a Intake,
    application: &'a Application,
    facts: Facts,
    request: Request<Body>,
) -> BoxFuture<'a, Response<Body>> {
    Box::pin(intake.take(application, facts, request))
}

/// What a stranger is told of an event that is for nobody here.
const UNTAKEN: &str = "no function takes this event";

/// Answers that all went well. The body is an event or there is none: a broker takes any other for a failure
/// (knative/eventing, "pkg/broker/filter": a 2xx with a body that is no event becomes 502).
fn done(application: &Application, settled: Vec<Settled>, is_batch: bool) -> Response<Body> {
    let reply = settled.into_iter().find_map(|one| {
        let event = one.outcome.ok()?.event?;
        Some((one.function, *event))
    });
    let Some((function, mut reply)) = reply else {
        return empty();
    };
    if is_batch {
        tracing::warn!(
            "an event that a function answered with is lost: there is no answer to a single event of a batch"
        );
        return empty();
    }
    let source = function.map_or("faas", |function| application.state(function).name());
    reply.complete(source, Some(application.clock().wall()));
    match event::to_http(&reply) {
        Ok((headers, body)) => {
            let mut response = Response::new(Body::from(body));
            *response.headers_mut() = headers;
            response
        }
        Err(error) => {
            tracing::error!("the event that the function answered with is wrong: {error}");
            text(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the event that the function answered with is wrong",
            )
        }
    }
}

/// Finds the function of an event by its type: a message of ours is for the queue that it names.
pub(crate) fn arrival(event: CloudEvent) -> Arrival {
    if event.kind == KIND {
        return delivery::message(event);
    }
    plain(event)
}

/// Hands an event over as the event that it is.
pub(crate) fn plain(event: CloudEvent) -> Arrival {
    Arrival {
        address: Address::Event,
        item: Item::new(Input::Event(Box::new(event))),
    }
}

/// What a sender is told.
struct Refusal {
    status: StatusCode,
    retry_after: Option<u64>,
    text: Told,
}

enum Told {
    /// Which function failed, and the name of its error.
    Name(String),
    /// The message of the failure.
    Message(String),
}

impl Refusal {
    fn into_response(self, id: &str) -> Response<Body> {
        let words = match self.text {
            // the log has more under the id
            Told::Name(name) => format!("{name} (invocation {id})"),
            Told::Message(message) => message,
        };
        let mut response = text(self.status, &words);
        if let Some(seconds) = self.retry_after {
            let _ = response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

fn empty() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn no_event() -> Response<Body> {
    text(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "expected CloudEvents: attributes in `ce-` headers, or a body of `application/cloudevents+json` or `application/cloudevents-batch+json`",
    )
}

fn malformed(error: &DecodeError) -> Response<Body> {
    let mut words = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        words = format!("{words}: {cause}");
        next = cause.source();
    }
    tracing::warn!("what was sent as CloudEvents is refused: {words}");
    text(error.status(), &words)
}

/// Answers with plain text, of which Knative keeps the first 1,024 bytes beside a dead letter (knative/eventing,
/// "pkg/kncloudevents/event_dispatcher.go").
fn text(status: StatusCode, words: &str) -> Response<Body> {
    let words = &words[..words.floor_char_boundary(LONGEST)];
    let mut response = Response::new(Body::from(words.to_owned()));
    *response.status_mut() = status;
    let _ = response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

const LONGEST: usize = 1024;
