//! The binary protocol: thrift-binary-protocol.md. Numbers have their full width, most significant byte first.

use bytes::{BufMut, BytesMut};
use pilota::thrift::TType;

use super::format::{Field, Format, Opening, array, byte, element, sendable, slice};
use super::limits::NAME;
use super::malformed::{Malformed, Unsendable};
use super::message::kind;

/// The layout of the binary protocol.
#[derive(Debug)]
pub(super) struct Binary;

/// "Message", strict encoding: the leading bit and version 1.
pub(super) const VERSION: [u8; 2] = [0x80, 0x01];

impl Format for Binary {
    const BOOLS_IN_HEADERS: bool = false;

    fn head<'b>(bytes: &mut &'b [u8]) -> Result<Opening<'b>, Malformed> {
        let mut rest = *bytes;
        let opening = match array(&mut rest)? {
            [high @ 0x80..=0xff, low, _unused, raw] => {
                if [high, low] != VERSION {
                    let found = u16::from_be_bytes([high, low]);
                    return Err(Malformed::Version { found });
                }
                let kind = kind(raw)?;
                let length = Self::length(&mut rest)?;
                Opening {
                    name: name(&mut rest, length)?,
                    kind,
                    sequence: Self::i32(&mut rest)?,
                    old: false,
                }
            }
            length => {
                let length = size(i32::from_be_bytes(length))?;
                Opening {
                    name: name(&mut rest, length)?,
                    kind: kind(byte(&mut rest)?)?,
                    sequence: Self::i32(&mut rest)?,
                    old: true,
                }
            }
        };
        *bytes = rest;
        Ok(opening)
    }

    #[inline]
    fn field(bytes: &mut &[u8], _last: i16) -> Result<Field, Malformed> {
        let Some((raw, mut rest)) = bytes.split_first() else {
            return Err(Malformed::Truncated);
        };
        let field = match kind_of(*raw) {
            Some(kind) => Field {
                kind,
                id: Self::i16(&mut rest)?,
                flag: None,
            },
            None if *raw == TType::Stop as u8 => Field::STOP,
            None => return Err(Malformed::Type { found: *raw }),
        };
        *bytes = rest;
        Ok(field)
    }

    #[inline]
    fn boolean(bytes: &mut &[u8]) -> Result<bool, Malformed> {
        Ok(byte(bytes)? != 0)
    }

    #[inline]
    fn i16(bytes: &mut &[u8]) -> Result<i16, Malformed> {
        array(bytes).map(i16::from_be_bytes)
    }

    #[inline]
    fn i32(bytes: &mut &[u8]) -> Result<i32, Malformed> {
        array(bytes).map(i32::from_be_bytes)
    }

    #[inline]
    fn i64(bytes: &mut &[u8]) -> Result<i64, Malformed> {
        array(bytes).map(i64::from_be_bytes)
    }

    #[inline]
    fn double(bytes: &mut &[u8]) -> Result<f64, Malformed> {
        array(bytes).map(f64::from_be_bytes)
    }

    #[inline]
    fn length(bytes: &mut &[u8]) -> Result<usize, Malformed> {
        size(Self::i32(bytes)?)
    }

    #[inline]
    fn list(bytes: &mut &[u8]) -> Result<(TType, usize), Malformed> {
        let [raw, count @ ..] = array::<5>(bytes)?;
        let count = size(i32::from_be_bytes(count))?;
        Ok((element(kind_of(raw), raw, count)?, count))
    }

    #[inline]
    fn map(bytes: &mut &[u8]) -> Result<(TType, TType, usize), Malformed> {
        let [key, value, count @ ..] = array::<6>(bytes)?;
        let count = size(i32::from_be_bytes(count))?;
        let key = element(kind_of(key), key, count)?;
        let value = element(kind_of(value), value, count)?;
        Ok((key, value, count))
    }

    #[inline]
    fn smallest(kind: TType) -> usize {
        match kind {
            TType::Stop | TType::Void => 0,
            TType::Bool | TType::I8 | TType::Struct => 1,
            TType::I16 => 2,
            TType::I32 | TType::Binary => 4,
            TType::List | TType::Set => 5,
            TType::Map => 6,
            TType::I64 | TType::Double => 8,
            TType::Uuid => 16,
        }
    }

    #[inline]
    fn width(kind: TType) -> Option<usize> {
        match kind {
            TType::Binary | TType::Struct | TType::List | TType::Set | TType::Map => None,
            TType::Stop
            | TType::Void
            | TType::Bool
            | TType::I8
            | TType::I16
            | TType::I32
            | TType::I64
            | TType::Double
            | TType::Uuid => Some(Self::smallest(kind)),
        }
    }

    fn put_head(out: &mut BytesMut, opening: &Opening<'_>) -> Result<(), Unsendable> {
        let kind = opening.kind as u8;
        if !opening.old {
            let [high, low] = VERSION;
            out.put_slice(&[high, low, 0, kind]);
        }
        Self::put_length(out, opening.name.len())?;
        out.put_slice(opening.name);
        if opening.old {
            out.put_u8(kind);
        }
        out.put_i32(opening.sequence);
        Ok(())
    }

    #[inline]
    fn put_field(out: &mut BytesMut, kind: TType, id: i16, _last: i16) -> Result<(), Unsendable> {
        let [high, low] = id.to_be_bytes();
        out.put_slice(&[kind as u8, high, low]);
        Ok(())
    }

    #[inline]
    fn put_bool_field(out: &mut BytesMut, value: bool, id: i16, _last: i16) {
        let [high, low] = id.to_be_bytes();
        out.put_slice(&[TType::Bool as u8, high, low, u8::from(value)]);
    }

    #[inline]
    fn put_bool(out: &mut BytesMut, value: bool) {
        out.put_u8(u8::from(value));
    }

    #[inline]
    fn put_i16(out: &mut BytesMut, value: i16) {
        out.put_slice(&value.to_be_bytes());
    }

    #[inline]
    fn put_i32(out: &mut BytesMut, value: i32) {
        out.put_slice(&value.to_be_bytes());
    }

    #[inline]
    fn put_i64(out: &mut BytesMut, value: i64) {
        out.put_slice(&value.to_be_bytes());
    }

    #[inline]
    fn put_double(out: &mut BytesMut, value: f64) {
        out.put_slice(&value.to_be_bytes());
    }

    #[inline]
    fn put_length(out: &mut BytesMut, length: usize) -> Result<(), Unsendable> {
        Self::put_i32(out, sendable(length)?);
        Ok(())
    }

    #[inline]
    fn put_list(out: &mut BytesMut, kind: TType, count: usize) -> Result<(), Unsendable> {
        let [a, b, c, d] = sendable(count)?.to_be_bytes();
        out.put_slice(&[kind as u8, a, b, c, d]);
        Ok(())
    }

    #[inline]
    fn put_map(
        out: &mut BytesMut,
        key: TType,
        value: TType,
        count: usize,
    ) -> Result<(), Unsendable> {
        let [a, b, c, d] = sendable(count)?.to_be_bytes();
        out.put_slice(&[key as u8, value as u8, a, b, c, d]);
        Ok(())
    }
}

/// The name of a method; an empty one is left to whoever looks for the method.
fn name<'b>(bytes: &mut &'b [u8], length: usize) -> Result<&'b [u8], Malformed> {
    if length > NAME {
        return Err(Malformed::Name {
            found: length,
            limit: NAME,
        });
    }
    slice(bytes, length)
}

#[inline]
fn size(found: i32) -> Result<usize, Malformed> {
    usize::try_from(found).map_err(|_| Malformed::Size {
        found: found.into(),
    })
}

/// "Struct encoding". `Stop` and the `void` of some libraries have no value.
#[inline]
fn kind_of(raw: u8) -> Option<TType> {
    Some(match raw {
        2 => TType::Bool,
        3 => TType::I8,
        4 => TType::Double,
        6 => TType::I16,
        8 => TType::I32,
        10 => TType::I64,
        11 => TType::Binary,
        12 => TType::Struct,
        13 => TType::Map,
        14 => TType::Set,
        15 => TType::List,
        16 => TType::Uuid,
        _ => return None,
    })
}
