//! What the two protocols decide differently: how values lie in bytes. State and limits are the reader's and the writer's.

use bytes::BytesMut;
use pilota::thrift::TType;

use super::malformed::{Malformed, Unsendable};
use super::message::Kind;

/// A protocol's layout of values.
///
/// Readers take from the front of `bytes`, which stays where it was if there was too little; none has a state.
pub(super) trait Format {
    /// Whether a bool that is a field lies in the field's header.
    const BOOLS_IN_HEADERS: bool;

    fn head<'b>(bytes: &mut &'b [u8]) -> Result<Opening<'b>, Malformed>;
    /// The header of a field, behind the field `last` of the same struct.
    fn field(bytes: &mut &[u8], last: i16) -> Result<Field, Malformed>;
    fn boolean(bytes: &mut &[u8]) -> Result<bool, Malformed>;
    fn i16(bytes: &mut &[u8]) -> Result<i16, Malformed>;
    fn i32(bytes: &mut &[u8]) -> Result<i32, Malformed>;
    fn i64(bytes: &mut &[u8]) -> Result<i64, Malformed>;
    fn double(bytes: &mut &[u8]) -> Result<f64, Malformed>;
    /// How many bytes a string or a binary has.
    fn length(bytes: &mut &[u8]) -> Result<usize, Malformed>;
    /// The header of a list or a set.
    fn list(bytes: &mut &[u8]) -> Result<(TType, usize), Malformed>;
    fn map(bytes: &mut &[u8]) -> Result<(TType, TType, usize), Malformed>;
    /// The fewest bytes of a value inside of a list, set or map.
    fn smallest(kind: TType) -> usize;
    /// How many bytes a number has, if all of its type have as many.
    fn width(kind: TType) -> Option<usize>;

    fn put_head(out: &mut BytesMut, opening: &Opening<'_>) -> Result<(), Unsendable>;
    fn put_field(out: &mut BytesMut, kind: TType, id: i16, last: i16) -> Result<(), Unsendable>;
    /// A bool that is a field, with its header.
    fn put_bool_field(out: &mut BytesMut, value: bool, id: i16, last: i16);
    fn put_bool(out: &mut BytesMut, value: bool);
    fn put_i16(out: &mut BytesMut, value: i16);
    fn put_i32(out: &mut BytesMut, value: i32);
    fn put_i64(out: &mut BytesMut, value: i64);
    fn put_double(out: &mut BytesMut, value: f64);
    fn put_length(out: &mut BytesMut, length: usize) -> Result<(), Unsendable>;
    fn put_list(out: &mut BytesMut, kind: TType, count: usize) -> Result<(), Unsendable>;
    fn put_map(
        out: &mut BytesMut,
        key: TType,
        value: TType,
        count: usize,
    ) -> Result<(), Unsendable>;
}

/// A message's head as it lies in the bytes.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Opening<'b> {
    pub(super) name: &'b [u8],
    pub(super) kind: Kind,
    pub(super) sequence: i32,
    /// The binary protocol's form without a version.
    pub(super) old: bool,
}

/// A field's header.
#[derive(Debug)]
pub(super) struct Field {
    /// `Stop` behind the last one.
    pub(super) kind: TType,
    pub(super) id: i16,
    /// The value, if it is in the header.
    pub(super) flag: Option<bool>,
}

impl Field {
    pub(super) const STOP: Self = Self {
        kind: TType::Stop,
        id: 0,
        flag: None,
    };
}

/// Takes `N` bytes.
#[inline]
pub(super) fn array<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], Malformed> {
    match bytes.split_first_chunk() {
        Some((taken, rest)) => {
            *bytes = rest;
            Ok(*taken)
        }
        None => Err(Malformed::Truncated),
    }
}

#[inline]
pub(super) fn byte(bytes: &mut &[u8]) -> Result<u8, Malformed> {
    let [byte] = array(bytes)?;
    Ok(byte)
}

/// Takes as many bytes.
#[inline]
pub(super) fn slice<'b>(bytes: &mut &'b [u8], length: usize) -> Result<&'b [u8], Malformed> {
    match bytes.split_at_checked(length) {
        Some((taken, rest)) => {
            *bytes = rest;
            Ok(taken)
        }
        None => Err(Malformed::Truncated),
    }
}

/// The type of elements: of no elements it is whatever the peer likes to say.
#[inline]
pub(super) fn element(kind: Option<TType>, raw: u8, count: usize) -> Result<TType, Malformed> {
    match kind {
        Some(kind) => Ok(kind),
        None if count == 0 => Ok(TType::Stop),
        None => Err(Malformed::Type { found: raw }),
    }
}

/// A length or a count as all protocols have it.
#[inline]
pub(super) fn sendable(size: usize) -> Result<i32, Unsendable> {
    i32::try_from(size).map_err(|_| Unsendable::TooLong { found: size })
}
