//! What is not HTTP: taken to its functions, and what became of it told in the form that its source reads.

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::{Verdict, answer, fail, invalid, refuse, told, unroutable, within_limit};
use crate::application::{Application, FunctionIndex, Settled};
use crate::cloudevents::CloudEvent;
use crate::invocation::{Arrival, Facts, Failure, FailureKind, InvocationId};
use crate::platform::aws_lambda::decode::Source;
use crate::platform::aws_lambda::decode::incoming::{self, Batch, Incoming};
use crate::platform::aws_lambda::encode;
use crate::rfc3339;
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
            Ok(Some(incoming)) => take(application, facts, incoming, out).await,
            Ok(None) => unroutable(application, &source.to_string(), out),
            Err(error) => invalid(&error, out),
        }
    })
}

async fn take(
    application: &Application,
    facts: Facts,
    incoming: Incoming,
    out: &mut Vec<u8>,
) -> Verdict {
    match incoming {
        Incoming::Batch(records) => batch(application, facts, records, out).await,
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
                complete(&mut event, application, function);
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

/// Fills in what an event has to tell and its maker left open.
fn complete(event: &mut CloudEvent, application: &Application, function: Option<FunctionIndex>) {
    if event.id.is_empty() {
        event.id = InvocationId::own().as_str().to_owned();
    }
    if event.source.is_empty() {
        let name = function.map_or("faas", |function| application.state(function).name());
        event.source = name.to_owned();
    }
    let now = application.clock().wall();
    event.time.get_or_insert_with(|| rfc3339::format(now));
}

/// Tells the failed records by name. If no function takes any of them, the selection is wrong, which is an error of its
/// own: it must be loud even where the mapping does not read the names.
async fn batch(
    application: &Application,
    facts: Facts,
    Batch { records, state }: Batch,
    out: &mut Vec<u8>,
) -> Verdict {
    let mut failed = vec![false; records.len()];
    let mut ids = Vec::with_capacity(records.len());
    let mut arrivals = Vec::with_capacity(records.len());
    let mut owners = Vec::with_capacity(records.len());
    for (record, has_failed) in records.into_iter().zip(&mut failed) {
        let owner = ids.len();
        match record.arrival {
            Ok(arrival) => {
                for arrival in opened(application, arrival) {
                    arrivals.push(arrival);
                    owners.push(owner);
                }
            }
            Err(error) => {
                tracing::error!(id = ?record.id, "a record cannot be read: {}", told(&error));
                *has_failed = true;
            }
        }
        ids.push(record.id);
    }
    let settled = application
        .deliver(facts, arrivals, Form::PartialBatches)
        .await;
    if let Some(failure) = first_failure(&settled)
        && settled.iter().all(is_unroutable)
        && !failed.contains(&true)
    {
        return fail(failure, out);
    }
    for (settled, owner) in settled.iter().zip(owners) {
        if settled.settlement.stops_its_lane()
            && let Some(has_failed) = failed.get_mut(owner)
        {
            *has_failed = true;
        }
    }
    let names = ids.iter().zip(&failed);
    let names = names.filter_map(|(id, has_failed)| has_failed.then_some(id));
    encode::failures(names, state.as_deref(), out);
    Verdict::Response
}

/// A message whose queue no function is bound to may bring what a store has to say to one.
fn opened(application: &Application, arrival: Arrival) -> Vec<Arrival> {
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

fn is_unroutable(settled: &Settled) -> bool {
    let failure = settled.outcome.as_ref().err();
    failure.is_some_and(|failure| failure.kind == FailureKind::Unroutable)
}

fn nothing(out: &mut Vec<u8>) -> Verdict {
    out.extend_from_slice(b"null");
    Verdict::Response
}
