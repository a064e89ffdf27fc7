//! Which function an arrival is for (DESIGN, section 6): by the physical name in its binding, else by the logical name.

mod fit;
#[cfg(test)]
mod tests;
mod twins;

use std::fmt::Write as _;

pub(super) use self::twins::check;
use super::FunctionIndex;
use crate::bindings::{Binding, Bound};
use crate::config::{ConfigErrors, Configuration};
use crate::function::{Function, Trigger};
#[cfg(all(feature = "embedded", not(target_family = "wasm")))]
use crate::invocation::ObjectEvent;
use crate::invocation::{Address, Input};
use crate::services::CHANNEL;

/// What was found for an arrival.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    Function(FunctionIndex),
    /// There are functions of that name, and none of them wants to hear of this.
    Filtered,
    Nothing,
    /// The sender names none, and there are several.
    Several,
}

/// The selected functions under the names by which senders know them.
#[derive(Debug, Default)]
pub(super) struct Routing(Vec<Target>);

#[derive(Debug)]
struct Target {
    function: FunctionIndex,
    /// The function's own name.
    name: &'static str,
    trigger: &'static Trigger,
    logical: &'static str,
    physical: Option<Box<str>>,
}

impl Routing {
    /// Reads the bindings of the functions, which stand in the order of their indices.
    pub(super) fn read(
        functions: &[&'static Function],
        configuration: &Configuration,
    ) -> (Self, Vec<ConfigErrors>) {
        let mut errors = Vec::new();
        let mut target = |(index, function): (usize, &&'static Function)| {
            let bound = Bound::of(function);
            let logical = bound.map_or(function.origin.name, |(_, logical)| logical);
            let mut physical = None;
            if let Some((bound, logical)) = bound {
                match Binding::read(configuration, bound, logical) {
                    Ok(binding) => physical = binding.physical(bound).map(Into::into),
                    Err(error) => errors.push(error),
                }
            }
            Target {
                function: FunctionIndex(index),
                name: function.origin.name,
                trigger: &function.trigger,
                logical,
                physical,
            }
        };
        let targets = functions.iter().enumerate().map(&mut target).collect();
        (Self(targets), errors)
    }

    /// Finds the function for an input at an address.
    pub(super) fn find(&self, address: &Address, input: &Input) -> Found {
        match address {
            Address::Queue(Some(name)) => only(&self.of_queue(name)),
            Address::Queue(None) => only(&self.nameless(|target| match target.trigger {
                Trigger::Queue { .. } => true,
                // what is bound to nothing is not meant by a queue
                Trigger::Task { .. } => target.physical.is_some(),
                _ => false,
            })),
            Address::Timer(Some(name)) => only(&self.named(name, is_timer)),
            Address::Timer(None) => only(&self.nameless(|target| is_timer(target.trigger))),
            Address::Object(bucket) => {
                let Input::Object(object) = input else {
                    return Found::Nothing;
                };
                best(self.named(bucket, is_object), |trigger| {
                    fit::object(trigger, object)
                })
            }
            Address::Binlog(table) => {
                let Input::Change(change) = input else {
                    return Found::Nothing;
                };
                best(self.named(table, is_binlog), |trigger| {
                    fit::change(trigger, change)
                })
            }
            Address::Event => {
                let Input::Event(event) = input else {
                    return Found::Nothing;
                };
                let fits = |target: &Target| {
                    let fit = fit::event(target.trigger, event)?;
                    Some((fit, target.function))
                };
                let found = self.0.iter().filter_map(fits).max_by_key(|(fit, _)| *fit);
                found.map_or(Found::Nothing, |(_, function)| Found::Function(function))
            }
        }
    }

    /// Finds the function that hears of an object in a bucket by the bucket's logical name.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(super) fn hears_of(&self, object: &ObjectEvent) -> Option<FunctionIndex> {
        let is_of =
            |target: &&Target| is_object(target.trigger) && *target.logical == *object.bucket;
        let found = best(self.0.iter().filter(is_of).collect(), |trigger| {
            fit::object(trigger, object)
        });
        match found {
            Found::Function(function) => Some(function),
            Found::Filtered | Found::Nothing | Found::Several => None,
        }
    }

    /// Says which functions there are, for a message.
    pub(super) fn known(&self) -> String {
        let mut text = String::new();
        for target in &self.0 {
            if !text.is_empty() {
                text.push_str(", ");
            }
            let called = match target.trigger {
                Trigger::Http { .. } | Trigger::Mount { .. } | Trigger::Invoke { .. } => None,
                Trigger::Event { spec, .. } => Some(spec.kind),
                Trigger::Grpc { service, .. } | Trigger::Thrift { service, .. } => Some(service()),
                Trigger::GrpcMethod { service, .. } => Some(*service),
                _ => Some(target.physical.as_deref().unwrap_or(target.logical)),
            };
            let (name, trigger) = (target.name, target.trigger.name());
            // writing into a text does not fail
            let _ = match called {
                Some(called) => write!(text, "{name} ({trigger} `{called}`)"),
                None => write!(text, "{name} ({trigger})"),
            };
        }
        text
    }

    /// Those that would take what comes without a name.
    fn nameless(&self, takes: impl Fn(&&Target) -> bool) -> Vec<&Target> {
        self.0.iter().filter(takes).collect()
    }

    /// Those that a queue of this name brings messages to: bound ones first, then queues before tasks.
    fn of_queue(&self, name: &str) -> Vec<&Target> {
        let bound = self.bound_to(name, |trigger| is_queue(trigger) || is_task(trigger));
        if !bound.is_empty() {
            return bound;
        }
        let queues = self.called(name, is_queue);
        if !queues.is_empty() {
            return queues;
        }
        self.called(name.strip_prefix(CHANNEL).unwrap_or(name), is_task)
    }

    /// Those that are bound to this physical name; if there are none, those that are called so themselves.
    fn named(&self, name: &str, of: fn(&Trigger) -> bool) -> Vec<&Target> {
        let bound = self.bound_to(name, of);
        if bound.is_empty() {
            self.called(name, of)
        } else {
            bound
        }
    }

    fn bound_to(&self, name: &str, of: impl Fn(&Trigger) -> bool) -> Vec<&Target> {
        self.matching(name, |target| {
            of(target.trigger).then_some(target.physical.as_deref()?)
        })
    }

    fn called(&self, name: &str, of: impl Fn(&Trigger) -> bool) -> Vec<&Target> {
        self.matching(name, |target| of(target.trigger).then_some(target.logical))
    }

    /// Those whose name is this one; if there are none, those that leave out the suffix that SQS demands of ordered queues.
    fn matching(&self, name: &str, of: impl Fn(&Target) -> Option<&str>) -> Vec<&Target> {
        let all = |wanted: &str| -> Vec<&Target> {
            let is_meant = |target: &&Target| of(target) == Some(wanted);
            self.0.iter().filter(is_meant).collect()
        };
        let exact = all(name);
        match name.strip_suffix(".fifo") {
            Some(short) if exact.is_empty() => all(short),
            _ => exact,
        }
    }
}

/// The one that is meant, if it is one.
fn only(targets: &[&Target]) -> Found {
    match targets {
        [] => Found::Nothing,
        [target] => Found::Function(target.function),
        _ => Found::Several,
    }
}

fn is_queue(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::Queue { .. })
}

fn is_task(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::Task { .. })
}

fn is_timer(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::Timer { .. })
}

fn is_object(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::Object { .. })
}

fn is_binlog(trigger: &Trigger) -> bool {
    matches!(trigger, Trigger::Binlog { .. })
}

/// Takes the first of those that fit best; `fit` is `None` for one that does not want it.
fn best(targets: Vec<&Target>, fit: impl Fn(&Trigger) -> Option<usize>) -> Found {
    let none = targets.is_empty();
    let fits = targets
        .into_iter()
        .rev() // of equals the last is taken
        .filter_map(|target| Some((fit(target.trigger)?, target.function)));
    match fits.max_by_key(|(fit, _)| *fit) {
        Some((_, function)) => Found::Function(function),
        None if none => Found::Nothing,
        None => Found::Filtered,
    }
}
