//! Transports with a header before the message: what is said in it travels beside the call.
//!
//! CloudWeGo's TTHeader ([`tt`]) and Apache's THeader ([`apache`]) have the same fixed part and differ behind it. Transforms
//! (compression, signatures) are refused. What a header's entries mean is up to whoever asks for them.

mod apache;
mod tt;

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};

use super::format::{array, byte, slice};
use super::limits::LONGEST;
use super::malformed::{Malformed, Unsendable};
use super::message::{Head, Protocol};

pub(crate) use self::tt::number;

/// Whose header it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Style {
    /// CloudWeGo's: Kitex, volo.
    Tt,
    /// Apache's `THeaderTransport`; fbthrift's too.
    Apache,
}

impl Style {
    /// The two bytes behind the length that tell it from a message: both are no beginning of one.
    const fn magic(self) -> [u8; 2] {
        match self {
            Self::Tt => [0x10, 0x00],
            Self::Apache => [0x0f, 0xff],
        }
    }

    pub(super) fn of(magic: [u8; 2]) -> Option<Self> {
        [Self::Tt, Self::Apache]
            .into_iter()
            .find(|style| style.magic() == magic)
    }
}

/// A header that was read.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) style: Style,
    /// The transport's own number, beside the message's.
    pub(crate) sequence: i32,
    /// All that was found to be in order.
    info: Bytes,
}

/// One thing that a header says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Entry<'h> {
    Text { key: &'h [u8], value: &'h [u8] },
    Number { key: u16, value: &'h [u8] },
}

impl Header {
    /// Takes a frame apart, behind its length: the header and the message.
    pub(super) fn read(style: Style, frame: &Bytes) -> Result<(Self, Bytes), Malformed> {
        let cut = |_| Malformed::Header {
            what: "is longer than its frame",
        };
        let mut rest: &[u8] = frame;
        let _magic_and_flags = array::<4>(&mut rest).map_err(cut)?;
        let sequence = array(&mut rest).map_err(cut)?;
        let words = array(&mut rest).map_err(cut)?;
        let length = usize::from(u16::from_be_bytes(words)).saturating_mul(4);
        if length > LONGEST_HEADER {
            return Err(Malformed::Header {
                what: "is longer than 64 KiB",
            });
        }
        let mut info = slice(&mut rest, length).map_err(cut)?;
        match style {
            Style::Tt => tt::read_front(&mut info)?,
            Style::Apache => apache::read_front(&mut info)?,
        }
        let header = Self {
            style,
            sequence: i32::from_be_bytes(sequence),
            info: frame.slice_ref(info),
        };
        header.entries(|_| ())?;
        Ok((header, frame.slice_ref(rest)))
    }

    /// How long the caller waits, from when it sent the message. None means for ever.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        let text = match self.style {
            Style::Tt => self.number(number::RPC_TIMEOUT),
            Style::Apache => self.text(apache::CLIENT_TIMEOUT),
        };
        let millis = text?.parse().ok()?;
        (millis > 0).then(|| Duration::from_millis(millis))
    }

    /// What is said under a name of any case, of the last that say it. CloudWeGo's metainfo puts a prefix before names.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        const PREFIXES: [&[u8]; 2] = [b"RPC_TRANSIT_", b"RPC_PERSIST_"];
        let is_it = |key: &[u8]| {
            let bare = PREFIXES
                .iter()
                .find_map(|prefix| key.strip_prefix(*prefix))
                .unwrap_or(key);
            bare.eq_ignore_ascii_case(name.as_bytes())
        };
        self.last(|entry| match entry {
            Entry::Text { key, value } if is_it(key) => Some(value),
            _ => None,
        })
    }

    /// What is said under a number; see [`number`].
    pub(crate) fn number(&self, number: u16) -> Option<&str> {
        self.last(|entry| match entry {
            Entry::Number { key, value } if key == number => Some(value),
            _ => None,
        })
    }

    fn last<'h>(&'h self, find: impl Fn(Entry<'h>) -> Option<&'h [u8]>) -> Option<&'h str> {
        let mut found = None;
        let walked = self.entries(|entry| found = find(entry).or(found));
        walked.ok().and(str::from_utf8(found?).ok())
    }

    fn entries<'h>(&'h self, each: impl FnMut(Entry<'h>)) -> Result<(), Malformed> {
        match self.style {
            Style::Tt => tt::entries(&self.info, each),
            Style::Apache => apache::entries(&self.info, each),
        }
    }
}

/// What a header to be sent says beside the fixed things.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Info<'i> {
    pub(crate) timeout: Option<Duration>,
    /// Only TTHeader has them.
    pub(crate) numbers: &'i [(u16, &'i str)],
    pub(crate) texts: &'i [(&'i str, &'i str)],
}

/// Appends a header, without the frame's length before it.
pub(super) fn put(
    style: Style,
    sequence: i32,
    info: &Info<'_>,
    head: &Head,
    out: &mut BytesMut,
) -> Result<(), Unsendable> {
    out.put_slice(&style.magic());
    // none of the flags is ours to set
    out.put_u16(0);
    out.put_i32(sequence);
    let size_at = out.len();
    out.put_u16(0);
    let info_at = out.len();
    let protocol = match head.protocol {
        Protocol::Binary | Protocol::OldBinary => BINARY,
        Protocol::Compact => COMPACT,
    };
    match style {
        Style::Tt => tt::put(protocol, info, head.kind, out)?,
        Style::Apache => apache::put(protocol, info, out)?,
    }
    let length = out.len().saturating_sub(info_at);
    let padded = length.next_multiple_of(4);
    out.put_bytes(0, padded.saturating_sub(length));
    if padded > LONGEST_HEADER {
        return Err(Unsendable::TooLong { found: padded });
    }
    let words = u16::try_from(padded / 4).map_err(|_| Unsendable::TooLong { found: padded })?;
    patch(out, size_at, &words.to_be_bytes());
    Ok(())
}

/// Writes over bytes that are there.
pub(super) fn patch(out: &mut BytesMut, at: usize, bytes: &[u8]) {
    let place = out.get_mut(at..).unwrap_or_default();
    for (to, from) in place.iter_mut().zip(bytes) {
        *to = *from;
    }
}

/// The length of a frame that was written from `at` on.
pub(super) fn frame_length(out: &BytesMut, at: usize) -> Result<[u8; 4], Unsendable> {
    let found = out.len().saturating_sub(at);
    match u32::try_from(found) {
        Ok(length) if found <= LONGEST => Ok(length.to_be_bytes()),
        _ => Err(Unsendable::TooLong { found }),
    }
}

/// Both specs: the protocol of the message.
const BINARY: u8 = 0;
const COMPACT: u8 = 2;

/// "Notice: The maximum length of the header is 64K" (TTHeader); the field could hold four times as much.
const LONGEST_HEADER: usize = 64 * 1024;

fn known_protocol(found: u32) -> Result<(), Malformed> {
    if found == u32::from(BINARY) || found == u32::from(COMPACT) {
        return Ok(());
    }
    Err(Malformed::HeaderProtocol { found })
}

fn no_transforms(found: u32) -> Result<(), Malformed> {
    match found {
        0 => Ok(()),
        found => Err(Malformed::Transform { found }),
    }
}

/// An entry that ends behind its header.
fn cut(_: Malformed) -> Malformed {
    Malformed::Header {
        what: "ends in the middle of an entry",
    }
}

/// The length of a text, which has two bytes for it in both.
fn short(text: &str) -> Result<u16, Unsendable> {
    u16::try_from(text.len()).map_err(|_| Unsendable::TooLong { found: text.len() })
}
