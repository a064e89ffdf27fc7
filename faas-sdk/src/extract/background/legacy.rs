//! From CloudEvents back to the names and shapes of Google's first events.
//!
//! The tables are those of the [functions framework's
//! conformance](https://github.com/GoogleCloudPlatform/functions-framework-conformance/blob/main/docs/mapping.md), read from
//! right to left.

use faas_runtime_shim::cloudevents::CloudEvent;
use serde_json::{Map, Value};

use super::{BackgroundContext, BackgroundResource};

/// The types that had another name.
const TYPES: [(&str, &str); 17] = [
    (
        "google.cloud.pubsub.topic.v1.messagePublished",
        "google.pubsub.topic.publish",
    ),
    (
        "google.cloud.storage.object.v1.finalized",
        "google.storage.object.finalize",
    ),
    (
        "google.cloud.storage.object.v1.deleted",
        "google.storage.object.delete",
    ),
    (
        "google.cloud.storage.object.v1.archived",
        "google.storage.object.archive",
    ),
    (
        "google.cloud.storage.object.v1.metadataUpdated",
        "google.storage.object.metadataUpdate",
    ),
    (
        "google.cloud.firestore.document.v1.written",
        "providers/cloud.firestore/eventTypes/document.write",
    ),
    (
        "google.cloud.firestore.document.v1.created",
        "providers/cloud.firestore/eventTypes/document.create",
    ),
    (
        "google.cloud.firestore.document.v1.updated",
        "providers/cloud.firestore/eventTypes/document.update",
    ),
    (
        "google.cloud.firestore.document.v1.deleted",
        "providers/cloud.firestore/eventTypes/document.delete",
    ),
    (
        "google.firebase.auth.user.v1.created",
        "providers/firebase.auth/eventTypes/user.create",
    ),
    (
        "google.firebase.auth.user.v1.deleted",
        "providers/firebase.auth/eventTypes/user.delete",
    ),
    (
        "google.firebase.analytics.log.v1.written",
        "providers/google.firebase.analytics/eventTypes/event.log",
    ),
    (
        "google.firebase.database.ref.v1.created",
        "providers/google.firebase.database/eventTypes/ref.create",
    ),
    (
        "google.firebase.database.ref.v1.written",
        "providers/google.firebase.database/eventTypes/ref.write",
    ),
    (
        "google.firebase.database.ref.v1.updated",
        "providers/google.firebase.database/eventTypes/ref.update",
    ),
    (
        "google.firebase.database.ref.v1.deleted",
        "providers/google.firebase.database/eventTypes/ref.delete",
    ),
    (
        "google.firebase.remoteConfig.remoteConfig.v1.updated",
        "providers/firebase.remoteConfig/remoteconfig.update",
    ),
];

/// Makes data and context of an event and its data.
pub(super) fn convert(event: &CloudEvent, mut data: Value) -> (Value, BackgroundContext) {
    let known = TYPES.iter().find(|(kind, _)| *kind == event.kind);
    let (event_type, resource) = match known {
        Some((_, legacy)) => {
            let resource = resource(event, &data);
            data = shape(event, data);
            (*legacy, resource)
        }
        None => (&*event.kind, named(event.source.clone())),
    };
    let context = BackgroundContext {
        event_id: event.id.clone(),
        timestamp: event.time.clone(),
        event_type: event_type.to_owned(),
        resource,
    };
    (data, context)
}

/// The service and the path in a source such as `//pubsub.googleapis.com/projects/p/topics/t`.
fn source(event: &CloudEvent) -> (&str, &str) {
    let source = &*event.source;
    let plain = source.strip_prefix("//").unwrap_or(source);
    plain.split_once('/').unwrap_or((plain, ""))
}

fn resource(event: &CloudEvent, data: &Value) -> BackgroundResource {
    let (service, path) = source(event);
    let whole = |path: &str| match &event.subject {
        Some(subject) => format!("{path}/{subject}"),
        None => path.to_owned(),
    };
    let typed = |name: String, kind: Option<&str>| BackgroundResource {
        name,
        service: Some(service.to_owned()),
        kind: kind.map(str::to_owned),
    };
    match service {
        PUBSUB => typed(
            path.to_owned(),
            Some("type.googleapis.com/google.pubsub.v1.PubsubMessage"),
        ),
        "storage.googleapis.com" => typed(whole(path), data["kind"].as_str()),
        AUTH => named(path.to_owned()),
        "firebasedatabase.googleapis.com" => named(whole(&without_location(path))),
        _ => named(whole(path)),
    }
}

fn named(name: String) -> BackgroundResource {
    BackgroundResource {
        name,
        service: None,
        kind: None,
    }
}

/// Databases had no location in their paths: `projects/_/locations/l/instances/i` was `projects/_/instances/i`.
fn without_location(path: &str) -> String {
    let Some((before, rest)) = path.split_once("/locations/") else {
        return path.to_owned();
    };
    match rest.split_once('/') {
        Some((_, after)) => format!("{before}/{after}"),
        None => before.to_owned(),
    }
}

/// Gives the data its former shape.
fn shape(event: &CloudEvent, mut data: Value) -> Value {
    match source(event).0 {
        PUBSUB => {
            let Some(Value::Object(mut message)) = data.get_mut("message").map(Value::take) else {
                return data;
            };
            message.remove("messageId");
            message.remove("publishTime");
            Value::Object(message)
        }
        AUTH => {
            if let Some(Value::Object(metadata)) = data.get_mut("metadata") {
                rename(metadata, "createTime", "createdAt");
                rename(metadata, "lastSignInTime", "lastSignedInAt");
            }
            data
        }
        _ => data,
    }
}

fn rename(members: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = members.remove(from) {
        members.insert(to.to_owned(), value);
    }
}

const PUBSUB: &str = "pubsub.googleapis.com";
const AUTH: &str = "firebaseauth.googleapis.com";

#[cfg(test)]
mod tests {
    //! The conformance suite's events, and what is in none of them.

    use std::fs;
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn read(path: &Path) -> Value {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    fn text(event: &Value, name: &str) -> String {
        event[name].as_str().unwrap_or_default().to_owned()
    }

    #[test]
    fn every_event_of_the_conformance_suite_gets_its_former_form() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/google");
        let mut checked = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let Some(case) = name.strip_suffix("-cloudevent.json") else {
                continue;
            };
            let told = read(&path);
            let event = CloudEvent {
                subject: told["subject"].as_str().map(str::to_owned),
                time: told["time"].as_str().map(str::to_owned),
                ..CloudEvent::new(
                    text(&told, "id"),
                    text(&told, "source"),
                    text(&told, "type"),
                )
            };
            let (data, context) = convert(&event, told["data"].clone());
            let expected = read(&folder.join(format!("{case}-legacy.json")));
            assert_eq!(
                json!({"data": data, "context": context}),
                expected,
                "{case}"
            );
            checked += 1;
        }
        assert_eq!(checked, 17);
    }

    #[test]
    fn an_event_of_nobody_known_keeps_its_own_names() {
        let event = CloudEvent::new("17", "/users", "com.example.user.created");
        let data = json!({"message": {"messageId": "1"}});
        let (kept, context) = convert(&event, data.clone());
        assert_eq!(kept, data);
        assert_eq!(
            json!(context),
            json!({
                "eventId": "17",
                "timestamp": null,
                "eventType": "com.example.user.created",
                "resource": "/users",
            })
        );
    }

    #[test]
    fn odd_sources_and_data_do_no_harm() {
        for (kind, _) in TYPES {
            for source in [
                "",
                "/",
                "//",
                "//pubsub.googleapis.com",
                "//firebasedatabase.googleapis.com/p/locations/l",
                "//firebasedatabase.googleapis.com/p/locations/",
                "//firebaseauth.googleapis.com/p",
            ] {
                for data in [
                    json!(null),
                    json!([]),
                    json!({"message": 1, "metadata": []}),
                ] {
                    let event = CloudEvent::new("17", source, kind);
                    let (_, context) = convert(&event, data);
                    assert_eq!(context.event_id, "17");
                }
            }
        }
    }
}
