//! A client of HTTP/2 that may be as rude as it likes: it writes the frames of RFC 9113 itself.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::timeout;

use super::bounded;

/// The client's end of a connection.
pub(super) struct Raw {
    stream: DuplexStream,
    /// Whether it answers settings and pings.
    pub(super) is_polite: bool,
}

#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) stream: u32,
    pub(super) payload: Vec<u8>,
}

// RFC 9113, section 6
pub(super) const DATA: u8 = 0;
pub(super) const HEADERS: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
pub(super) const PING: u8 = 6;
pub(super) const GOAWAY: u8 = 7;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const CONTINUATION: u8 = 9;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
const ACK: u8 = 1;
/// Section 6.5.2.
pub(super) const INITIAL_WINDOW_SIZE: u16 = 4;
/// The largest window; section 6.9.1.
pub(super) const ENDLESS: u32 = (1 << 31) - 1;
// section 7
pub(super) const NO_ERROR: u32 = 0;
pub(super) const REFUSED_STREAM: u32 = 7;
pub(super) const ENHANCE_YOUR_CALM: u32 = 11;

impl Raw {
    /// Says hello.
    pub(super) async fn open(stream: DuplexStream, settings: &[(u16, u32)]) -> Self {
        let mut raw = Self {
            stream,
            is_polite: true,
        };
        let mut hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        let mut payload = Vec::new();
        for (name, value) in settings {
            payload.extend(name.to_be_bytes());
            payload.extend(value.to_be_bytes());
        }
        hello.extend(frame(SETTINGS, 0, 0, &payload));
        raw.write(&hello).await;
        raw
    }

    /// Writes bytes; the server may have gone.
    pub(super) async fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// Asks for a path.
    pub(super) async fn get(&mut self, stream: u32, path: &str) {
        self.write(&get(stream, path)).await;
    }

    /// Reads a frame that is neither of settings nor a ping nor room for the whole connection; `None` at the end.
    pub(super) async fn frame(&mut self) -> Option<Frame> {
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await.ok()?;
            let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
            self.stream.read_exact(&mut payload).await.ok()?;
            let [_, _, _, kind, flags, stream @ ..] = head;
            let stream = u32::from_be_bytes(stream);
            match kind {
                WINDOW_UPDATE if stream == 0 => {}
                SETTINGS | PING => {
                    if flags & ACK == 0 && self.is_polite {
                        let payload = if kind == PING { &payload[..] } else { &[] };
                        self.write(&frame(kind, ACK, 0, payload)).await;
                    }
                }
                _ => {
                    return Some(Frame {
                        kind,
                        stream,
                        payload,
                    });
                }
            }
        }
    }

    /// Reads on to a frame of this kind on this stream.
    pub(super) async fn until(&mut self, kind: u8, stream: u32) -> Frame {
        loop {
            let next = bounded(self.frame()).await;
            let next = next.unwrap_or_else(|| panic!("no frame {kind} on stream {stream}"));
            if (next.kind, next.stream) == (kind, stream) {
                return next;
            }
        }
    }

    /// Waits, and hears nothing but goodbyes.
    pub(super) async fn wait(&mut self, time: Duration) {
        let hearing = async {
            loop {
                match self.frame().await {
                    Some(frame) if frame.kind == GOAWAY => {}
                    other => return other,
                }
            }
        };
        let heard = timeout(time, hearing).await;
        assert!(heard.is_err(), "{heard:?}");
    }

    /// Reads to the end, and returns the codes of the server's goodbyes.
    pub(super) async fn goodbyes(&mut self) -> Vec<u32> {
        let mut codes = Vec::new();
        while let Some(frame) = bounded(self.frame()).await {
            if frame.kind == GOAWAY {
                codes.push(frame.code());
            }
        }
        codes
    }
}

impl Frame {
    /// Reads the error code of `RST_STREAM` or `GOAWAY`.
    pub(super) fn code(&self) -> u32 {
        let at = if self.kind == GOAWAY { 4 } else { 0 };
        u32::from_be_bytes(self.payload[at..at + 4].try_into().unwrap())
    }

    /// Says whether a block of headers begins with `:status 200` (RFC 7541, appendix A).
    pub(super) fn is_ok(&self) -> bool {
        self.payload.starts_with(&[0x88])
    }
}

/// Writes a frame.
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// Writes a request without a body.
pub(super) fn get(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_HEADERS | END_STREAM, stream, &block(path))
}

/// Writes the block of a request's headers, all as literals or from the static table (RFC 7541, appendix A).
pub(super) fn block(path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86, 0x01, 1, b'a', 0x04];
    block.push(u8::try_from(path.len()).unwrap());
    block.extend(path.as_bytes());
    block
}
