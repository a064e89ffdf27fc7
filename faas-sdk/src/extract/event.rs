//! CloudEvents, in and out.

use std::time::SystemTime;

use faas_runtime_shim::cloudevents::CloudEvent;
use faas_runtime_shim::invocation::{Input, Payload};

use super::payload::undecodable;
use super::trigger;
use super::{All, FromInvocation, FromPayload, Parts, Slot, ToPayload, look};
use crate::Error;

/// Something that happened, told by [CloudEvents](https://cloudevents.io)' attributes: as a parameter of an event function,
/// as its answer (a reply event), and for [`emit`](crate::emit).
///
/// The data is decoded as the type says: `Event<User>` is JSON, `Event<Raw>` bytes, `Event<Text>` text. An event without
/// data is an `Event<()>` or an `Event<Option<T>>`. Data that is no `T` is rejected.
///
/// A new event needs its type and its data. When it leaves, it gets a fresh id, the name of the function as its source, the
/// time, and the trace that the invocation belongs to, as far as it has none of its own.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::{Error, Event};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct User {
///     email: String,
/// }
///
/// #[derive(serde::Serialize)]
/// struct Mail {
///     to: String,
/// }
///
/// #[faas::event("com.example.user.created")]
/// async fn welcome(event: Event<User>) -> Result<Option<Event<Mail>>, Error> {
///     let id = event.id().to_owned();
///     let mail = Mail { to: event.data.email };
///     Ok(Some(Event::new("com.example.mail", mail).with_subject(id)))
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = faas::testing::App::new().start().await;
/// let user = User { email: "ada@example.com".into() };
/// let created = Event::new("com.example.user.created", user).with_id("17");
/// let reply = app.emit(welcome, created).await.outcome.unwrap().event.unwrap();
/// assert_eq!((&*reply.kind, &*reply.source), ("com.example.mail", "welcome"));
/// assert_eq!(reply.subject.as_deref(), Some("17"));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Event<T> {
    /// The data.
    pub data: T,
    /// All but the data.
    attributes: CloudEvent,
}

impl<T> Event<T> {
    /// Makes an event of a type, which by custom begins with the reversed name of a domain.
    pub fn new(kind: impl Into<String>, data: T) -> Self {
        Self {
            data,
            attributes: CloudEvent {
                kind: kind.into(),
                ..CloudEvent::default()
            },
        }
    }

    /// Sets the attribute `id`: with the source it tells the event from all others, so a duplicate has the same.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.attributes.id = id.into();
        self
    }

    /// Sets the attribute `source`, a URI reference: where it happened.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<String>) -> Self {
        self.attributes.source = source.into();
        self
    }

    /// Sets the attribute `subject`: what it happened to, within the source.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        self.attributes.subject = Some(subject.into());
        self
    }

    /// Sets the attribute `time`.
    #[must_use]
    pub fn with_time(mut self, time: SystemTime) -> Self {
        self.attributes = self.attributes.with_time(time);
        self
    }

    /// Sets the attribute `dataschema`, an absolute URI.
    #[must_use]
    pub fn with_schema(mut self, schema: impl Into<String>) -> Self {
        self.attributes.data_schema = Some(schema.into());
        self
    }

    /// Sets an extension; its name has letters from `a` to `z` and digits only.
    #[must_use]
    pub fn with_extension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let extensions = &mut self.attributes.extensions;
        extensions.insert(name.into(), value.into());
        self
    }

    /// Returns the attribute `id`; empty if it has none yet.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.attributes.id
    }

    /// Returns the attribute `source`; empty if it has none yet.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.attributes.source
    }

    /// Returns the attribute `type`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.attributes.kind
    }

    /// Returns the attribute `subject`.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.attributes.subject.as_deref()
    }

    /// Returns the attribute `time`.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        self.attributes.happened_at()
    }

    /// Returns the attribute `dataschema`.
    #[must_use]
    pub fn schema(&self) -> Option<&str> {
        self.attributes.data_schema.as_deref()
    }

    /// Returns an extension.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&str> {
        self.attributes.extensions.get(name).map(String::as_str)
    }

    /// Walks the extensions in the order of their names.
    pub fn extensions(&self) -> impl Iterator<Item = (&str, &str)> {
        let extensions = self.attributes.extensions.iter();
        extensions.map(|(name, value)| (&**name, &**value))
    }
}

impl<T: ToPayload> Event<T> {
    /// Writes the data.
    pub(crate) fn encode(self) -> Result<CloudEvent, Error> {
        let payload = self.data.to_payload()?;
        let mut event = self.attributes;
        // an event without data, as it is read back
        if payload.body.is_empty() || (&*payload.body == b"null" && payload.is_json()) {
            return Ok(event);
        }
        event.data_content_type = payload.media_type.map(Into::into);
        event.data = Some(payload.body);
        Ok(event)
    }
}

impl<T: FromPayload> FromInvocation<trigger::Event> for Event<T> {
    type Takes = All<Self>;

    fn from_invocation(_: &Parts, input: &mut Slot) -> Result<Self, Error> {
        let event = cloud_event(input)?;
        Ok(Self {
            data: data(event)?,
            attributes: CloudEvent {
                id: event.id.clone(),
                source: event.source.clone(),
                kind: event.kind.clone(),
                subject: event.subject.clone(),
                time: event.time.clone(),
                data_content_type: event.data_content_type.clone(),
                data_schema: event.data_schema.clone(),
                extensions: event.extensions.clone(),
                data: None,
            },
        })
    }
}

pub(super) fn cloud_event(input: &Slot) -> Result<&CloudEvent, Error> {
    look(input, "an event", |input| match input {
        Input::Event(event) => Some(&**event),
        _ => None,
    })
}

fn data<T: FromPayload>(event: &CloudEvent) -> Result<T, Error> {
    let payload = Payload {
        body: event.data.clone().unwrap_or_default(),
        media_type: event.data_content_type.clone().map(Into::into),
    };
    T::from_payload(payload).map_err(|error| refused(event, &error))
}

/// Makes the error of an event whose data nobody can read.
pub(super) fn refused(event: &CloudEvent, error: &Error) -> Error {
    let CloudEvent { id, kind, .. } = event;
    undecodable(format_args!("event `{id}` of type `{kind}`"), error)
}

#[cfg(test)]
mod tests {
    //! What leaves is what comes in again.

    use std::fmt::Debug;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::{Raw, Text};

    fn check<T: FromPayload + ToPayload + Clone + Debug + PartialEq>(value: T, sent: Option<&str>) {
        let event = Event::new("kind", value.clone()).encode().unwrap();
        let text = event.data.as_deref().map(std::str::from_utf8);
        assert_eq!(text.transpose().unwrap(), sent, "{value:?}");
        assert_eq!(event.data_content_type.is_some(), sent.is_some());
        assert_eq!(data::<T>(&event).unwrap(), value);
    }

    #[test]
    fn data_reads_back() {
        check((), None);
        check(None::<u32>, None);
        check(Some(7), Some("7"));
        check(String::new(), Some(r#""""#));
        check(Text::default(), None);
        check(Text::from("null"), Some("null"));
        check(Raw::default(), None);
        check(Raw("a".into()), Some("a"));
    }

    #[test]
    fn attributes_are_what_was_set() {
        let time = UNIX_EPOCH + Duration::from_millis(1_500);
        let event = Event::new("kind", 7).with_time(time).with_id("1");
        let event = event.with_id("2").with_source("/here");
        assert_eq!(event.time(), Some(time));
        assert_eq!(
            (event.id(), event.source(), event.kind()),
            ("2", "/here", "kind")
        );
        let event = event.encode().unwrap();
        assert_eq!(event.time.as_deref(), Some("1970-01-01T00:00:01.500Z"));
    }
}
