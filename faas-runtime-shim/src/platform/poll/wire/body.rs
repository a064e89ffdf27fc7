//! Finds the end of an answer's body: counted, in chunks (RFC 9112, section 7.1) or at the end of
//! the connection.
//!
//! A state machine over bytes in any portions. Extensions and trailers of chunks are read and
//! dropped.

use super::head::Framing;
use super::malformed::{Malformed, excerpt};

/// The longest size line of a chunk, extensions included, and the most bytes of all trailers.
const LINE_LIMIT: usize = 4 * 1024;

/// How much is set aside for a body at once, however long it says that it will be.
const STEP: usize = 256 * 1024;

/// Decodes one body, portion by portion.
#[derive(Debug)]
pub(super) struct Decoder {
    state: State,
    limit: usize,
    /// Bytes of the size line or the trailers so far.
    line: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// So many bytes of a counted body are due.
    Length(usize),
    UntilClose,
    /// Before the first digit of a chunk's size.
    SizeFirst,
    Size(usize),
    /// Behind blanks that follow a size.
    SizeBlank(usize),
    Extension(usize),
    SizeLineFeed(usize),
    /// So many bytes of a chunk are due.
    Data(usize),
    DataReturn,
    DataLineFeed,
    /// At the start of a trailer's line, or of the blank one.
    Trailer,
    TrailerRest,
    TrailerLineFeed,
    LastLineFeed,
    Done,
}

impl Decoder {
    /// Prepares for a body; one that is declared longer than the limit is refused before anything
    /// is set aside for it.
    pub(super) fn new(framing: Framing, limit: usize) -> Result<Self, Malformed> {
        let state = match framing {
            Framing::Length(0) => State::Done,
            Framing::Length(found) if found > limit => {
                return Err(Malformed::LongBody { found, limit });
            }
            Framing::Length(length) => State::Length(length),
            Framing::Chunked => State::SizeFirst,
            Framing::UntilClose => State::UntilClose,
        };
        Ok(Self {
            state,
            limit,
            line: 0,
        })
    }

    /// Whether the body is complete.
    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes what belongs to the body, appends its data to `body` and says how many bytes of
    /// `input` that were: all of them, unless the body has ended before.
    pub(super) fn decode(&mut self, input: &[u8], body: &mut Vec<u8>) -> Result<usize, Malformed> {
        let mut rest = input;
        while self.state != State::Done {
            if let Some(due) = self.due(body.len()) {
                let (data, after) = rest.split_at_checked(due).unwrap_or((rest, &[]));
                self.reserve(body);
                body.extend_from_slice(data);
                self.took(data.len(), body.len())?;
                rest = after;
                if rest.is_empty() {
                    break;
                }
            } else {
                let Some((byte, after)) = rest.split_first() else {
                    break;
                };
                self.step(*byte, body.len())?;
                rest = after;
            }
        }
        Ok(input.len().saturating_sub(rest.len()))
    }

    /// How many bytes may be read straight into the body, when data are what comes next. Never
    /// zero.
    ///
    /// Of an uncounted body it is one more than the limit allows, so that `took` sees one that is
    /// too long.
    pub(super) fn due(&self, have: usize) -> Option<usize> {
        match self.state {
            State::Length(due) | State::Data(due) => Some(due),
            State::UntilClose => Some(self.limit.saturating_sub(have).saturating_add(1)),
            _ => None,
        }
    }

    /// Makes room for some of the bytes that are due: what was promised is believed step by step.
    pub(super) fn reserve(&self, body: &mut Vec<u8>) {
        let Some(due) = self.due(body.len()) else {
            return;
        };
        if body.capacity() > body.len() {
            return;
        }
        let step = due.min(STEP.max(body.len()));
        match self.state {
            // Exactly, so that a counted body ends up in an allocation of its own size.
            State::Length(_) => body.reserve_exact(step),
            State::UntilClose => body.reserve(step.min(STEP)),
            _ => body.reserve(step),
        }
    }

    /// Notes that `count` of the bytes that were due lie in the body, which is `have` bytes long
    /// now.
    pub(super) fn took(&mut self, count: usize, have: usize) -> Result<(), Malformed> {
        self.state = match self.state {
            State::Length(due) if due <= count => State::Done,
            State::Length(due) => State::Length(due.saturating_sub(count)),
            State::Data(due) if due <= count => State::DataReturn,
            State::Data(due) => State::Data(due.saturating_sub(count)),
            State::UntilClose if have > self.limit => return Err(self.too_long(have)),
            other => other,
        };
        Ok(())
    }

    /// Takes note of the connection's end, which some bodies end with.
    pub(super) fn end(&mut self) {
        if self.state == State::UntilClose {
            self.state = State::Done;
        }
    }

    /// One byte of a chunk's framing.
    fn step(&mut self, byte: u8, have: usize) -> Result<(), Malformed> {
        self.line = self.line.saturating_add(1);
        if self.line > LINE_LIMIT {
            return Err(Malformed::LongChunkLine { limit: LINE_LIMIT });
        }
        self.state = match (self.state, byte) {
            (State::SizeFirst, _) => State::Size(digit(byte).ok_or_else(|| no_size(byte))?),
            (State::Size(size) | State::SizeBlank(size) | State::Extension(size), b'\r') => {
                State::SizeLineFeed(size)
            }
            (State::Size(size) | State::SizeBlank(size), b';') => State::Extension(size),
            // RFC 9112, section 7.1.1 calls these blanks bad, and wants them read.
            (State::Size(size) | State::SizeBlank(size), b' ' | b'\t') => State::SizeBlank(size),
            (State::SizeBlank(_), _) => return Err(unexpected("`;` or CR behind a size", byte)),
            (State::Size(size), _) => {
                let digit = digit(byte).ok_or_else(|| no_size(byte))?;
                let more = size
                    .checked_mul(16)
                    .and_then(|size| size.checked_add(digit));
                State::Size(more.ok_or_else(|| self.too_long(usize::MAX))?)
            }
            (State::Extension(_), b'\n') => return Err(unexpected("CR before LF", byte)),
            (State::Extension(size), _) => State::Extension(size),
            (State::SizeLineFeed(0), b'\n') => {
                self.line = 0;
                State::Trailer
            }
            (State::SizeLineFeed(size), b'\n') => {
                self.line = 0;
                let whole = have.saturating_add(size);
                if whole > self.limit {
                    return Err(self.too_long(whole));
                }
                State::Data(size)
            }
            (State::DataReturn, b'\r') => State::DataLineFeed,
            (State::DataReturn, _) => return Err(unexpected("CR behind a chunk's data", byte)),
            (State::DataLineFeed, b'\n') => {
                self.line = 0;
                State::SizeFirst
            }
            (State::Trailer, b'\r') => State::LastLineFeed,
            (State::TrailerRest, b'\r') => State::TrailerLineFeed,
            (State::Trailer | State::TrailerRest, b'\n') => {
                return Err(unexpected("CR before LF", byte));
            }
            (State::Trailer | State::TrailerRest, _) => State::TrailerRest,
            (State::TrailerLineFeed, b'\n') => State::Trailer,
            (State::LastLineFeed, b'\n') => State::Done,
            (
                State::SizeLineFeed(_)
                | State::DataLineFeed
                | State::TrailerLineFeed
                | State::LastLineFeed,
                _,
            ) => return Err(unexpected("LF behind CR", byte)),
            (state @ (State::Length(_) | State::UntilClose | State::Data(_) | State::Done), _) => {
                state
            }
        };
        Ok(())
    }

    fn too_long(&self, found: usize) -> Malformed {
        Malformed::LongBody {
            found,
            limit: self.limit,
        }
    }
}

fn digit(byte: u8) -> Option<usize> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| usize::try_from(digit).ok())
}

fn no_size(byte: u8) -> Malformed {
    unexpected("a chunk's size in hexadecimal digits", byte)
}

fn unexpected(expected: &'static str, byte: u8) -> Malformed {
    Malformed::Chunk {
        expected,
        found: excerpt(&[byte]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunked(text: &[u8], limit: usize) -> Result<(Vec<u8>, usize, bool), Malformed> {
        let mut decoder = Decoder::new(Framing::Chunked, limit)?;
        let mut body = Vec::new();
        let used = decoder.decode(text, &mut body)?;
        Ok((body, used, decoder.is_done()))
    }

    #[track_caller]
    fn check(text: &str, body: &str, left: &str) {
        let (found, used, done) = chunked(text.as_bytes(), 1000).unwrap();
        assert_eq!(String::from_utf8(found).unwrap(), body, "{text:?}");
        assert_eq!(text.split_at(used).1, left, "{text:?}");
        assert!(done, "{text:?}");
    }

    #[track_caller]
    fn refused(text: &str, because: &str) {
        let error = chunked(text.as_bytes(), 1000).unwrap_err().to_string();
        assert!(error.contains(because), "{text:?}: {error}");
    }

    #[test]
    fn chunks_extensions_and_trailers_are_read() {
        check("0\r\n\r\n", "", "");
        check("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde", "");
        check(
            "00A\r\n0123456789\r\n0\r\n\r\nHTTP/1.1 408",
            "0123456789",
            "HTTP/1.1 408",
        );
        check("3;a=\"b\";c\r\nabc\r\n0;last\r\n\r\n", "abc", "");
        check("3 ;a\r\nabc\r\n0  \r\n\r\n", "abc", "");
        check("1\r\n\r\r\n0\r\nX: 1\r\nY: \r\n\r\n", "\r", "");
    }

    #[test]
    fn broken_framing_is_refused_by_the_byte_that_breaks_it() {
        refused(
            "\r\n",
            r"hexadecimal digits in the chunked body, found `\r`",
        );
        refused("g\r\n", "found `g`");
        refused("-1\r\n", "found `-`");
        refused("1g\r\n", "found `g`");
        refused(
            "1 2\r\n",
            "`;` or CR behind a size in the chunked body, found `2`",
        );
        refused("1\n", r"found `\n`");
        refused("1;a\n", "CR before LF");
        refused("1\ra", "LF behind CR");
        refused("1\r\nab", "CR behind a chunk's data");
        refused("1\r\na\r0", "LF behind CR");
        refused("0\r\nX: 1\n", "CR before LF");
        refused("0\r\n\rX", "LF behind CR");
    }

    #[test]
    fn sizes_and_lines_are_limited() {
        refused("10000000000000000\r\n", "over the limit");
        refused("ffffffffffffffff\r\n", "over the limit");
        refused(
            "3e9\r\n",
            "a body of 1001 bytes or more is over the limit of 1000",
        );
        refused(
            &format!("1f4\r\n{}\r\n1f5\r\n", "x".repeat(500)),
            "1001 bytes",
        );
        refused(
            &format!("1;{}", "x".repeat(LINE_LIMIT)),
            "longer than 4096 bytes",
        );
        refused(
            &format!("0\r\n{}", "X: 1\r\n".repeat(LINE_LIMIT)),
            "longer than 4096 bytes",
        );
        check(
            &format!("3e8\r\n{}\r\n0\r\n\r\n", "x".repeat(1000)),
            &"x".repeat(1000),
            "",
        );
    }

    #[test]
    fn a_counted_body_is_refused_before_and_believed_step_by_step() {
        assert!(Decoder::new(Framing::Length(1001), 1000).is_err());
        let mut body = Vec::new();
        let decoder = Decoder::new(Framing::Length(1 << 30), 1 << 30).unwrap();
        decoder.reserve(&mut body);
        assert_eq!(body.capacity(), STEP);
    }

    #[test]
    fn a_body_until_the_close_is_limited_as_well() {
        let mut decoder = Decoder::new(Framing::UntilClose, 3).unwrap();
        let mut body = Vec::new();
        assert_eq!(decoder.decode(b"abc", &mut body).unwrap(), 3);
        decoder.end();
        assert!(decoder.is_done());

        let mut decoder = Decoder::new(Framing::UntilClose, 3).unwrap();
        let mut body = Vec::new();
        let error = decoder.decode(b"abcd", &mut body).unwrap_err();
        assert!(
            matches!(error, Malformed::LongBody { found: 4, limit: 3 }),
            "{error}"
        );
    }

    #[test]
    fn only_a_body_until_the_close_ends_with_the_connection() {
        let cases = [
            (Framing::UntilClose, true),
            (Framing::Length(0), true),
            (Framing::Length(1), false),
            (Framing::Chunked, false),
        ];
        for (framing, complete) in cases {
            let mut decoder = Decoder::new(framing, 3).unwrap();
            decoder.end();
            assert_eq!(decoder.is_done(), complete, "{framing:?}");
        }
    }
}
