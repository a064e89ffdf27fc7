//! DynamoDB Streams (Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB", example event; DynamoDB API
//! Reference, `AttributeValue`).

use std::collections::BTreeMap;

use serde::ser::{Error as _, SerializeMap as _};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

use super::Str;

/// What is read of a record even if nothing else can be.
#[derive(Debug, Deserialize)]
pub(crate) struct Identity<'e> {
    #[serde(borrow)]
    pub(crate) dynamodb: Numbered<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Numbered<'e> {
    #[serde(borrow)]
    pub(crate) sequence_number: Str<'e>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'e> {
    #[serde(borrow)]
    pub(crate) dynamodb: Change<'e>,
    #[serde(borrow, rename = "eventID")]
    pub(crate) event_id: Option<Str<'e>>,
    #[serde(borrow)]
    pub(crate) event_name: Str<'e>,
    #[serde(borrow, rename = "eventSourceARN")]
    pub(crate) event_source_arn: Str<'e>,
}

/// The stream's view type tells which of the images are there.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Change<'e> {
    /// In seconds.
    pub(crate) approximate_creation_date_time: Option<f64>,
    #[serde(borrow)]
    pub(crate) keys: Option<Row<'e>>,
    #[serde(borrow)]
    pub(crate) new_image: Option<Row<'e>>,
    #[serde(borrow)]
    pub(crate) old_image: Option<Row<'e>>,
}

/// The attributes of a row; written again as plain JSON.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Row<'e>(#[serde(borrow)] BTreeMap<String, Attribute<'e>>);

/// A value with its type.
#[derive(Debug, Deserialize)]
pub(crate) enum Attribute<'e> {
    #[serde(borrow)]
    S(Str<'e>),
    #[serde(borrow)]
    N(Str<'e>),
    /// In base64.
    #[serde(borrow)]
    B(Str<'e>),
    #[serde(borrow, rename = "SS")]
    Ss(Vec<Str<'e>>),
    #[serde(borrow, rename = "NS")]
    Ns(Vec<Str<'e>>),
    #[serde(borrow, rename = "BS")]
    Bs(Vec<Str<'e>>),
    #[serde(borrow)]
    L(Vec<Self>),
    #[serde(borrow)]
    M(BTreeMap<String, Self>),
    #[serde(rename = "NULL")]
    Null(bool),
    #[serde(rename = "BOOL")]
    Bool(bool),
}

impl Serialize for Attribute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::S(text) | Self::B(text) => serializer.serialize_str(text),
            Self::N(number) => plain_number(number)?.serialize(serializer),
            Self::Ss(texts) | Self::Bs(texts) => {
                serializer.collect_seq(texts.iter().map(|text| &**text))
            }
            Self::Ns(numbers) => {
                let numbers: Result<Vec<_>, S::Error> =
                    numbers.iter().map(|number| plain_number(number)).collect();
                numbers?.serialize(serializer)
            }
            Self::L(values) => values.serialize(serializer),
            Self::M(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Null(true) => serializer.serialize_unit(),
            Self::Null(false) => Err(S::Error::custom("an attribute of type NULL that is false")),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
        }
    }
}

/// Keeps all of up to 38 digits, which no number type of ours holds.
fn plain_number<E: serde::ser::Error>(text: &str) -> Result<Box<RawValue>, E> {
    let is_number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    RawValue::from_string(text.to_owned())
        .ok()
        .filter(|_| is_number)
        .ok_or_else(|| E::custom("an attribute of type N that is no number"))
}
