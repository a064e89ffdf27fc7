//! As much of HTTP/2 as calls of gRPC need: one connection, and as many streams on it as the caller likes (RFC 9113).
//!
//! Written by hand, so that the client takes little of the machine that it shares with the server. It leaves out what no server
//! here does: answers are not padded, and no header of theirs is read, so a call has succeeded if its message came.

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// A connection, over which one method is called with one message.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    message: Vec<u8>,
    path: String,
    next: u32,
    read: Vec<u8>,
    written: Vec<u8>,
}

/// An answer whose stream has ended: its number, and the bytes of its messages.
pub type Ended = (u32, Vec<u8>);

impl Connection {
    /// Opens one to call the method at `path`.
    ///
    /// # Errors
    ///
    /// Nobody listens there.
    pub fn open(address: &str, path: &str, message: &[u8]) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let mut connection = Self {
            stream,
            message: framed(message),
            path: path.to_owned(),
            next: 1,
            read: Vec::new(),
            written: PREFACE.to_vec(),
        };
        let window = [&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &WIDE.to_be_bytes()].concat();
        connection.frame(SETTINGS, 0, 0, &window);
        connection.frame(WINDOW_UPDATE, 0, 0, &(WIDE - FIRST_WINDOW).to_be_bytes());
        connection.flush()?;
        Ok(connection)
    }

    /// Writes a call down, to be sent with the next [`flush`](Self::flush); returns the number of its stream.
    pub fn call(&mut self) -> u32 {
        let number = self.next;
        self.next += 2;
        let head = if number == 1 {
            self.first_head()
        } else {
            HEAD.to_vec()
        };
        self.frame(HEADERS, END_HEADERS, number, &head);
        let message = std::mem::take(&mut self.message);
        self.frame(DATA, END_STREAM, number, &message);
        self.message = message;
        number
    }

    /// Sends what has been written down.
    ///
    /// # Errors
    ///
    /// The server is gone.
    pub fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.written)?;
        self.written.clear();
        Ok(())
    }

    /// Waits for more of the answers in `open`, which come without messages; takes those out that have ended.
    ///
    /// # Errors
    ///
    /// The server is gone, or ends the connection or a stream.
    pub fn wait(&mut self, open: &mut Vec<Ended>) -> io::Result<Vec<Ended>> {
        let mut piece = [0; 16 * 1024];
        let count = self.stream.read(&mut piece)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.read.extend_from_slice(&piece[..count]);
        let read = std::mem::take(&mut self.read);
        let (mut rest, mut ended) = (&read[..], Vec::new());
        while let Some((frame, after)) = Frame::read(rest) {
            rest = after;
            self.take(&frame, open, &mut ended)?;
        }
        self.read = rest.to_vec();
        Ok(ended)
    }

    fn take(
        &mut self,
        frame: &Frame<'_>,
        open: &mut Vec<Ended>,
        ended: &mut Vec<Ended>,
    ) -> io::Result<()> {
        match frame.kind {
            SETTINGS if frame.flags & ACK == 0 => self.frame(SETTINGS, ACK, 0, &[]),
            PING if frame.flags & ACK == 0 => self.frame(PING, ACK, 0, frame.payload),
            RST_STREAM | GOAWAY => {
                let payload = frame.payload;
                return Err(io::Error::other(format!(
                    "given up by the server: {payload:?}"
                )));
            }
            DATA | HEADERS => {
                let Some(index) = open.iter().position(|(number, _)| *number == frame.stream)
                else {
                    return Err(io::Error::other(format!(
                        "nobody asked on {}",
                        frame.stream
                    )));
                };
                if frame.kind == DATA {
                    open[index].1.extend_from_slice(frame.payload);
                }
                if frame.flags & END_STREAM != 0 {
                    ended.push(open.swap_remove(index));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        self.written.extend_from_slice(&length.to_be_bytes()[1..]);
        self.written.extend_from_slice(&[kind, flags]);
        self.written.extend_from_slice(&stream.to_be_bytes());
        self.written.extend_from_slice(payload);
    }

    /// Every field by name and value, those that are in no table put into the connection's (RFC 7541, section 6.2.1).
    fn first_head(&self) -> Vec<u8> {
        let mut head = vec![METHOD_POST, SCHEME_HTTP];
        let text = |head: &mut Vec<u8>, text: &str| {
            head.push(u8::try_from(text.len()).unwrap_or(127));
            head.extend_from_slice(text.as_bytes());
        };
        for (name, value) in [
            (NAME_PATH, self.path.as_str()),
            (NAME_AUTHORITY, "127.0.0.1"),
        ] {
            head.push(name);
            text(&mut head, value);
        }
        for (name, value) in [
            ("te", "trailers"),
            ("content-type", "application/grpc"),
            ("user-agent", "grpc-bench"),
        ] {
            head.push(NEW_NAME);
            text(&mut head, name);
            text(&mut head, value);
        }
        head
    }
}

struct Frame<'a> {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// Takes the first frame off `bytes`, if all of it is there.
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (head, rest) = bytes.split_first_chunk::<9>()?;
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = *head;
        let length = u32::from_be_bytes([0, l0, l1, l2]) as usize;
        let (payload, rest) = rest.split_at_checked(length)?;
        let stream = u32::from_be_bytes([s0, s1, s2, s3]);
        let frame = Self {
            kind,
            flags,
            stream,
            payload,
        };
        Some((frame, rest))
    }
}

/// A message as gRPC sends it: not packed, and its length before it.
#[must_use]
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[0], &length.to_be_bytes()[..], message].concat()
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// RFC 9113, section 6.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const INITIAL_WINDOW_SIZE: u16 = 4;
const FIRST_WINDOW: u32 = 65_535;
const WIDE: u32 = (1 << 31) - 1;

// RFC 7541, appendix A.
const METHOD_POST: u8 = 0x83;
const SCHEME_HTTP: u8 = 0x86;
const NAME_AUTHORITY: u8 = 0x41;
const NAME_PATH: u8 = 0x44;
const NEW_NAME: u8 = 0x40;

/// The same again: what the first head put into the table, the last of it first.
const HEAD: [u8; 7] = [
    METHOD_POST,
    SCHEME_HTTP,
    0x80 | 66,
    0x80 | 65,
    0x80 | 64,
    0x80 | 63,
    0x80 | 62,
];
