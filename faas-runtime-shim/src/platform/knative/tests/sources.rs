//! Sources that nobody has recorded, and the odd ones of those that somebody has.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::*;
use crate::cloudevents::CloudEvent;
use crate::env::Env;
use crate::host::events::tests::{events, queue, seen};
use crate::invocation::{Address, Delivery, Input, ObjectEvent, ObjectKind};
use crate::platform::knative::decode::{self, Native};

fn event(kind: &str, source: &str) -> CloudEvent {
    CloudEvent::new("17", source, kind)
}

fn named(event: &CloudEvent) -> (Address, Input) {
    match decode::event(event, UNIX_EPOCH) {
        Native::Named(mut arrivals) if arrivals.len() == 1 => {
            let arrival = arrivals.remove(0);
            (arrival.address, arrival.item.input)
        }
        other => panic!("{event:?}: {other:?}"),
    }
}

fn object(event: &CloudEvent) -> ObjectEvent {
    match named(event) {
        (Address::Object(bucket), Input::Object(object)) => {
            assert_eq!(bucket, object.bucket);
            *object
        }
        other => panic!("{other:?}"),
    }
}

fn delivery(event: &CloudEvent) -> (Option<Box<str>>, Delivery) {
    match named(event) {
        (Address::Queue(queue), Input::Delivery(delivery)) => (queue, *delivery),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pub_sub_message_is_unwrapped() {
    let source = "//pubsub.googleapis.com/projects/p/topics/orders";
    let mut wrapped = event("google.cloud.pubsub.topic.v1.messagePublished", source);
    let message = json!({
        "subscription": "projects/p/subscriptions/s",
        "message": {
            "data": "eyJpZCI6MX0=",
            "attributes": { "tenant": "north" },
            "messageId": "9",
            "orderingKey": "cust-7",
            "publishTime": "1970-01-01T00:00:02Z",
        },
    });
    wrapped.data = Some(message.to_string().into());
    let (topic, delivery) = delivery(&wrapped);
    assert_eq!(topic.as_deref(), Some("orders"));
    assert_eq!(&*delivery.queue, "orders");
    assert_eq!(delivery.body.as_deref(), Some(&br#"{"id":1}"#[..]));
    assert_eq!(delivery.attributes.get("tenant"), Some("north"));
    assert_eq!(delivery.key.as_deref(), Some(&b"cust-7"[..]));
    assert_eq!(delivery.sent, Some(UNIX_EPOCH + Duration::from_secs(2)));
    assert_eq!((&*delivery.id, delivery.attempt), ("17", None));
}

#[test]
fn what_is_wrapped_otherwise_is_handed_over_as_it_is() {
    let source = "//pubsub.googleapis.com/projects/p/topics/orders";
    for data in ["", "7", r#"{"message":{"data":"*"}}"#] {
        let mut wrapped = event("google.cloud.pubsub.topic.v1.messagePublished", source);
        wrapped.data = Some(data.into());
        let (_, delivery) = delivery(&wrapped);
        assert_eq!(delivery.body.as_deref(), Some(data.as_bytes()));
    }
}

#[test]
fn a_record_without_a_value_is_a_tombstone_in_kafka_alone() {
    let source = "/apis/v1/namespaces/n/kafkasources/k#orders";
    let (_, record) = delivery(&event("dev.knative.kafka.event", source));
    assert_eq!(record.body, None);
    let source = "/apis/v1/namespaces/n/rabbitmqsources/r#orders";
    let (_, message) = delivery(&event("dev.knative.rabbitmq.event", source));
    assert_eq!(message.body.as_deref(), Some(&b""[..]));
}

#[test]
fn records_of_one_partition_are_one_lane() {
    let mut record = event("dev.knative.kafka.event", "/x#orders");
    record.subject = Some("partition:3#564".into());
    let Native::Named(arrivals) = decode::event(&record, UNIX_EPOCH) else {
        panic!("no arrivals");
    };
    assert_eq!(arrivals[0].item.lane.as_deref(), Some("partition:3"));
}

#[test]
fn a_source_that_names_nothing_leaves_it_to_the_only_function() {
    for (kind, source) in [
        ("dev.knative.kafka.event", "/x"),
        ("dev.knative.kafka.event", "/x#"),
        ("dev.knative.rabbitmq.event", "x"),
        ("dev.knative.sources.redisstream", "redis"),
        ("dev.knative.sources.redisstream", "redis/"),
    ] {
        assert_eq!(
            named(&event(kind, source)).0,
            Address::Queue(None),
            "{source}"
        );
    }
    let ping = event("dev.knative.sources.ping", "ping");
    assert_eq!(named(&ping).0, Address::Timer(None));
}

#[test]
fn a_tick_without_a_time_is_due_when_it_comes() {
    let now = UNIX_EPOCH + Duration::from_secs(9);
    let ping = event("dev.knative.sources.ping", "/x/nightly");
    let Native::Named(arrivals) = decode::event(&ping, now) else {
        panic!("no arrivals");
    };
    let Input::Tick(tick) = &arrivals[0].item.input else {
        panic!("no tick");
    };
    assert_eq!((tick.due, tick.payload.body.len()), (now, 0));
}

#[test]
fn cloud_storage() {
    let bucket = "//storage.googleapis.com/projects/_/buckets/uploads";
    let mut created = event("google.cloud.storage.object.v1.finalized", bucket);
    created.subject = Some("objects/dir/a+b %41.txt".into());
    let read = object(&created);
    assert_eq!((&*read.bucket, &*read.key), ("uploads", "dir/a+b %41.txt"));
    assert_eq!((read.kind, read.size), (ObjectKind::Created, None));

    let data = json!({
        "bucket": "uploads", "name": "dir/x.txt", "size": "352", "generation": "1587", "etag": "CNHZ",
    });
    created.data = Some(data.to_string().into());
    let read = object(&created);
    assert_eq!((&*read.key, read.size), ("dir/x.txt", Some(352)));
    assert_eq!(read.version.as_deref(), Some("1587"));
    assert_eq!(read.etag.as_deref(), Some("CNHZ"));

    created.kind = "google.cloud.storage.object.v1.deleted".into();
    assert_eq!(object(&created).kind, ObjectKind::Removed);
}

#[test]
fn azure_storage() {
    let account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a";
    let mut created = event("Microsoft.Storage.BlobCreated", account);
    created.subject = Some("/blobServices/default/containers/uploads/blobs/dir/x.txt".into());
    let data = json!({ "contentLength": 524_288, "eTag": "\"0x8D4\"", "sequencer": "0000442" });
    created.data = Some(data.to_string().into());
    let read = object(&created);
    assert_eq!((&*read.bucket, &*read.key), ("uploads", "dir/x.txt"));
    assert_eq!((read.kind, read.size), (ObjectKind::Created, Some(524_288)));
    assert_eq!(read.etag.as_deref(), Some("0x8D4"));
    assert_eq!(read.sequencer.as_deref(), Some("0000442"));

    created.kind = "Microsoft.Storage.BlobDeleted".into();
    let read = object(&created);
    assert_eq!((read.kind, read.size), (ObjectKind::Removed, None));
}

#[test]
fn s3_by_its_attributes_alone() {
    let mut created = event("com.amazonaws.s3.ObjectCreated:Put", "minio:s3..my.bucket");
    created.subject = Some("dir/x.txt".into());
    let read = object(&created);
    assert_eq!((&*read.bucket, &*read.key), ("my.bucket", "dir/x.txt"));
    created.kind = "com.amazonaws.s3.LifecycleExpiration:Delete".into();
    assert_eq!(object(&created).kind, ObjectKind::Removed);
}

#[test]
fn every_record_of_a_notification_is_its_own_arrival() {
    let record = |key: &str| json!({ "eventName": "ObjectCreated:Put", "s3": { "bucket": { "name": "b" }, "object": { "key": key } } });
    let mut both = event("com.amazonaws.s3.ObjectCreated:Put", "aws:s3.eu.b");
    both.data = Some(
        json!({ "Records": [record("one"), record("a+%2B")] })
            .to_string()
            .into(),
    );
    let Native::Named(arrivals) = decode::event(&both, UNIX_EPOCH) else {
        panic!("no arrivals");
    };
    let keys: Vec<_> = arrivals
        .iter()
        .map(|arrival| match &arrival.item.input {
            Input::Object(object) => object.key.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(keys, ["one", "a +"]);
    assert_ne!(
        arrivals[0].item.idempotency_key,
        arrivals[1].item.idempotency_key
    );
}

/// It cannot be read as its type promises, so it is what it is beyond doubt.
#[test]
fn what_is_no_object_stays_an_event() {
    let mut no_utf8 = event("com.amazonaws.s3.ObjectCreated:Put", "aws:s3.eu.b");
    no_utf8.data = Some(r#"{"s3":{"object":{"key":"%FF"}}}"#.into());
    let mut endless = event("com.amazonaws.s3.ObjectCreated:Put", "aws:s3.eu.b");
    endless.subject = Some("key".into());
    endless.data = Some(format!(r#"{{"Records":[{}{{}}]}}"#, "{},".repeat(1000)).into());
    for event in [
        no_utf8,
        endless,
        event("com.amazonaws.s3.ObjectCreated:Put", "aws:s3.eu.b"),
        event("com.amazonaws.s3.ObjectRestore:Post", "aws:s3.eu.b"),
        event("com.amazonaws.s3.", "aws:s3.eu.b"),
        event("google.cloud.storage.object.v1.finalized", "x"),
        event("google.cloud.storage.object.v1.archived", "//x/b"),
        event("Microsoft.Storage.BlobCreated", "/a"),
        event("Microsoft.Storage.BlobRenamed", "/a"),
    ] {
        assert!(
            matches!(decode::event(&event, UNIX_EPOCH), Native::Event),
            "{event:?}"
        );
    }
}

#[tokio::test]
async fn a_function_of_the_type_takes_what_no_other_does() {
    let kafka = binary("dev.knative.kafka.event", "/x#orders", &[], &json!(1));
    for (functions, expected) in [
        (
            vec![queue("orders", "orders"), events("any", "*")],
            "orders",
        ),
        (vec![queue("others", "others"), events("any", "*")], "any"),
    ] {
        let app = app(functions).await;
        assert_eq!(send(&app, &kafka).await["status"], 204);
        assert_eq!(seen()[0].0, expected);
    }
}

#[tokio::test]
async fn what_an_object_function_leaves_out_is_for_a_function_of_the_type() {
    let spec = ObjectSpec {
        bucket: "uploads",
        on: &[],
        prefix: "",
        suffix: ".mp4",
    };
    let films = || function("films", Limits::NONE, Trigger::Object { spec, call: entry });
    let all = || events("all", "com.amazonaws.s3.*");
    for (functions, key, expected) in [
        (vec![films(), all()], "a.mp4", Some("films")),
        (vec![films(), all()], "a.txt", Some("all")),
        (vec![films()], "a.txt", None),
    ] {
        let app = app(functions).await;
        let created = binary(
            "com.amazonaws.s3.ObjectCreated:Put",
            "aws:s3.eu.uploads",
            &[("ce-subject", key)],
            &json!({}),
        );
        assert_eq!(send(&app, &created).await["status"], 204);
        assert_eq!(seen().first().map(|(name, _)| *name), expected, "{key}");
    }
}

#[tokio::test]
async fn a_source_without_a_name_prefers_a_function_of_its_type() {
    let tick = binary("dev.knative.eventing.timer", "timer-source", &[], &json!(1));
    let sqs = binary("dev.knative.eventing.aws-sqs", "sqs-source", &[], &json!(1));
    let typed = || events("typed", "dev.knative.eventing.*");
    for (document, functions, expected) in [
        (&tick, vec![timer("nightly"), typed()], Some("typed")),
        (&tick, vec![timer("nightly")], Some("nightly")),
        (&tick, vec![timer("nightly"), timer("hourly")], None),
        (
            &sqs,
            vec![queue("orders", "orders"), typed()],
            Some("typed"),
        ),
        (&sqs, vec![queue("orders", "orders")], Some("orders")),
        (
            &sqs,
            vec![queue("orders", "orders"), queue("more", "more")],
            None,
        ),
    ] {
        let app = app(functions).await;
        let answer = send(&app, document).await;
        let found = seen().first().map(|(name, _)| *name);
        assert_eq!(found, expected, "{answer}");
        if expected.is_none() {
            assert_eq!(answer["status"], 422);
            let body = answer["body"].as_str().unwrap();
            assert!(body.contains("FAAS_FUNCTION"), "{body}");
        }
    }
}

#[test]
fn the_environment_tells_where_events_go() {
    let sink = |pairs: &[(&'static str, &'static str)]| {
        Knative.sink(&Env::from_pairs(pairs.iter().copied()))
    };
    assert!(sink(&[]).is_none());
    assert!(sink(&[("K_SINK", "")]).is_none());
    let plain = sink(&[("K_SINK", "http://broker")]).unwrap();
    assert_eq!(plain.url.expose(), "http://broker");
    assert!(plain.extensions.is_empty());
    let overridden = [
        ("K_SINK", "http://broker"),
        (
            "K_CE_OVERRIDES",
            r#"{"extensions":{"region":"eu","my-team":"a","id":"1","x":"a\u0000"}}"#,
        ),
    ];
    let overridden = sink(&overridden).unwrap();
    assert_eq!(
        overridden.extensions,
        [("region".to_owned(), "eu".to_owned())]
    );
    for wrong in ["{", r#"{"extensions":{"a":1}}"#, "7"] {
        let sink = sink(&[("K_SINK", "http://broker"), ("K_CE_OVERRIDES", wrong)]);
        assert!(sink.unwrap().extensions.is_empty(), "{wrong}");
    }
}

#[test]
fn it_is_told_from_google_s_functions() {
    let detects = |names: &[&'static str]| {
        Knative.detects(&Env::from_pairs(names.iter().map(|name| (*name, "x"))))
    };
    assert!(detects(&["K_SERVICE", "PORT"]));
    assert!(!detects(&["PORT"]));
    assert!(!detects(&["K_SERVICE", "FUNCTION_TARGET"]));
    assert_eq!(
        Knative
            .service(&Env::from_pairs([("K_SERVICE", "shop")]))
            .as_deref(),
        Some("shop")
    );
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    fn kinds() -> impl Strategy<Value = String> {
        let known = proptest::sample::select(vec![
            "dev.faas.queue.message",
            "dev.knative.sources.ping",
            "dev.knative.kafka.event",
            "dev.knative.rabbitmq.event",
            "dev.knative.sources.redisstream",
            "dev.knative.eventing.timer",
            "dev.knative.eventing.aws-sqs",
            "google.cloud.pubsub.topic.v1.messagePublished",
            "google.cloud.storage.object.v1.finalized",
            "Microsoft.Storage.BlobCreated",
            "com.amazonaws.s3.ObjectCreated:Put",
        ]);
        prop_oneof![known.prop_map(str::to_owned), ".{1,20}"]
    }

    fn documents() -> impl Strategy<Value = String> {
        let s3 = (".{0,9}", ".{0,9}", any::<u64>()).prop_map(|(bucket, key, size)| {
            let record: Value = json!({
                "eventName": "ObjectCreated:Put",
                "s3": { "bucket": { "name": bucket }, "object": { "key": key, "size": size } },
            });
            json!({ "Records": [record, record] }).to_string()
        });
        let pubsub = "[A-Za-z0-9+/=]{0,9}"
            .prop_map(|data| json!({ "message": { "data": data } }).to_string());
        prop_oneof![s3, pubsub, ".{0,40}"]
    }

    proptest! {
        #[test]
        fn any_event_is_read(
            kind in kinds(), source in "[a-z/#.%]{1,20}", subject in proptest::option::of("[a-z/#.%:]{1,20}"), data in documents(),
        ) {
            let mut event = event(&kind, &source);
            event.subject = subject;
            event.data = Some(data.into());
            match decode::event(&event, UNIX_EPOCH) {
                Native::Event => {}
                Native::Named(arrivals) => prop_assert!(!arrivals.is_empty()),
                Native::Nameless(arrival) => {
                    prop_assert!(matches!(arrival.address, Address::Queue(None) | Address::Timer(None)));
                }
            }
        }

        #[test]
        fn any_text_is_a_document_or_none(text in ".{0,60}") {
            let _ = decode::document(&bytes::Bytes::from(text));
        }
    }
}
