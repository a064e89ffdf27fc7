//! One event as a JSON object (JSON format, sections 2 and 3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::value::RawValue;

use super::super::{attributes, media_type};
use super::draft::Draft;
use super::{CloudEvent, DecodeError, json};

pub(super) fn event(text: &Bytes) -> Result<CloudEvent, DecodeError> {
    let mut draft = Draft::default();
    let (mut data, mut binary) = (None, None);
    json::members(text, |name, value| {
        let before = match &*name {
            "data" => data.replace(value),
            "data_base64" => binary.replace(value),
            _ => {
                // section 2.2: null is no attribute
                return match attribute(&name, value)? {
                    Some(text) => draft.set(&name, text),
                    None => Ok(()),
                };
            }
        };
        match before {
            None => Ok(()),
            Some(_) => Err(DecodeError::repeated(&name)),
        }
    })?;

    let binary = binary.filter(|value| value.get() != "null");
    let is_json = match &draft.data_content_type {
        Some(media_type) => media_type::is_json(media_type),
        None => true,
    };
    // null is data where it stands alone and is JSON; else it is a sender's way to leave the member out
    let data = data.filter(|value| value.get() != "null" || (is_json && binary.is_none()));
    let data = match (data, binary) {
        (None, None) => None,
        (Some(_), Some(_)) => return Err(DecodeError::TwoData),
        (None, Some(value)) => {
            let encoded = string("data_base64", value, "base64 in a string")?;
            let bytes = STANDARD.decode(encoded);
            let bytes = bytes.map_err(|error| DecodeError::Base64(error.into()))?;
            Some(Bytes::from(bytes))
        }
        (Some(value), None) if is_json => {
            // section 3.1.2: what was implied here has to be said in other formats
            draft
                .data_content_type
                .get_or_insert_with(|| "application/json".to_owned());
            Some(text.slice_ref(value.get().as_bytes()))
        }
        (Some(value), None) => {
            let expected = "a string, as the content type is not of JSON";
            Some(Bytes::from(string("data", value, expected)?))
        }
    };
    draft.finish(data)
}

/// Returns an attribute's text; `None` for null. A boolean or an integer, which an extension may be, is as it stands.
fn attribute(name: &str, value: &RawValue) -> Result<Option<String>, DecodeError> {
    let is_core = attributes::is_core(name);
    match Form::of(value) {
        Form::Null => Ok(None),
        Form::Flag if !is_core => Ok(Some(value.get().to_owned())),
        // section 2.2, and CloudEvents, section 2.4: an integer of 32 bits
        Form::Number if !is_core && value.get().parse::<i32>().is_ok() => {
            Ok(Some(value.get().to_owned()))
        }
        _ if is_core => string(name, value, "a string").map(Some),
        _ => string(name, value, "a string, a boolean or an integer of 32 bits").map(Some),
    }
}

/// Returns the text that a string stands for.
fn string(name: &str, value: &RawValue, expected: &'static str) -> Result<String, DecodeError> {
    let form = Form::of(value);
    if form != Form::String {
        return Err(DecodeError::Form {
            name: name.to_owned(),
            found: form.name(),
            expected,
        });
    }
    serde_json::from_str(value.get()).map_err(|error| DecodeError::Json(error.into()))
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Form {
    Null,
    Flag,
    Number,
    String,
    Array,
    Object,
}

impl Form {
    /// Tells a value's form by its first character, which decides it.
    fn of(value: &RawValue) -> Self {
        match value.get().as_bytes() {
            [b'n', ..] => Self::Null,
            [b't' | b'f', ..] => Self::Flag,
            [b'"', ..] => Self::String,
            [b'[', ..] => Self::Array,
            [b'{', ..] => Self::Object,
            _ => Self::Number,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}
