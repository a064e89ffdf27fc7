//! Which function an arrival is for (DESIGN, section 6): by the physical name in its binding, else by the logical name.

use std::fmt::Write as _;

use super::FunctionIndex;
use crate::bindings::{Binding, Bound};
use crate::config::{ConfigErrors, Configuration};
use crate::function::{BinlogSpec, EventSpec, Function, ObjectSpec, Trigger};
use crate::invocation::{Address, ChangeEvent, Input, ObjectEvent};
use crate::services::CHANNEL;
use crate::startup::StartError;

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
            let (bound, logical) = bound(function);
            let mut physical = None;
            if let Some(bound) = bound {
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
                best(
                    self.named(bucket, |trigger| matches!(trigger, Trigger::Object { .. })),
                    |trigger| match trigger {
                        Trigger::Object { spec, .. } => of_object(spec, object),
                        _ => None,
                    },
                )
            }
            Address::Binlog(table) => {
                let Input::Change(change) = input else {
                    return Found::Nothing;
                };
                best(
                    self.named(table, |trigger| matches!(trigger, Trigger::Binlog { .. })),
                    |trigger| match trigger {
                        Trigger::Binlog { spec, .. } => of_change(spec, change),
                        _ => None,
                    },
                )
            }
            Address::Event => {
                let Input::Event(event) = input else {
                    return Found::Nothing;
                };
                let fits = |target: &Target| match target.trigger {
                    Trigger::Event { spec, .. } => {
                        let fit = of_event(spec, &event.kind, &event.source)?;
                        Some((fit, target.function))
                    }
                    _ => None,
                };
                let found = self.0.iter().filter_map(fits).max_by_key(|(fit, _)| *fit);
                found.map_or(Found::Nothing, |(_, function)| Found::Function(function))
            }
        }
    }

    /// Finds the function that hears of an object in a bucket by the bucket's logical name.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(super) fn hears_of(&self, object: &ObjectEvent) -> Option<FunctionIndex> {
        let is_of = |target: &&Target| {
            matches!(target.trigger, Trigger::Object { .. }) && *target.logical == *object.bucket
        };
        let found = best(
            self.0.iter().filter(is_of).collect(),
            |trigger| match trigger {
                Trigger::Object { spec, .. } => of_object(spec, object),
                _ => None,
            },
        );
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
        let is_bound = |target: &&Target| {
            let physical = target.physical.as_deref();
            of(target.trigger) && physical.is_some_and(|it| same(name, it))
        };
        self.0.iter().filter(is_bound).collect()
    }

    fn called(&self, name: &str, of: impl Fn(&Trigger) -> bool) -> Vec<&Target> {
        let is_called = |target: &&Target| of(target.trigger) && same(name, target.logical);
        self.0.iter().filter(is_called).collect()
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

/// What a function's binding is, and under which logical name.
fn bound(function: &'static Function) -> (Option<Bound>, &'static str) {
    match &function.trigger {
        Trigger::Queue { spec, .. } => (Some(Bound::Queues), spec.queue),
        Trigger::Timer { .. } => (Some(Bound::Timers), function.origin.name),
        Trigger::Object { spec, .. } => (Some(Bound::Objects), spec.bucket),
        Trigger::Binlog { spec, .. } => (Some(Bound::Binlogs), spec.table),
        Trigger::Task { .. } => (Some(Bound::Tasks), function.origin.name),
        Trigger::Http { .. }
        | Trigger::Mount { .. }
        | Trigger::Grpc { .. }
        | Trigger::GrpcMethod { .. }
        | Trigger::Thrift { .. }
        | Trigger::Invoke { .. }
        | Trigger::Event { .. } => (None, function.origin.name),
    }
}

/// Compares names; the suffix that SQS demands of ordered queues may be left out.
fn same(name: &str, wanted: &str) -> bool {
    name == wanted || name.strip_suffix(".fifo") == Some(wanted)
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

/// How closely a function describes what happened to an object; `None` if it does not want to hear of it.
fn of_object(spec: &ObjectSpec, object: &ObjectEvent) -> Option<usize> {
    let wanted = (spec.on.is_empty() || spec.on.contains(&object.kind))
        && object.key.starts_with(spec.prefix)
        && object.key.ends_with(spec.suffix);
    wanted.then_some(spec.prefix.len() + spec.suffix.len())
}

fn of_change(spec: &BinlogSpec, change: &ChangeEvent) -> Option<usize> {
    let wanted = spec.on.is_empty() || spec.on.contains(&change.kind);
    wanted.then_some(usize::from(!spec.on.is_empty()))
}

/// A whole type is closer than a pattern, a longer pattern than a shorter one, a source closer than any source.
fn of_event(spec: &EventSpec, kind: &str, source: &str) -> Option<(bool, usize, bool)> {
    if spec.source.is_some_and(|wanted| wanted != source) {
        return None;
    }
    let beginning = spec.kind.strip_suffix('*');
    let matches = match beginning {
        Some(beginning) => kind.starts_with(beginning),
        None => kind == spec.kind,
    };
    matches.then_some((beginning.is_none(), spec.kind.len(), spec.source.is_some()))
}

/// Finds functions that would take the same deliveries.
pub(super) fn check(functions: &[&'static Function]) -> Vec<StartError> {
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

#[cfg(test)]
mod tests {
    //! Names, filters, and which of several functions is the closest.

    use super::*;
    use crate::invocation::{ObjectKind, Outcome, Parts, Payload, Reply};
    use futures_util::future::BoxFuture;

    fn entry(_: Parts, _: Input) -> BoxFuture<'static, Outcome> {
        Box::pin(std::future::ready(Ok(Reply::nothing())))
    }

    fn function(name: &'static str, trigger: Trigger) -> &'static Function {
        Box::leak(Box::new(Function {
            origin: crate::function::Origin {
                name,
                module: "tests",
                file: "tests.rs",
                line: 1,
                summary: "",
            },
            item: std::any::TypeId::of::<()>(),
            limits: crate::function::Limits::NONE,
            idempotent: None,
            trigger,
            needs: |_| {},
            schema: |_| {},
        }))
    }

    fn queue(queue: &'static str) -> &'static Function {
        let spec = crate::function::QueueSpec {
            queue,
            batch: None,
            retry: crate::function::RetryPolicy::DEFAULT,
            dead_letter: None,
            ordered: false,
            whole_batch: false,
        };
        function(queue, Trigger::Queue { spec, call: entry })
    }

    fn objects(name: &'static str, spec: ObjectSpec) -> &'static Function {
        function(name, Trigger::Object { spec, call: entry })
    }

    fn events(
        name: &'static str,
        kind: &'static str,
        source: Option<&'static str>,
    ) -> &'static Function {
        let spec = EventSpec { kind, source };
        function(name, Trigger::Event { spec, call: entry })
    }

    fn routing(functions: &[&'static Function], settings: &[(&str, &str)]) -> Routing {
        let mut configuration = Configuration::empty();
        for (key, value) in settings {
            configuration.set(key, value).unwrap();
        }
        let (routing, errors) = Routing::read(functions, &configuration);
        assert!(errors.is_empty(), "{errors:?}");
        routing
    }

    fn found(index: usize) -> Found {
        Found::Function(FunctionIndex(index))
    }

    #[test]
    fn a_binding_takes_the_logical_name_away_from_nobody() {
        let any = Input::Payload(Payload::default());
        let at =
            |routing: &Routing, name: &str| routing.find(&Address::Queue(Some(name.into())), &any);
        let functions = [queue("mail"), queue("orders")];
        let plain = routing(&functions, &[]);
        assert_eq!(at(&plain, "orders"), found(1));
        assert_eq!(at(&plain, "orders.fifo"), found(1));
        assert_eq!(at(&plain, "orders.fif"), Found::Nothing);
        assert_eq!(at(&plain, "fifo"), Found::Nothing);
        // the physical name of one is the logical name of the other: the binding is what somebody has said
        let crossed = routing(&functions, &[("queues.mail.name", "orders")]);
        assert_eq!(at(&crossed, "orders"), found(0));
        assert_eq!(at(&crossed, "mail"), found(0));
        let both = routing(
            &functions,
            &[
                ("queues.mail.name", "shared"),
                ("queues.orders.url", "kafka://broker/shared"),
            ],
        );
        assert_eq!(at(&both, "shared"), Found::Several);
    }

    #[test]
    fn without_a_name_the_only_one_is_meant() {
        let any = Input::Payload(Payload::default());
        let nameless = Address::Queue(None);
        assert_eq!(routing(&[queue("a")], &[]).find(&nameless, &any), found(0));
        assert_eq!(
            routing(&[queue("a"), queue("b")], &[]).find(&nameless, &any),
            Found::Several
        );
        assert_eq!(routing(&[], &[]).find(&nameless, &any), Found::Nothing);
        assert_eq!(
            routing(&[queue("a")], &[]).find(&Address::Timer(None), &any),
            Found::Nothing
        );
    }

    fn task(name: &'static str) -> &'static Function {
        let spec = crate::function::TaskSpec {
            retry: crate::function::RetryPolicy::DEFAULT,
            priority: 0,
            keep: std::time::Duration::from_secs(1),
        };
        function(name, Trigger::Task { spec, call: entry })
    }

    #[test]
    fn a_queue_brings_tasks_to_the_function_that_is_bound_to_it() {
        let any = Input::Payload(Payload::default());
        let at =
            |routing: &Routing, name: &str| routing.find(&Address::Queue(Some(name.into())), &any);
        let functions = [queue("orders"), task("encode"), task("orders")];
        let plain = routing(&functions, &[]);
        assert_eq!(at(&plain, "task:encode"), found(1));
        assert_eq!(at(&plain, "encode"), found(1));
        assert_eq!(at(&plain, "orders"), found(0));
        assert_eq!(at(&plain, "task:orders"), found(2));
        assert_eq!(at(&plain, "task:unheard"), Found::Nothing);
        let url = "https://sqs.eu-west-1.amazonaws.com/1/encode-prod";
        let bound = routing(&functions, &[("tasks.encode.url", url)]);
        assert_eq!(at(&bound, "encode-prod"), found(1));
        assert_eq!(at(&bound, "orders"), found(0));
        // of what is bound to nothing a nameless queue means none
        let nameless = Address::Queue(None);
        assert_eq!(plain.find(&nameless, &any), found(0));
        assert_eq!(bound.find(&nameless, &any), Found::Several);
    }

    #[test]
    fn of_several_object_functions_the_narrowest_is_meant() {
        let spec = |on: &'static [ObjectKind], prefix, suffix| ObjectSpec {
            bucket: "uploads",
            on,
            prefix,
            suffix,
        };
        let routing = routing(
            &[
                objects("films", spec(&[ObjectKind::Created], "in/", ".mp4")),
                objects("films-anywhere", spec(&[], "", ".mp4")),
            ],
            &[("objects.uploads.url", "s3://uploads-prod")],
        );
        let event = |bucket: &str, key: &str, kind| {
            let object = ObjectEvent {
                bucket: bucket.into(),
                key: key.to_owned(),
                kind,
                size: None,
                version: None,
                etag: None,
                time: None,
                sequencer: None,
                path: None,
            };
            routing.find(
                &Address::Object(bucket.into()),
                &Input::Object(Box::new(object)),
            )
        };
        let (created, removed) = (ObjectKind::Created, ObjectKind::Removed);
        assert_eq!(event("uploads-prod", "in/a.mp4", created), found(0));
        assert_eq!(event("uploads-prod", "in/a.mp4", removed), found(1));
        assert_eq!(event("uploads-prod", "a.mp4", created), found(1));
        assert_eq!(event("uploads-prod", "a.txt", created), Found::Filtered);
        assert_eq!(event("uploads", "a.mp4", created), found(1));
        assert_eq!(event("other", "a.mp4", created), Found::Nothing);
    }

    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    #[test]
    fn on_this_machine_a_bucket_has_its_logical_name() {
        let spec = |suffix| ObjectSpec {
            bucket: "uploads",
            on: &[ObjectKind::Created],
            prefix: "",
            suffix,
        };
        let functions = [
            objects("films", spec(".mp4")),
            objects("all", spec("")),
            queue("uploads"),
        ];
        let settings = [
            ("objects.uploads.name", "uploads-prod"),
            ("queues.uploads.name", "uploads"),
        ];
        let routing = routing(&functions, &settings);
        let hears = |bucket: &str, key: &str, kind| {
            routing.hears_of(&ObjectEvent {
                bucket: bucket.into(),
                key: key.to_owned(),
                kind,
                size: None,
                version: None,
                etag: None,
                time: None,
                sequencer: None,
                path: None,
            })
        };
        let created = ObjectKind::Created;
        assert_eq!(hears("uploads", "a.mp4", created), Some(FunctionIndex(0)));
        assert_eq!(hears("uploads", "a.txt", created), Some(FunctionIndex(1)));
        assert_eq!(hears("uploads", "a.txt", ObjectKind::Removed), None);
        assert_eq!(hears("uploads-prod", "a.mp4", created), None);
    }

    #[test]
    fn of_several_event_functions_the_closest_is_meant() {
        let routing = routing(
            &[
                events("all", "*", None),
                events("users", "com.example.user.*", None),
                events("created", "com.example.user.created", None),
                events("created-here", "com.example.user.created", Some("/here")),
            ],
            &[],
        );
        let at = |kind: &str, source: &str| {
            let event = crate::cloudevents::CloudEvent {
                kind: kind.to_owned(),
                source: source.to_owned(),
                ..Default::default()
            };
            routing.find(&Address::Event, &Input::Event(Box::new(event)))
        };
        assert_eq!(at("com.example.user.created", "/here"), found(3));
        assert_eq!(at("com.example.user.created", "/there"), found(2));
        assert_eq!(at("com.example.user.removed", "/here"), found(1));
        assert_eq!(at("com.example.order", "/here"), found(0));
    }

    #[test]
    fn twins_are_found() {
        let spec = |on: &'static [ObjectKind]| ObjectSpec {
            bucket: "uploads",
            on,
            prefix: "",
            suffix: "",
        };
        let created = objects("created", spec(&[ObjectKind::Created]));
        let removed = objects("removed", spec(&[ObjectKind::Removed]));
        let all = objects("all", spec(&[]));
        assert!(check(&[created, removed]).is_empty());
        assert_eq!(check(&[created, removed, all]).len(), 1);
        assert_eq!(check(&[queue("a"), queue("b"), queue("a")]).len(), 1);
        assert_eq!(
            check(&[events("a", "x", None), events("b", "x", Some("/y"))]).len(),
            0
        );
    }
}
