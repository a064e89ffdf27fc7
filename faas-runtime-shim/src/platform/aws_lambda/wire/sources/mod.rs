//! The events of sources other than front ends, as serde reads them: one file each, with the keys that are used.
//!
//! Texts are borrowed from the event where nothing in them is escaped, and what is handed on as JSON stays as it is. A
//! record of a batch is kept raw, so that one that cannot be read does not take the others with it.

pub(crate) mod documentdb;
pub(crate) mod dynamodb;
pub(crate) mod eventbridge;
pub(crate) mod kafka;
pub(crate) mod kinesis;
pub(crate) mod mq;
pub(crate) mod s3;
pub(crate) mod services;
pub(crate) mod sns;
pub(crate) mod sqs;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use bytes::Bytes;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The event of every source that writes `Records`.
#[derive(Debug, Deserialize)]
pub(crate) struct Records<'e> {
    #[serde(borrow, rename = "Records")]
    pub(crate) records: List<&'e RawValue>,
    /// Of streams with a window.
    #[serde(borrow)]
    pub(crate) window: Option<&'e RawValue>,
    #[serde(borrow)]
    pub(crate) state: Option<&'e RawValue>,
}

/// Text. `Option` and the like borrow it, as they would not borrow a `Cow`.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(crate) struct Str<'e>(#[serde(borrow)] Cow<'e, str>);

impl Str<'_> {
    /// Returns the text as bytes of the event that it was read from.
    pub(crate) fn bytes_of(self, event: &Bytes) -> Bytes {
        match self.0 {
            Cow::Borrowed(text) => event.slice_ref(text.as_bytes()),
            Cow::Owned(text) => text.into(),
        }
    }

    pub(crate) fn boxed(self) -> Box<str> {
        self.0.into()
    }
}

impl Deref for Str<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// The most records of one event: the largest batch size of any source (Developer Guide, `CreateEventSourceMapping`,
/// `BatchSize`).
pub(crate) const MOST_RECORDS: usize = 10_000;

/// An array of at most [`MOST_RECORDS`].
#[derive(Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<'e, T: Deserialize<'e>> Deserialize<'e> for List<T> {
    fn deserialize<D: Deserializer<'e>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);

        impl<'e, T: Deserialize<'e>> Visitor<'e> for Items<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'e>>(self, mut items: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    if list.len() >= MOST_RECORDS {
                        return Err(too_many());
                    }
                    list.push(item);
                }
                Ok(List(list))
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}

/// The entries of an object in their order, at most [`MOST_RECORDS`].
#[derive(Debug)]
pub(crate) struct Entries<'e, V>(pub(crate) Vec<(Str<'e>, V)>);

impl<'de: 'e, 'e, V: Deserialize<'de>> Deserialize<'de> for Entries<'e, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<'e, V>(PhantomData<(&'e (), V)>);

        impl<'de: 'e, 'e, V: Deserialize<'de>> Visitor<'de> for Pairs<'e, V> {
            type Value = Entries<'e, V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    if entries.len() >= MOST_RECORDS {
                        return Err(too_many());
                    }
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

impl<V> Default for Entries<'_, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

fn too_many<E: serde::de::Error>() -> E {
    E::custom(format_args!("more than {MOST_RECORDS} entries"))
}

/// Bytes as an array of numbers. Java writes them signed (aws-lambda-rust-runtime, issue 688), others may not.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Vec<i16>")]
pub(crate) struct Octets(pub(crate) Vec<u8>);

impl TryFrom<Vec<i16>> for Octets {
    type Error = String;

    fn try_from(numbers: Vec<i16>) -> Result<Self, String> {
        let octet = |number: i16| {
            let signed = || i8::try_from(number).map(i8::cast_unsigned);
            u8::try_from(number).or_else(|_| signed()).ok()
        };
        numbers
            .into_iter()
            .map(|number| octet(number).ok_or_else(|| format!("{number} is no byte")))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}
