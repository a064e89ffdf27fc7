//! Apache's THeader: HeaderFormat.md. Counts and lengths are variable in length, and entries of an unknown sort end the
//! known ones.

use bytes::{BufMut, BytesMut};

use super::super::compact::{put_varint, varint32};
use super::super::malformed::{Malformed, Unsendable};
use super::{Entry, Info, cut, known_protocol, no_transforms, short, slice};

/// fbthrift's `THeader::CLIENT_TIMEOUT_HEADER`, in milliseconds; Apache's libraries have no word for it.
pub(super) const CLIENT_TIMEOUT: &str = "client_timeout";

/// "Info IDs".
const TEXTS: u32 = 0x01;

/// Takes what stands before the entries.
pub(super) fn read_front(info: &mut &[u8]) -> Result<(), Malformed> {
    known_protocol(varint32(info).map_err(cut)?)?;
    no_transforms(varint32(info).map_err(cut)?)
}

pub(super) fn entries<'h>(
    mut info: &'h [u8],
    mut each: impl FnMut(Entry<'h>),
) -> Result<(), Malformed> {
    while let Some(TEXTS) = next(&mut info) {
        for _ in 0..varint32(&mut info).map_err(cut)? {
            let key = text(&mut info)?;
            let value = text(&mut info)?;
            each(Entry::Text { key, value });
        }
    }
    Ok(())
}

pub(super) fn put(protocol: u8, info: &Info<'_>, out: &mut BytesMut) -> Result<(), Unsendable> {
    out.put_slice(&[protocol, 0]);
    let timeout = info.timeout.map(|timeout| timeout.as_millis().to_string());
    let timeout = timeout.as_deref().map(|millis| (CLIENT_TIMEOUT, millis));
    let found = info.texts.len().saturating_add(timeout.is_some().into());
    if found == 0 {
        return Ok(());
    }
    put_varint(out, TEXTS.into());
    let count = u16::try_from(found).map_err(|_| Unsendable::TooLong { found })?;
    put_varint(out, count.into());
    for (key, value) in timeout.iter().chain(info.texts) {
        for text in [key, value] {
            put_varint(out, short(text)?.into());
            out.put_slice(text.as_bytes());
        }
    }
    Ok(())
}

/// The sort of the next entries, if there are any.
fn next(info: &mut &[u8]) -> Option<u32> {
    varint32(info).ok()
}

fn text<'h>(info: &mut &'h [u8]) -> Result<&'h [u8], Malformed> {
    let length = varint32(info).map_err(cut)?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    slice(info, length).map_err(cut)
}
