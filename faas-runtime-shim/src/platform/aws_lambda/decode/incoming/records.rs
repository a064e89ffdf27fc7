//! Records that fail one by one.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::super::encode::Identifier;
use super::{DecodeError, Record, json};
use crate::invocation::Arrival;

/// Whether records are to be handled in the order in which they stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    Any,
    Kept,
}

/// Reads each record twice: first what identifies it, without which nothing can be told of it, then all the rest.
///
/// Behind a record that cannot be read, none of an ordered source is handled: its lane is not known.
pub(super) fn all<'e, I, R>(
    of: &'static str,
    records: &[&'e RawValue],
    identify: impl Fn(&I) -> (Identifier, Order),
    arrival: impl Fn(I, R) -> Result<Arrival, DecodeError>,
) -> Result<Vec<Record>, DecodeError>
where
    I: Deserialize<'e>,
    R: Deserialize<'e>,
{
    let mut unreadable: Option<Identifier> = None;
    let mut all = Vec::with_capacity(records.len());
    for record in records {
        let text = record.get().as_bytes();
        let identity: I = json(of, text)?;
        let (id, order) = identify(&identity);
        if id.is_empty() {
            return Err(DecodeError::Missing {
                path: "the id of a record",
                expected: "text by which its failure can be told",
            });
        }
        let arrival = match &unreadable {
            Some(first) if order == Order::Kept => Err(DecodeError::Behind {
                first: first.clone(),
            }),
            _ => json(of, text).and_then(|record| arrival(identity, record)),
        };
        if arrival.is_err() {
            unreadable.get_or_insert_with(|| id.clone());
        }
        all.push(Record { id, arrival });
    }
    Ok(all)
}
