//! Events in the form that Google's first functions had: data and a context. It is made of CloudEvents; `legacy` knows what
//! the names were.

mod legacy;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use super::event::{cloud_event, refused};
use super::trigger::Event;
use super::{All, FromInvocation, Parts, Slot};
use crate::Error;

/// An event as Google's background functions took it: `(data, context)`. It lets such a function move here unchanged.
///
/// Events of Pub/Sub, Cloud Storage, Firestore and Firebase get back the types, resources and shapes of data that they had;
/// any other event keeps its own.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::{Background, Event};
/// use serde_json::json;
///
/// #[derive(serde::Deserialize)]
/// struct PubsubMessage {
///     data: String,
/// }
///
/// #[faas::event("google.cloud.pubsub.topic.v1.messagePublished")]
/// async fn on_message(event: Background<PubsubMessage>) {
///     assert_eq!(event.data.data, "aGVsbG8=");
///     assert_eq!(event.context.event_type, "google.pubsub.topic.publish");
///     assert_eq!(event.context.resource.name, "projects/p/topics/t");
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let kind = "google.cloud.pubsub.topic.v1.messagePublished";
/// let sent = Event::new(kind, json!({"message": {"data": "aGVsbG8=", "messageId": "17"}}))
///     .with_source("//pubsub.googleapis.com/projects/p/topics/t");
/// let app = faas::testing::App::new().start().await;
/// assert!(app.emit(on_message, sent).await.outcome.is_ok());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Background<T> {
    /// The data.
    pub data: T,
    /// What is told beside it.
    pub context: BackgroundContext,
}

/// What a background function was told beside the data.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BackgroundContext {
    /// The event's id.
    pub event_id: String,
    /// When it happened, in the form of RFC 3339.
    pub timestamp: Option<String>,
    /// What happened: `google.storage.object.finalize`.
    pub event_type: String,
    /// What it happened to.
    pub resource: BackgroundResource,
}

/// What an event happened to. It is written as a text alone where the service had no more to say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BackgroundResource {
    /// The path of the thing: `projects/p/topics/t`.
    pub name: String,
    /// The service that it is a part of, where it is told apart: `pubsub.googleapis.com`.
    pub service: Option<String>,
    /// The type of the thing, where it is told.
    pub kind: Option<String>,
}

impl Serialize for BackgroundResource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Parts<'a> {
            service: &'a str,
            name: &'a str,
            #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
            kind: Option<&'a str>,
        }
        match &self.service {
            None => serializer.serialize_str(&self.name),
            Some(service) => Parts {
                service,
                name: &self.name,
                kind: self.kind.as_deref(),
            }
            .serialize(serializer),
        }
    }
}

impl<T: DeserializeOwned> FromInvocation<Event> for Background<T> {
    type Takes = All<super::Event<serde_json::Value>>;

    fn from_invocation(_: &Parts, input: &mut Slot) -> Result<Self, Error> {
        let event = cloud_event(input)?;
        let body = event.data.as_deref().unwrap_or(b"null");
        let data = super::json::decode(body).map_err(Error::reject);
        let (data, context) = data
            .map(|data| legacy::convert(event, data))
            .map_err(|error| refused(event, &error))?;
        match serde_path_to_error::deserialize(data) {
            Ok(data) => Ok(Self { data, context }),
            Err(error) => Err(refused(event, &Error::reject(error))),
        }
    }
}
