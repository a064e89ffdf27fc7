//! What events of common sources bring besides being events.
//!
//! The type decides, and it alone. What cannot be read in the way that its type promises stays an event, for a function of
//! that type; without one it is loud.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

mod caller;
mod object;
mod queue;
mod request;
mod timer;

use std::time::SystemTime;

pub(super) use self::caller::{address, id};
pub(super) use self::request::{Document, document};
use super::wire::Overrides;
use crate::cloudevents::{AttributeError, CloudEvent};
use crate::host::events::delivery;
use crate::invocation::Arrival;
use crate::outlet::event::KIND;

/// What an event brings.
#[derive(Debug)]
pub(super) enum Native {
    /// Itself.
    Event,
    /// Something for a function of another trigger; for one of its type, if there is no such function.
    Named(Vec<Arrival>),
    /// Something whose source carries no name: for a function of its type, if there is one, else for the only function of
    /// the trigger.
    Nameless(Arrival),
}

/// Reads what an event brings; `now` is when it came.
pub(super) fn event(event: &CloudEvent, now: SystemTime) -> Native {
    let named = |arrival| Native::Named(vec![arrival]);
    let objects = match &*event.kind {
        KIND => return named(delivery::message(event.clone())),
        // knative/eventing, "pkg/apis/sources/v1/ping_types.go"
        "dev.knative.sources.ping" => return named(timer::ping(event, now)),
        // knative-extensions/eventing-kafka-broker, `InvalidCloudEventInterceptor`
        "dev.knative.kafka.event" => return named(queue::kafka(event)),
        // knative-extensions/eventing-rabbitmq, "pkg/rabbit/message.go"
        "dev.knative.rabbitmq.event" => return named(queue::rabbitmq(event)),
        // knative-extensions/eventing-redis, "pkg/source/adapter"
        "dev.knative.sources.redisstream" => return named(queue::redis(event)),
        // googleapis/google-cloudevents, "google/events/cloud/pubsub/v1"
        "google.cloud.pubsub.topic.v1.messagePublished" => return named(queue::pubsub(event)),
        // knative-extensions/eventing-integrations, "timer-source"
        "dev.knative.eventing.timer" => return Native::Nameless(timer::nameless(event, now)),
        // the same, "aws-sqs-source"; the second is what it was called before
        "dev.knative.eventing.aws-sqs" | "dev.knative.connector.event.aws-sqs" => {
            return Native::Nameless(queue::nameless(event));
        }
        kind if kind.starts_with(object::S3) => object::s3(event),
        // googleapis/google-cloudevents, "google/events/cloud/storage/v1"
        "google.cloud.storage.object.v1.finalized" | "google.cloud.storage.object.v1.deleted" => {
            object::google(event)
        }
        // Azure Event Grid, "Azure Blob Storage as an Event Grid source"
        "Microsoft.Storage.BlobCreated" | "Microsoft.Storage.BlobDeleted" => object::azure(event),
        _ => None,
    };
    objects.map_or(Native::Event, Native::Named)
}

/// Reads what sent events get besides their own.
pub(super) fn overrides(text: Option<&str>) -> Result<Vec<(String, String)>, serde_json::Error> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(Vec::new());
    };
    let Overrides { extensions } = serde_json::from_str(text)?;
    Ok(extensions.into_iter().collect())
}

/// Holds one of them to the rules of extensions.
pub(super) fn check_override(name: &str, value: &str) -> Result<(), AttributeError> {
    let mut event = CloudEvent::new("1", "/", "t");
    let _ = event.extensions.insert(name.to_owned(), value.to_owned());
    event.check()
}

/// Returns what stands behind the last slash, if anything does.
fn last_segment(source: &str) -> Option<&str> {
    let (_, last) = source.rsplit_once('/')?;
    Some(last).filter(|last| !last.is_empty())
}
