//! Names, filters, and which of several functions is the closest.

use futures_util::future::BoxFuture;

use super::*;
use crate::function::{EventSpec, ObjectSpec};
use crate::invocation::{ObjectEvent, ObjectKind, Outcome, Parts, Payload, Reply};
use crate::kit;

fn entry(_: Parts, _: Input) -> BoxFuture<'static, Outcome> {
    Box::pin(std::future::ready(Ok(Reply::nothing())))
}

fn function(name: &'static str, trigger: Trigger) -> &'static Function {
    Box::leak(Box::new(kit::function(name, trigger)))
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
    let at = |routing: &Routing, name: &str| routing.find(&Address::Queue(Some(name.into())), &any);
    let functions = [queue("mail"), queue("orders")];
    let plain = routing(&functions, &[]);
    assert_eq!(at(&plain, "orders"), found(1));
    assert_eq!(at(&plain, "orders.fifo"), found(1));
    assert_eq!(at(&plain, "orders.fif"), Found::Nothing);
    assert_eq!(at(&plain, "fifo"), Found::Nothing);
    // each is meant by its own name
    let beside = routing(&[queue("orders"), queue("orders.fifo")], &[]);
    assert_eq!(at(&beside, "orders"), found(0));
    assert_eq!(at(&beside, "orders.fifo"), found(1));
    let bound = [
        ("queues.mail.name", "orders"),
        ("queues.orders.name", "orders.fifo"),
    ];
    let bound = routing(&functions, &bound);
    assert_eq!(at(&bound, "orders"), found(0));
    assert_eq!(at(&bound, "orders.fifo"), found(1));
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
    let at = |routing: &Routing, name: &str| routing.find(&Address::Queue(Some(name.into())), &any);
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
