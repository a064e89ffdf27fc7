//! What sources put into the data of their events, and what a recorded request is written down as.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `K_CE_OVERRIDES` (knative.dev/pkg, "apis/duck/v1", `CloudEventOverrides`).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Overrides {
    pub(super) extensions: BTreeMap<String, String>,
}

/// A notification of S3's (S3 User Guide, "Event message structure"); without records the data is one itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct S3Notification {
    /// One more than [`MOST_RECORDS`] if there are more.
    #[serde(rename = "Records", deserialize_with = "first_records")]
    pub(super) records: Vec<S3Record>,
}

/// S3 itself sends one. A record of two bytes takes 200 in memory, so all that fit into a body are too many.
pub(super) const MOST_RECORDS: usize = 1000;

fn first_records<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<S3Record>, D::Error> {
    struct First;

    impl<'de> Visitor<'de> for First {
        type Value = Vec<S3Record>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("records")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut records = Vec::new();
            while let Some(record) = seq.next_element()? {
                records.push(record);
                if records.len() > MOST_RECORDS {
                    while seq.next_element::<IgnoredAny>()?.is_some() {}
                    break;
                }
            }
            Ok(records)
        }
    }

    deserializer.deserialize_seq(First)
}

/// A record of a notification.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct S3Record {
    pub(super) event_name: Option<String>,
    pub(super) event_time: Option<String>,
    pub(super) s3: S3Entity,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct S3Entity {
    pub(super) bucket: S3Bucket,
    pub(super) object: S3Object,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct S3Bucket {
    pub(super) name: Option<Box<str>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct S3Object {
    /// As in an HTML form.
    pub(super) key: Option<String>,
    pub(super) size: Option<u64>,
    pub(super) e_tag: Option<Box<str>>,
    pub(super) version_id: Option<Box<str>>,
    pub(super) sequencer: Option<Box<str>>,
}

/// The data of Cloud Storage's events (googleapis/google-cloudevents, "google/events/cloud/storage/v1/data.proto").
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct GoogleObject {
    pub(super) bucket: Option<Box<str>>,
    pub(super) name: Option<String>,
    /// Protobuf's JSON writes 64 bits as text.
    pub(super) size: Option<String>,
    pub(super) generation: Option<Box<str>>,
    pub(super) etag: Option<Box<str>>,
}

/// The data of Azure Storage's events (Azure Event Grid, "Azure Blob Storage as an Event Grid source").
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AzureBlob {
    pub(super) content_length: Option<u64>,
    pub(super) e_tag: Option<Box<str>>,
    pub(super) sequencer: Option<Box<str>>,
}

/// The data of Pub/Sub's events (googleapis/google-cloudevents, "google/events/cloud/pubsub/v1/data.proto").
#[derive(Debug, Deserialize)]
pub(super) struct PubSub {
    pub(super) message: PubSubMessage,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct PubSubMessage {
    /// Base64.
    pub(super) data: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) ordering_key: Option<String>,
    pub(super) publish_time: Option<String>,
}

/// Which sort of document was handed over.
#[derive(Debug, Deserialize)]
pub(super) struct Sort {
    /// An event has one.
    pub(super) specversion: Option<IgnoredAny>,
    /// A request has one.
    pub(super) path: Option<IgnoredAny>,
}

/// A request as it is written down.
#[derive(Debug, Deserialize)]
pub(super) struct Request<'r> {
    #[serde(default)]
    pub(super) method: Option<String>,
    pub(super) path: String,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, Values>,
    #[serde(alias = "body_text")]
    pub(super) body: Option<String>,
    #[serde(borrow)]
    pub(super) body_json: Option<&'r RawValue>,
    pub(super) body_base64: Option<String>,
}

/// One value of a header, or several.
#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Values {
    One(String),
    Many(Vec<String>),
}

/// A response as it is written down.
#[derive(Debug, Serialize)]
pub(super) struct Response<'r> {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<&'r str, Values>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body_base64: Option<String>,
}
