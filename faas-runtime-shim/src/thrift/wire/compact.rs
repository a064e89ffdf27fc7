//! The compact protocol: thrift-compact-protocol.md. Numbers are variable in length, a bool may lie in a field's header,
//! and a field's id counts from the field before.

use bytes::{BufMut, BytesMut};
use pilota::thrift::TType;

use super::format::{Field, Format, Opening, array, byte, element, sendable, slice};
use super::limits::NAME;
use super::malformed::{Malformed, Unsendable};
use super::message::kind;

/// The layout of the compact protocol.
#[derive(Debug)]
pub(super) struct Compact;

/// "Message": the protocol's id.
pub(super) const ID: u8 = 0x82;

/// "Message": the five bits of the version, below three of the type.
pub(super) const VERSION: u8 = 1;
pub(super) const VERSION_BITS: u8 = 0x1f;

impl Format for Compact {
    const BOOLS_IN_HEADERS: bool = true;

    fn head<'b>(bytes: &mut &'b [u8]) -> Result<Opening<'b>, Malformed> {
        let mut rest = *bytes;
        let [id, raw] = array(&mut rest)?;
        if id != ID || raw & VERSION_BITS != VERSION {
            let found = u16::from_be_bytes([id, raw]);
            return Err(Malformed::Version { found });
        }
        let kind = kind(raw >> 5)?;
        let sequence = varint32(&mut rest)?.cast_signed();
        let found = Self::length(&mut rest)?;
        if found > NAME {
            return Err(Malformed::Name { found, limit: NAME });
        }
        let name = slice(&mut rest, found)?;
        *bytes = rest;
        Ok(Opening {
            name,
            kind,
            sequence,
            old: false,
        })
    }

    #[inline]
    fn field(bytes: &mut &[u8], last: i16) -> Result<Field, Malformed> {
        let Some((raw, mut rest)) = bytes.split_first() else {
            return Err(Malformed::Truncated);
        };
        let (delta, low) = (raw >> 4, raw & 0x0f);
        let field = match kind_of(low) {
            Some(kind) => Field {
                kind,
                id: match delta {
                    0 => Self::i16(&mut rest)?,
                    delta => last.checked_add(delta.into()).ok_or(Malformed::FieldId)?,
                },
                flag: match low {
                    TRUE => Some(true),
                    FALSE => Some(false),
                    _ => None,
                },
            },
            None if *raw == 0 => Field::STOP,
            None => return Err(Malformed::Type { found: low }),
        };
        *bytes = rest;
        Ok(field)
    }

    /// Of elements only. Libraries write 2 for false, the spec says 0.
    #[inline]
    fn boolean(bytes: &mut &[u8]) -> Result<bool, Malformed> {
        match byte(bytes)? {
            TRUE => Ok(true),
            0 | FALSE => Ok(false),
            found => Err(Malformed::Bool { found }),
        }
    }

    #[inline]
    fn i16(bytes: &mut &[u8]) -> Result<i16, Malformed> {
        let value = Self::i32(bytes)?;
        i16::try_from(value).map_err(|_| Malformed::Number { bits: 16 })
    }

    #[inline]
    fn i32(bytes: &mut &[u8]) -> Result<i32, Malformed> {
        let zigzag = varint32(bytes)?;
        Ok((zigzag >> 1).cast_signed() ^ (zigzag & 1).cast_signed().wrapping_neg())
    }

    #[inline]
    fn i64(bytes: &mut &[u8]) -> Result<i64, Malformed> {
        let zigzag = varint64(bytes)?;
        Ok((zigzag >> 1).cast_signed() ^ (zigzag & 1).cast_signed().wrapping_neg())
    }

    #[inline]
    fn double(bytes: &mut &[u8]) -> Result<f64, Malformed> {
        array(bytes).map(f64::from_le_bytes)
    }

    #[inline]
    fn length(bytes: &mut &[u8]) -> Result<usize, Malformed> {
        size(varint32(bytes)?)
    }

    #[inline]
    fn list(bytes: &mut &[u8]) -> Result<(TType, usize), Malformed> {
        let mut rest = *bytes;
        let raw = byte(&mut rest)?;
        let count = match raw >> 4 {
            LONG => size(varint32(&mut rest)?)?,
            short => short.into(),
        };
        let low = raw & 0x0f;
        let kind = element(kind_of(low), low, count)?;
        *bytes = rest;
        Ok((kind, count))
    }

    #[inline]
    fn map(bytes: &mut &[u8]) -> Result<(TType, TType, usize), Malformed> {
        let mut rest = *bytes;
        let count = size(varint32(&mut rest)?)?;
        let kinds = match count {
            0 => 0,
            _ => byte(&mut rest)?,
        };
        let (key, value) = (kinds >> 4, kinds & 0x0f);
        let key = element(kind_of(key), key, count)?;
        let value = element(kind_of(value), value, count)?;
        *bytes = rest;
        Ok((key, value, count))
    }

    #[inline]
    fn smallest(kind: TType) -> usize {
        Self::width(kind).unwrap_or(1)
    }

    #[inline]
    fn width(kind: TType) -> Option<usize> {
        match kind {
            TType::Stop | TType::Void => Some(0),
            TType::Bool | TType::I8 => Some(1),
            TType::Double => Some(8),
            TType::Uuid => Some(16),
            TType::I16
            | TType::I32
            | TType::I64
            | TType::Binary
            | TType::Struct
            | TType::List
            | TType::Set
            | TType::Map => None,
        }
    }

    fn put_head(out: &mut BytesMut, opening: &Opening<'_>) -> Result<(), Unsendable> {
        out.put_slice(&[ID, (opening.kind as u8) << 5 | VERSION]);
        put_varint(out, opening.sequence.cast_unsigned().into());
        Self::put_length(out, opening.name.len())?;
        out.put_slice(opening.name);
        Ok(())
    }

    #[inline]
    fn put_field(out: &mut BytesMut, kind: TType, id: i16, last: i16) -> Result<(), Unsendable> {
        put_field(out, raw_of(kind)?, id, last);
        Ok(())
    }

    #[inline]
    fn put_bool_field(out: &mut BytesMut, value: bool, id: i16, last: i16) {
        put_field(out, raw_bool(value), id, last);
    }

    #[inline]
    fn put_bool(out: &mut BytesMut, value: bool) {
        out.put_u8(raw_bool(value));
    }

    #[inline]
    fn put_i16(out: &mut BytesMut, value: i16) {
        Self::put_i32(out, value.into());
    }

    #[inline]
    fn put_i32(out: &mut BytesMut, value: i32) {
        put_varint(out, ((value << 1) ^ (value >> 31)).cast_unsigned().into());
    }

    #[inline]
    fn put_i64(out: &mut BytesMut, value: i64) {
        put_varint(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    #[inline]
    fn put_double(out: &mut BytesMut, value: f64) {
        out.put_slice(&value.to_le_bytes());
    }

    #[inline]
    fn put_length(out: &mut BytesMut, length: usize) -> Result<(), Unsendable> {
        put_varint(out, sendable(length)?.cast_unsigned().into());
        Ok(())
    }

    #[inline]
    fn put_list(out: &mut BytesMut, kind: TType, count: usize) -> Result<(), Unsendable> {
        let raw = raw_of(kind)?;
        match u8::try_from(count) {
            Ok(short) if short < LONG => out.put_u8(short << 4 | raw),
            _ => {
                out.put_u8(LONG << 4 | raw);
                Self::put_length(out, count)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn put_map(
        out: &mut BytesMut,
        key: TType,
        value: TType,
        count: usize,
    ) -> Result<(), Unsendable> {
        Self::put_length(out, count)?;
        if count > 0 {
            out.put_u8(raw_of(key)? << 4 | raw_of(value)?);
        }
        Ok(())
    }
}

/// "Struct encoding": the types that are values at the same time. As elements, libraries write the first for all bools.
const TRUE: u8 = 1;
const FALSE: u8 = 2;

/// "List and Set": the count stands behind the header.
const LONG: u8 = 0x0f;

#[inline]
fn raw_bool(value: bool) -> u8 {
    if value { TRUE } else { FALSE }
}

#[inline]
fn put_field(out: &mut BytesMut, raw: u8, id: i16, last: i16) {
    match id.checked_sub(last).map(u8::try_from) {
        Some(Ok(delta @ 1..=15)) => out.put_u8(delta << 4 | raw),
        _ => {
            out.put_u8(raw);
            Compact::put_i16(out, id);
        }
    }
}

/// A number of seven bits in each byte, the least significant first.
#[inline]
pub(super) fn put_varint(out: &mut BytesMut, mut value: u64) {
    if let Ok(only @ 0..0x80) = u8::try_from(value) {
        return out.put_u8(only);
    }
    let mut bytes = [0; 10];
    let mut used = 0_usize;
    for byte in &mut bytes {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        used = used.saturating_add(1);
        if value == 0 {
            *byte = low;
            break;
        }
        *byte = low | 0x80;
    }
    out.put_slice(bytes.get(..used).unwrap_or_default());
}

#[inline]
pub(super) fn varint32(bytes: &mut &[u8]) -> Result<u32, Malformed> {
    if let [only @ 0..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return Ok(u32::from(*only));
    }
    u32::try_from(long_varint(bytes)?).map_err(|_| Malformed::Number { bits: 32 })
}

#[inline]
fn varint64(bytes: &mut &[u8]) -> Result<u64, Malformed> {
    if let [only @ 0..0x80, rest @ ..] = *bytes {
        *bytes = rest;
        return Ok(u64::from(*only));
    }
    long_varint(bytes)
}

fn long_varint(bytes: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value = 0;
    let mut rest = *bytes;
    for shift in (0..64).step_by(7) {
        let byte = byte(&mut rest)?;
        let bits = u64::from(byte & 0x7f);
        if shift == 63 && bits > 1 {
            break;
        }
        value |= bits << shift;
        if byte < 0x80 {
            *bytes = rest;
            return Ok(value);
        }
    }
    Err(Malformed::Number { bits: 64 })
}

#[inline]
fn size(found: u32) -> Result<usize, Malformed> {
    if found > i32::MAX.cast_unsigned() {
        return Err(Malformed::Size {
            found: found.into(),
        });
    }
    Ok(found as usize)
}

/// "Struct encoding", and "List and Set", where bools may have either number.
#[inline]
fn kind_of(raw: u8) -> Option<TType> {
    Some(match raw {
        TRUE | FALSE => TType::Bool,
        3 => TType::I8,
        4 => TType::I16,
        5 => TType::I32,
        6 => TType::I64,
        7 => TType::Double,
        8 => TType::Binary,
        9 => TType::List,
        10 => TType::Set,
        11 => TType::Map,
        12 => TType::Struct,
        13 => TType::Uuid,
        _ => return None,
    })
}

#[inline]
fn raw_of(kind: TType) -> Result<u8, Unsendable> {
    Ok(match kind {
        TType::Bool => TRUE,
        TType::I8 => 3,
        TType::I16 => 4,
        TType::I32 => 5,
        TType::I64 => 6,
        TType::Double => 7,
        TType::Binary => 8,
        TType::List => 9,
        TType::Set => 10,
        TType::Map => 11,
        TType::Struct => 12,
        TType::Uuid => 13,
        TType::Stop | TType::Void => return Err(Unsendable::Type { found: kind as u8 }),
    })
}
