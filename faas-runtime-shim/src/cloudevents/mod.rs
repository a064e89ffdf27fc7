//! CloudEvents 1.0.2: the event itself, its rules, and its forms in HTTP and JSON.
//!
//! Pure: headers and bytes in, values out. Formats other than JSON are left out, and so is every version but 1.0. Whether a
//! message brings events is told by [`decode::mode`]; what they say by [`decode::decode`]. Specifications:
//! [CloudEvents](https://github.com/cloudevents/spec/blob/ce%40v1.0.2/cloudevents/spec.md), its
//! [HTTP binding](https://github.com/cloudevents/spec/blob/ce%40v1.0.2/cloudevents/bindings/http-protocol-binding.md) and its
//! [JSON format](https://github.com/cloudevents/spec/blob/ce%40v1.0.2/cloudevents/formats/json-format.md).

pub(crate) mod attributes;
pub mod decode;
pub mod encode;
pub(crate) mod media_type;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use self::attributes::AttributeError;
use crate::invocation::InvocationId;
use crate::rfc3339;

/// Something that happened, told by CloudEvents' attributes.
///
/// The attributes' rules are those of [`check`](CloudEvent::check); an event that was decoded keeps them, the
/// default breaks them.
///
/// # Examples
///
/// ```
/// use faas_runtime_shim::cloudevents::CloudEvent;
///
/// let mut event = CloudEvent::new("17", "/users", "com.example.user.created");
/// event.extensions.insert("partitionkey".into(), "eu".into());
/// assert_eq!(event.extension("partitionkey"), Some("eu"));
/// assert!(event.check().is_ok());
/// ```
#[derive(Clone, Default, Eq, PartialEq)]
pub struct CloudEvent {
    /// Attribute `id`: with `source` it tells the event from all others.
    pub id: String,
    /// Attribute `source`: where it happened, a URI reference.
    pub source: String,
    /// Attribute `type`: what happened.
    pub kind: String,
    /// Attribute `subject`: what it happened to, within the source.
    pub subject: Option<String>,
    /// Attribute `time`: when it happened, in the form of RFC 3339.
    pub time: Option<String>,
    /// Attribute `datacontenttype`: the media type of the data.
    pub data_content_type: Option<String>,
    /// Attribute `dataschema`: the schema of the data, an absolute URI.
    pub data_schema: Option<String>,
    /// Further attributes by their names. JSON's numbers and booleans are kept as their texts and leave as texts.
    pub extensions: BTreeMap<String, String>,
    /// The data's bytes: JSON text where the content type is JSON, and as it was sent.
    pub data: Option<Bytes>,
}

impl CloudEvent {
    /// Makes an event of the attributes that every event has.
    #[must_use]
    pub fn new(id: impl Into<String>, source: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            source: source.into(),
            kind: kind.into(),
            ..Self::default()
        }
    }

    /// Sets `time`.
    #[must_use]
    pub fn with_time(mut self, time: SystemTime) -> Self {
        self.time = Some(rfc3339::format(time));
        self
    }

    /// Fills in what its maker left open: an id of its own, `source` as a URI reference, and the time where it is known.
    pub fn complete(&mut self, source: &str, now: Option<SystemTime>) {
        if self.id.is_empty() {
            self.id = InvocationId::own().as_str().to_owned();
        }
        if self.source.is_empty() {
            self.source = utf8_percent_encode(source, RESERVED).to_string();
        }
        if self.time.is_none() {
            self.time = now.map(rfc3339::format);
        }
    }

    /// Returns the value of an extension.
    #[must_use]
    pub fn extension(&self, name: &str) -> Option<&str> {
        self.extensions.get(name).map(String::as_str)
    }

    /// Returns when it happened, as far as `time` tells.
    #[must_use]
    pub fn happened_at(&self) -> Option<SystemTime> {
        self.time.as_deref().and_then(rfc3339::parse)
    }

    /// Returns the text that duplicates of the event share: `source` and `id`, with the length of the first before them, so
    /// that no other pair has the same.
    ///
    /// # Examples
    ///
    /// ```
    /// use faas_runtime_shim::cloudevents::CloudEvent;
    ///
    /// let event = CloudEvent::new("17", "/users", "com.example.user.created");
    /// assert_eq!(event.idempotency_key(), "6:/users:17");
    /// ```
    #[must_use]
    pub fn idempotency_key(&self) -> String {
        format!("{}:{}:{}", self.source.len(), self.source, self.id)
    }

    /// Holds the attributes to the rules of CloudEvents.
    ///
    /// # Errors
    ///
    /// Returns the first attribute that breaks one.
    pub fn check(&self) -> Result<(), AttributeError> {
        for name in self.extensions.keys() {
            attributes::check_extension(name)?;
        }
        for (name, value) in self.attributes() {
            attributes::check(name, value)?;
        }
        Ok(())
    }

    /// All attributes by their names.
    fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let required = [
            ("specversion", attributes::VERSION),
            ("id", &self.id),
            ("source", &self.source),
            ("type", &self.kind),
        ];
        let optional = [
            ("subject", self.subject.as_deref()),
            ("time", self.time.as_deref()),
            ("datacontenttype", self.data_content_type.as_deref()),
            ("dataschema", self.data_schema.as_deref()),
        ];
        let present = optional
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        let extensions = self.extensions.iter();
        required
            .into_iter()
            .chain(present)
            .chain(extensions.map(|(name, value)| (&**name, &**value)))
    }
}

/// What stands for itself in a URI (RFC 3986, section 2.3), and the slash.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

impl fmt::Debug for CloudEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // data holds what is users' own
        let data = self.data.as_ref().map(Bytes::len);
        f.debug_map()
            .entries(self.attributes())
            .entries(data.map(|length| ("data", format!("{length} bytes"))))
            .finish()
    }
}
