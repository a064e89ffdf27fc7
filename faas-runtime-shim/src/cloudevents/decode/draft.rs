//! An event while its attributes come in, each held to its rules at once.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::super::attributes;
use super::{CloudEvent, DecodeError};

#[derive(Default)]
pub(super) struct Draft {
    pub(super) data_content_type: Option<String>,
    spec_version: Option<String>,
    id: Option<String>,
    source: Option<String>,
    kind: Option<String>,
    subject: Option<String>,
    time: Option<String>,
    data_schema: Option<String>,
    extensions: BTreeMap<String, String>,
}

impl Draft {
    /// Takes an attribute, which may be an extension.
    pub(super) fn set(&mut self, name: &str, value: String) -> Result<(), DecodeError> {
        let slot = match name {
            "specversion" => &mut self.spec_version,
            "id" => &mut self.id,
            "source" => &mut self.source,
            "type" => &mut self.kind,
            "subject" => &mut self.subject,
            "time" => &mut self.time,
            "datacontenttype" => &mut self.data_content_type,
            "dataschema" => &mut self.data_schema,
            _ => return self.extend(name, value),
        };
        attributes::check(name, &value)?;
        match slot.replace(value) {
            None => Ok(()),
            Some(_) => Err(DecodeError::repeated(name)),
        }
    }

    fn extend(&mut self, name: &str, value: String) -> Result<(), DecodeError> {
        attributes::check_extension(name)?;
        attributes::check(name, &value)?;
        if self.extensions.len() == MOST_EXTENSIONS {
            return Err(DecodeError::TooManyExtensions);
        }
        match self.extensions.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(DecodeError::repeated(name)),
        }
    }

    pub(super) fn finish(self, data: Option<Bytes>) -> Result<CloudEvent, DecodeError> {
        let required = |name, value: Option<String>| value.ok_or(DecodeError::Missing { name });
        required("specversion", self.spec_version)?;
        Ok(CloudEvent {
            id: required("id", self.id)?,
            source: required("source", self.source)?,
            kind: required("type", self.kind)?,
            subject: self.subject,
            time: self.time,
            data_content_type: self.data_content_type,
            data_schema: self.data_schema,
            extensions: self.extensions,
            data,
        })
    }
}

/// Each takes many times as much memory as text, so that what fits into a body does not bound them. No spec says a number;
/// common servers take a hundred headers.
pub(super) const MOST_EXTENSIONS: usize = 256;
