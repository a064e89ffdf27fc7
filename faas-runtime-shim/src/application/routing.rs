//! Which function an arrival is for (DESIGN, section 6): by the physical name in its binding, else by the logical name.

use std::fmt::Write as _;

use super::FunctionIndex;
use crate::bindings::{Binding, Bound};
use crate::config::{ConfigErrors, Configuration};
use crate::function::{BinlogSpec, EventSpec, Function, ObjectSpec, Trigger};
use crate::invocation::{Address, ChangeEvent, Input, ObjectEvent};
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
            Address::Queue(name) => self.single(name.as_deref(), |trigger| {
                matches!(trigger, Trigger::Queue { .. })
            }),
            Address::Timer(name) => self.single(name.as_deref(), |trigger| {
                matches!(trigger, Trigger::Timer { .. })
            }),
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

    /// The target of this name among those of a trigger; without a name the only one there is.
    fn single(&self, name: Option<&str>, of: fn(&Trigger) -> bool) -> Found {
        let mut targets = match name {
            Some(name) => self.named(name, of),
            None => self.0.iter().filter(|target| of(target.trigger)).collect(),
        }
        .into_iter();
        match (targets.next(), targets.next()) {
            (None, _) => Found::Nothing,
            (Some(target), None) => Found::Function(target.function),
            (Some(_), Some(_)) => Found::Several,
        }
    }

    /// Those that are bound to this physical name; if there are none, those that are called so themselves.
    fn named(&self, name: &str, of: fn(&Trigger) -> bool) -> Vec<&Target> {
        let those = |called: fn(&Target) -> Option<&str>| -> Vec<&Target> {
            let is_called = |target: &&Target| called(target).is_some_and(|it| same(name, it));
            let targets = self.0.iter().filter(|target| of(target.trigger));
            targets.filter(is_called).collect()
        };
        let bound = those(|target| target.physical.as_deref());
        if bound.is_empty() {
            those(|target| Some(target.logical))
        } else {
            bound
        }
    }
}

/// What a function's binding is, and under which logical name.
fn bound(function: &'static Function) -> (Option<Bound>, &'static str) {
    match &function.trigger {
        Trigger::Queue { spec, .. } => (Some(Bound::Queues), spec.queue),
        Trigger::Timer { .. } => (Some(Bound::Timers), function.origin.name),
        Trigger::Object { spec, .. } => (Some(Bound::Objects), spec.bucket),
        Trigger::Binlog { spec, .. } => (Some(Bound::Binlogs), spec.table),
        Trigger::Http { .. }
        | Trigger::Mount { .. }
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
        _ => None,
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
