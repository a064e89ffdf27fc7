//! Functions that would take the same deliveries, of which only one could: told at the start, not at the first delivery.

use crate::function::{Function, Trigger};
use crate::startup::StartError;

/// Finds functions that would take the same deliveries.
pub(in super::super) fn check(functions: &[&'static Function]) -> Vec<StartError> {
    let mut errors = Vec::new();
    for (index, other) in functions.iter().enumerate() {
        let twin = functions
            .iter()
            .take(index)
            .find_map(|one| Some((one, same_input(&one.trigger, &other.trigger)?)));
        if let Some((one, what)) = twin {
            errors.push(StartError::same_input(&what, &one.origin, &other.origin));
        }
    }
    errors
}

/// Says what both triggers take, if it is the same.
fn same_input(one: &Trigger, other: &Trigger) -> Option<String> {
    match (one, other) {
        (Trigger::Queue { spec: one, .. }, Trigger::Queue { spec: other, .. }) => {
            (one.queue == other.queue).then(|| format!("the queue `{}`", one.queue))
        }
        (Trigger::Object { spec: one, .. }, Trigger::Object { spec: other, .. }) => {
            let same = one.bucket == other.bucket
                && (one.prefix, one.suffix) == (other.prefix, other.suffix)
                && overlap(one.on, other.on);
            same.then(|| format!("the same objects of the bucket `{}`", one.bucket))
        }
        (Trigger::Binlog { spec: one, .. }, Trigger::Binlog { spec: other, .. }) => {
            let same = one.table == other.table && overlap(one.on, other.on);
            same.then(|| format!("the same changes of the table `{}`", one.table))
        }
        (Trigger::Event { spec: one, .. }, Trigger::Event { spec: other, .. }) => {
            (one == other).then(|| format!("the events `{}`", one.kind))
        }
        (Trigger::Thrift { service: one, .. }, Trigger::Thrift { service: other, .. }) => {
            (one() == other()).then(|| format!("calls of the Thrift service `{}`", one()))
        }
        _ => same_calls(one, other),
    }
}

/// Says which calls of gRPC both triggers take.
fn same_calls(one: &Trigger, other: &Trigger) -> Option<String> {
    let taken = |trigger: &Trigger| match trigger {
        Trigger::Grpc { service, .. } => Some((service(), None)),
        Trigger::GrpcMethod {
            service, method, ..
        } => Some((*service, Some(*method))),
        _ => None,
    };
    match (taken(one)?, taken(other)?) {
        ((one, _), (other, _)) if one != other => None,
        ((service, Some(one)), (_, Some(other))) => {
            (one == other).then(|| format!("calls of `{service}/{one}`"))
        }
        ((service, _), _) => Some(format!("calls of the gRPC service `{service}`")),
    }
}

/// Whether two filters have a kind in common; an empty one has all.
fn overlap<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|kind| other.contains(kind))
}
