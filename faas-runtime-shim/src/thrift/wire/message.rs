//! A message: its head, which says what is called, and one struct, the arguments or the result.

use bytes::{Bytes, BytesMut};
use pilota::FastStr;
use pilota::thrift::Message;

pub(super) use pilota::thrift::TMessageType as Kind;

use super::binary::Binary;
use super::compact::{self, Compact};
use super::format::{Format, Opening};
use super::framing::Framing;
use super::header::Info;
use super::limits::Limits;
use super::malformed::{Malformed, Unsendable};
use super::reader::Reader;
use super::writer::Writer;

/// How values lie in bytes; an answer is in the question's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Protocol {
    Binary,
    /// The binary protocol with the old head, which has no version.
    OldBinary,
    Compact,
}

/// What stands before the struct.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Head {
    /// The method's, with the service's name and a colon before it if services are multiplexed.
    pub(crate) name: FastStr,
    pub(crate) kind: Kind,
    pub(crate) sequence: i32,
    pub(crate) protocol: Protocol,
}

impl Head {
    /// The service that is named, if any: Apache's `TMultiplexedProtocol`.
    pub(crate) fn service(&self) -> Option<&str> {
        self.name.get(..self.colon()?)
    }

    /// The method's name alone.
    pub(crate) fn method(&self) -> &str {
        let method = self.colon().map_or(0, |colon| colon.saturating_add(1));
        self.name.get(method..).unwrap_or_default()
    }

    /// Finds what stands between the two, without the searcher of `str`: a name is short.
    fn colon(&self) -> Option<usize> {
        self.name.bytes().position(|byte| byte == b':')
    }

    /// The head of an answer, which names no service.
    #[must_use]
    pub(crate) fn answer(&self, kind: Kind) -> Self {
        Self {
            name: self.name.slice_ref(self.method()),
            kind,
            ..*self
        }
    }
}

/// Reads the head of a message; the other bytes begin with its struct.
pub(crate) fn read_head(message: &Bytes) -> Result<(Head, Bytes), Malformed> {
    read_head_of(message, |_| None)
}

/// Reads the head of a message whose name may be `known`: then it is neither checked nor copied.
pub(crate) fn read_head_of(
    message: &Bytes,
    known: impl FnOnce(&[u8]) -> Option<&'static str>,
) -> Result<(Head, Bytes), Malformed> {
    let mut rest: &[u8] = message;
    let (protocol, opening) = opening(&mut rest)?;
    let head = Head {
        name: match known(opening.name) {
            Some(name) => FastStr::from_static_str(name),
            None => method_name(opening.name)?,
        },
        kind: opening.kind,
        sequence: opening.sequence,
        protocol,
    };
    Ok((head, message.slice_ref(rest)))
}

/// Reads a value from the front of `bytes`.
pub(crate) fn decode<T: Message>(
    protocol: Protocol,
    bytes: Bytes,
    limits: &Limits,
) -> Result<T, Malformed> {
    let read = match protocol {
        Protocol::Binary | Protocol::OldBinary => {
            T::decode(&mut Reader::<Binary>::new(bytes, limits))
        }
        Protocol::Compact => T::decode(&mut Reader::<Compact>::new(bytes, limits)),
    };
    Ok(read?)
}

/// Appends a value; after an error there may be a part of it.
pub(super) fn encode<T: Message>(
    protocol: Protocol,
    value: &T,
    out: &mut BytesMut,
) -> Result<(), Unsendable> {
    let written = match protocol {
        Protocol::Binary | Protocol::OldBinary => value.encode(&mut Writer::<Binary>::new(out)),
        Protocol::Compact => value.encode(&mut Writer::<Compact>::new(out)),
    };
    Ok(written?)
}

/// Appends a whole message as its peer's transport wants it, or nothing.
pub(crate) fn write<T: Message>(
    framing: Framing,
    info: &Info<'_>,
    head: &Head,
    value: &T,
    out: &mut BytesMut,
) -> Result<(), Unsendable> {
    let before = out.len();
    let written = framing.wrap(info, head, out, |out| {
        put_head(head, out)?;
        encode(head.protocol, value, out)
    });
    if written.is_err() {
        out.truncate(before);
    }
    written
}

fn put_head(head: &Head, out: &mut BytesMut) -> Result<(), Unsendable> {
    let opening = Opening {
        name: head.name.as_bytes(),
        kind: head.kind,
        sequence: head.sequence,
        old: head.protocol == Protocol::OldBinary,
    };
    match head.protocol {
        Protocol::Binary | Protocol::OldBinary => Binary::put_head(out, &opening),
        Protocol::Compact => Compact::put_head(out, &opening),
    }
}

/// Takes a head of any protocol; the first byte of each is different.
pub(super) fn opening<'b>(bytes: &mut &'b [u8]) -> Result<(Protocol, Opening<'b>), Malformed> {
    match bytes.first() {
        Some(&compact::ID) => Ok((Protocol::Compact, Compact::head(bytes)?)),
        _ => {
            let opening = Binary::head(bytes)?;
            let protocol = if opening.old {
                Protocol::OldBinary
            } else {
                Protocol::Binary
            };
            Ok((protocol, opening))
        }
    }
}

pub(super) fn kind(raw: u8) -> Result<Kind, Malformed> {
    match raw {
        1 => Ok(Kind::Call),
        2 => Ok(Kind::Reply),
        3 => Ok(Kind::Exception),
        4 => Ok(Kind::OneWay),
        found => Err(Malformed::Kind { found }),
    }
}

pub(super) fn method_name(bytes: &[u8]) -> Result<FastStr, Malformed> {
    FastStr::new_u8_slice(bytes).map_err(|_| Malformed::Utf8)
}
