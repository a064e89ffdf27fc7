//! A walk over JSON that stops at the first mistake, so that nothing is collected from text that is refused in the end.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::DecodeError;

/// Hands each member of an object to `each`.
pub(super) fn members<'t>(
    text: &'t [u8],
    each: impl FnMut(String, &'t RawValue) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut refused = None;
    let mut json = serde_json::Deserializer::from_slice(text);
    let walked = json.deserialize_map(Members {
        each,
        refused: &mut refused,
    });
    ended(walked.and_then(|()| json.end()), refused)
}

/// Hands each item of an array to `each`.
pub(super) fn items<'t>(
    text: &'t [u8],
    each: impl FnMut(&'t RawValue) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut refused = None;
    let mut json = serde_json::Deserializer::from_slice(text);
    let walked = json.deserialize_seq(Items {
        each,
        refused: &mut refused,
    });
    ended(walked.and_then(|()| json.end()), refused)
}

/// What was refused tells more than that the walk was broken off.
fn ended(walked: serde_json::Result<()>, refused: Option<DecodeError>) -> Result<(), DecodeError> {
    match refused {
        Some(refused) => Err(refused),
        None => walked.map_err(|error| DecodeError::Json(error.into())),
    }
}

struct Members<'f, F> {
    each: F,
    refused: &'f mut Option<DecodeError>,
}

impl<'t, F> Visitor<'t> for Members<'_, F>
where
    F: FnMut(String, &'t RawValue) -> Result<(), DecodeError>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry()? {
            (self.each)(name, value).map_err(|refused| {
                *self.refused = Some(refused);
                A::Error::custom("refused")
            })?;
        }
        Ok(())
    }
}

struct Items<'f, F> {
    each: F,
    refused: &'f mut Option<DecodeError>,
}

impl<'t, F> Visitor<'t> for Items<'_, F>
where
    F: FnMut(&'t RawValue) -> Result<(), DecodeError>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(item) = seq.next_element()? {
            (self.each)(item).map_err(|refused| {
                *self.refused = Some(refused);
                A::Error::custom("refused")
            })?;
        }
        Ok(())
    }
}
