//! What is not HTTP: taken to its functions, and what became of it told in the form that its source reads.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::batch::batch;
use super::{Verdict, answer, fail, invalid, refuse, unroutable, within_limit};
use crate::application::{Application, Settled};
use crate::cloudevents::CloudEvent;
use crate::invocation::{Arrival, Facts, Failure};
use crate::platform::aws_lambda::decode::Source;
use crate::platform::aws_lambda::decode::incoming::{self, Incoming};
use crate::platform::aws_lambda::encode;
use crate::settle::Form;

/// The type of [`deliver`].
pub(crate) type Deliver = for<'a> fn(
    &'a Application,
    Facts,
    &'a Source,
    Bytes,
    &'a mut Vec<u8>,
) -> BoxFuture<'a, Verdict>;

/// Reads an event of a source and takes what it brings to its functions.
///
/// Only registrations of functions for deliveries name it, so that others do without the sources' decoders.
pub(crate) fn deliver<'a>(
    application: &'a Application,
    facts: Facts,
    source: &'a Source,
    event: Bytes,
    out: &'a mut Vec<u8>,
) -> BoxFuture<'a, Verdict> {
    Box::pin(async move {
        match incoming::read(source, &event) {
            Ok(Some(incoming)) => take(application, facts, source, incoming, out).await,
            Ok(None) => unroutable(application, &source.to_string(), out),
            Err(error) => invalid(&error, out),
        }
    })
}

async fn take(
    application: &Application,
    facts: Facts,
    source: &Source,
    incoming: Incoming,
    out: &mut Vec<u8>,
) -> Verdict {
    match incoming {
        Incoming::Batch(records) => batch(application, facts, source, records, out).await,
        Incoming::Whole(arrivals) => {
            let arrivals = arrivals.into_iter();
            let arrivals = arrivals.flat_map(|arrival| opened(application, arrival));
            let arrivals = arrivals.collect();
            let settled = application.deliver(facts, arrivals, Form::WholeBatches);
            match first_failure(&settled.await) {
                Some(failure) => fail(failure, out),
                None => nothing(out),
            }
        }
        Incoming::One(arrival) => one(application, facts, *arrival, out).await,
        Incoming::Nothing => nothing(out),
    }
}

async fn one(
    application: &Application,
    facts: Facts,
    arrival: Arrival,
    out: &mut Vec<u8>,
) -> Verdict {
    let settled = application.deliver(facts, vec![arrival], Form::WholeBatches);
    let mut settled = settled.await;
    if let Some(failure) = first_failure(&settled) {
        return fail(failure, out);
    }
    match settled.pop() {
        Some(Settled {
            outcome: Ok(mut reply),
            function,
            ..
        }) => match reply.event.take() {
            Some(mut event) => {
                let source = function.map_or("faas", |it| application.state(it).name());
                event.complete(source, Some(application.clock().wall()));
                replied(&event, out)
            }
            None => answer(&Ok(reply), out),
        },
        // rejected, and in the dead letters
        _ => nothing(out),
    }
}

fn replied(event: &CloudEvent, out: &mut Vec<u8>) -> Verdict {
    if let Err(error) = encode::event(event, out) {
        let message = format!("the function's answer is no CloudEvent: {error}");
        tracing::error!("{message}");
        out.clear();
        return refuse("Function.InvalidEvent", &message, out);
    }
    within_limit(out)
}

/// A message whose queue no function is bound to may bring what a store has to say to one.
pub(super) fn opened(application: &Application, arrival: Arrival) -> Vec<Arrival> {
    let takes = |arrival: &Arrival| application.takes(&arrival.address, &arrival.item.input);
    if takes(&arrival) {
        return vec![arrival];
    }
    match incoming::inside(&arrival) {
        Some(inside) if inside.is_empty() || inside.iter().any(takes) => inside,
        _ => vec![arrival],
    }
}

fn first_failure(settled: &[Settled]) -> Option<&Failure> {
    let mut failed = settled
        .iter()
        .filter(|settled| settled.settlement.stops_its_lane());
    failed.find_map(|settled| settled.outcome.as_ref().err())
}

fn nothing(out: &mut Vec<u8>) -> Verdict {
    out.extend_from_slice(b"null");
    Verdict::Response
}
