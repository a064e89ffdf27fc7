//! CloudWeGo's TTHeader, "Header Format" and "Info IDs". Where the page is short, what Kitex does: a count of two bytes
//! before entries, and one text as the access token though the page says two.

use bytes::{BufMut, BytesMut};

use super::super::malformed::{Malformed, Unsendable};
use super::super::message::Kind;
use super::{Entry, Info, array, byte, cut, known_protocol, no_transforms, short, slice};

/// Numbers that stand for names: Kitex, `pkg/remote/transmeta/metakey.go`, which has more of them.
pub(crate) mod number {
    /// An id that a call has in logs, across services.
    pub(crate) const LOG_ID: u16 = 2;
    /// In milliseconds, decimal.
    pub(crate) const RPC_TIMEOUT: u16 = 12;
    /// The message's type, decimal.
    pub(crate) const MESSAGE_TYPE: u16 = 22;
}

/// "Info IDs".
const PADDING: u8 = 0x00;
const TEXTS: u8 = 0x01;
const NUMBERS: u8 = 0x10;
const TOKEN: u8 = 0x11;

/// Takes what stands before the entries.
pub(super) fn read_front(info: &mut &[u8]) -> Result<(), Malformed> {
    let [protocol, transforms] = array(info).map_err(cut)?;
    known_protocol(protocol.into())?;
    no_transforms(transforms.into())
}

pub(super) fn entries<'h>(
    mut info: &'h [u8],
    mut each: impl FnMut(Entry<'h>),
) -> Result<(), Malformed> {
    while let Ok(id) = byte(&mut info) {
        match id {
            PADDING => {}
            TEXTS => {
                for _ in 0..two(&mut info)? {
                    let key = text(&mut info)?;
                    let value = text(&mut info)?;
                    each(Entry::Text { key, value });
                }
            }
            NUMBERS => {
                for _ in 0..two(&mut info)? {
                    let key = two(&mut info)?;
                    let value = text(&mut info)?;
                    each(Entry::Number { key, value });
                }
            }
            // meant for a mesh in between
            TOKEN => drop(text(&mut info)?),
            _ => {
                return Err(Malformed::Header {
                    what: "has entries of an unknown sort",
                });
            }
        }
    }
    Ok(())
}

pub(super) fn put(
    protocol: u8,
    info: &Info<'_>,
    kind: Kind,
    out: &mut BytesMut,
) -> Result<(), Unsendable> {
    out.put_slice(&[protocol, 0]);
    if !info.texts.is_empty() {
        out.put_u8(TEXTS);
        out.put_u16(count(info.texts.len())?);
        for (key, value) in info.texts {
            put_text(key, out)?;
            put_text(value, out)?;
        }
    }
    let always = 1_usize.saturating_add(info.timeout.is_some().into());
    out.put_u8(NUMBERS);
    out.put_u16(count(info.numbers.len().saturating_add(always))?);
    let kind = [b'0'.saturating_add(kind as u8)];
    out.put_u16(number::MESSAGE_TYPE);
    out.put_u16(1);
    out.put_slice(&kind);
    if let Some(timeout) = info.timeout {
        out.put_u16(number::RPC_TIMEOUT);
        put_text(&timeout.as_millis().to_string(), out)?;
    }
    for (key, value) in info.numbers {
        out.put_u16(*key);
        put_text(value, out)?;
    }
    Ok(())
}

fn two(info: &mut &[u8]) -> Result<u16, Malformed> {
    array(info).map(u16::from_be_bytes).map_err(cut)
}

fn text<'h>(info: &mut &'h [u8]) -> Result<&'h [u8], Malformed> {
    let length = two(info)?;
    slice(info, length.into()).map_err(cut)
}

fn count(found: usize) -> Result<u16, Unsendable> {
    u16::try_from(found).map_err(|_| Unsendable::TooLong { found })
}

fn put_text(text: &str, out: &mut BytesMut) -> Result<(), Unsendable> {
    out.put_u16(short(text)?);
    out.put_slice(text.as_bytes());
    Ok(())
}
