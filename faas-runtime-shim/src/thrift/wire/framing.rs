//! Where a message on a stream begins and ends. Clients do not say which transport they speak, so the first bytes tell.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use pilota::thrift::TType;

use super::binary::{self, Binary};
use super::compact::{self, Compact};
use super::header::{self, Header, Info, Style};
use super::limits::{LONGEST, Limits, NAME};
use super::malformed::{Malformed, Unsendable};
use super::message::{Head, Protocol, opening};
use super::skip::Skip;

/// What stands around a message; an answer gets the same around it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    /// Nothing: Apache's `TBufferedTransport`.
    Unframed,
    /// Its length before it: `TFramedTransport`.
    Framed,
    /// A header before it; with Kitex's `TTHeaderFramed` the length once more between the two.
    Header {
        style: Style,
        sequence: i32,
        framed: bool,
    },
}

/// One message of a stream.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) framing: Framing,
    /// The head and the struct.
    pub(crate) payload: Bytes,
    pub(crate) header: Option<Header>,
}

/// Cuts messages out of a stream; each may be framed in its own way.
#[derive(Debug)]
pub(crate) struct Framer {
    limits: Limits,
    /// How far the end of an unframed message has been looked for.
    scan: Option<Scan>,
}

#[derive(Debug)]
struct Scan {
    value: Value,
    at: usize,
}

#[derive(Debug)]
enum Value {
    Binary(Skip<Binary>),
    Compact(Skip<Compact>),
}

impl Framer {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, scan: None }
    }

    /// Takes the next message, if all of it is there. Between two calls bytes may only be appended.
    ///
    /// # Errors
    ///
    /// Returns what is wrong; where the next message would begin is not known then.
    pub(crate) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Frame>, Malformed> {
        let Self { limits, scan } = self;
        let found = match scan {
            Some(_) => Some(Seen::Unframed),
            None => complete(look(buffer, limits))?,
        };
        match found {
            None => Ok(None),
            Some(Seen::Unframed) => {
                let Some(length) = complete(end(scan, buffer, limits))? else {
                    return Ok(None);
                };
                Ok(Some(Frame {
                    framing: Framing::Unframed,
                    payload: buffer.split_to(length).freeze(),
                    header: None,
                }))
            }
            Some(Seen::Framed { length, style }) => {
                if buffer.len().saturating_sub(LENGTH) < length {
                    return Ok(None);
                }
                buffer.advance(LENGTH);
                framed(style, buffer.split_to(length).freeze()).map(Some)
            }
        }
    }
}

/// Takes the one message that all these bytes are, the body of an HTTP request say.
pub(crate) fn body(bytes: Bytes, limits: &Limits) -> Result<Frame, Malformed> {
    match look(&bytes, limits)? {
        Seen::Unframed if bytes.len() > limits.frame => Err(Malformed::TooLong {
            found: bytes.len(),
            limit: limits.frame,
        }),
        Seen::Unframed => Ok(Frame {
            framing: Framing::Unframed,
            payload: bytes,
            header: None,
        }),
        Seen::Framed { length, style } => {
            let mut rest = bytes;
            rest.advance(LENGTH);
            if rest.len() < length {
                return Err(Malformed::Truncated);
            }
            rest.truncate(length);
            framed(style, rest)
        }
    }
}

impl Framing {
    /// Appends what is around a message, and the message, which `put` appends. After an error there may be a part of it.
    pub(crate) fn wrap(
        self,
        info: &Info<'_>,
        head: &Head,
        out: &mut BytesMut,
        put: impl FnOnce(&mut BytesMut) -> Result<(), Unsendable>,
    ) -> Result<(), Unsendable> {
        match self {
            Self::Unframed => put(out),
            Self::Framed => put_framed(out, put),
            Self::Header {
                style,
                sequence,
                framed,
            } => put_framed(out, |out| {
                header::put(style, sequence, info, head, out)?;
                if framed {
                    put_framed(out, put)
                } else {
                    put(out)
                }
            }),
        }
    }
}

fn put_framed(
    out: &mut BytesMut,
    put: impl FnOnce(&mut BytesMut) -> Result<(), Unsendable>,
) -> Result<(), Unsendable> {
    let at = out.len();
    out.put_bytes(0, LENGTH);
    let begin = out.len();
    put(out)?;
    let length = header::frame_length(out, begin)?;
    header::patch(out, at, &length);
    Ok(())
}

/// The bytes that a frame's length takes.
const LENGTH: usize = 4;

/// What the first bytes of a message say.
#[derive(Debug)]
enum Seen {
    Unframed,
    /// `style` if there is a header.
    Framed {
        length: usize,
        style: Option<Style>,
    },
}

/// Recognises a transport by the first bytes of a message. What a length may be begins with a byte below 0x40, a message
/// with 0x80 or above, the verbs of HTTP with one in between; and a frame begins with a message or a header's magic.
fn look(bytes: &[u8], limits: &Limits) -> Result<Seen, Malformed> {
    let Some((first, rest)) = bytes.split_first_chunk::<LENGTH>() else {
        return Err(Malformed::Truncated);
    };
    if begins_message(*first) {
        return Ok(Seen::Unframed);
    }
    if HTTP.contains(&first) {
        return Err(Malformed::Http);
    }
    let length = usize::try_from(u32::from_be_bytes(*first)).unwrap_or(usize::MAX);
    if length > LONGEST || length == 0 {
        return Err(foreign(bytes));
    }
    if length > limits.frame {
        return Err(match first {
            // the beginning of a handshake: RFC 8446, section 5.1
            [0x16, 0x03, 0..=4, _] => Malformed::Tls,
            _ => Malformed::TooLong {
                found: length,
                limit: limits.frame,
            },
        });
    }
    let [second, third] = *rest.first_chunk().ok_or(Malformed::Truncated)?;
    let framed = |style| Seen::Framed { length, style };
    match Style::of([second, third]) {
        Some(style) => Ok(framed(Some(style))),
        None if begins_message([second, third, 0, 0]) => Ok(framed(None)),
        // the length of a name: a framed message with the old head
        None if second == 0 => Ok(framed(None)),
        // a name: it was its length, in an unframed message with the old head
        None if second.is_ascii_graphic() && length <= NAME => Ok(Seen::Unframed),
        None => Err(foreign(bytes)),
    }
}

/// The first four bytes of HTTP's verbs, and of HTTP/2's preface.
const HTTP: [&[u8; 4]; 10] = [
    b"GET ", b"POST", b"PUT ", b"HEAD", b"DELE", b"OPTI", b"PATC", b"CONN", b"TRAC", b"PRI ",
];

/// A message with a version.
fn begins_message([first, second, ..]: [u8; 4]) -> bool {
    [first, second] == binary::VERSION
        || first == compact::ID && second & compact::VERSION_BITS == compact::VERSION
}

fn foreign(bytes: &[u8]) -> Malformed {
    const SHOWN: usize = 8;
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    // a backtick would end the quotation in the error's text
    let found = shown.escape_ascii().to_string().replace('`', "\\x60");
    Malformed::Foreign {
        found: found.into(),
    }
}

/// On a stream, what is cut may still come.
fn complete<T>(read: Result<T, Malformed>) -> Result<Option<T>, Malformed> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Malformed::Truncated) => Ok(None),
        Err(malformed) => Err(malformed),
    }
}

/// Looks on for the end of an unframed message.
fn end(scan: &mut Option<Scan>, bytes: &[u8], limits: &Limits) -> Result<usize, Malformed> {
    let open = match scan {
        Some(open) => open,
        None => scan.insert(Scan::begin(bytes)?),
    };
    let mut rest = bytes.get(open.at..).unwrap_or_default();
    let passed = match &mut open.value {
        Value::Binary(skip) => skip.advance(&mut rest),
        Value::Compact(skip) => skip.advance(&mut rest),
    };
    open.at = bytes.len().saturating_sub(rest.len());
    let found = open.at.saturating_add(open.missing());
    if found > limits.frame {
        return Err(Malformed::TooLong {
            found,
            limit: limits.frame,
        });
    }
    passed?;
    *scan = None;
    Ok(found)
}

impl Scan {
    /// Stands behind the head.
    fn begin(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut rest = bytes;
        let value = match opening(&mut rest)?.0 {
            Protocol::Binary | Protocol::OldBinary => Value::Binary(Skip::new(TType::Struct, 0)),
            Protocol::Compact => Value::Compact(Skip::new(TType::Struct, 0)),
        };
        let at = bytes.len().saturating_sub(rest.len());
        Ok(Self { value, at })
    }

    fn missing(&self) -> usize {
        match &self.value {
            Value::Binary(skip) => skip.missing(),
            Value::Compact(skip) => skip.missing(),
        }
    }
}

/// A frame without its length.
fn framed(style: Option<Style>, frame: Bytes) -> Result<Frame, Malformed> {
    let Some(style) = style else {
        return Ok(Frame {
            framing: Framing::Framed,
            payload: frame,
            header: None,
        });
    };
    let (header, mut payload) = Header::read(style, &frame)?;
    let framed = is_framed(&payload);
    if framed {
        payload.advance(LENGTH);
    }
    Ok(Frame {
        framing: Framing::Header {
            style,
            sequence: header.sequence,
            framed,
        },
        payload,
        header: Some(header),
    })
}

/// Whether the message behind a header has its length before it.
fn is_framed(payload: &[u8]) -> bool {
    let Some((length, message)) = payload.split_first_chunk::<LENGTH>() else {
        return false;
    };
    usize::try_from(u32::from_be_bytes(*length)) == Ok(message.len()) && !begins_message(*length)
}
