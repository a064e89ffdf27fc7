//! Follows message boundaries in what an HTTP/1 client sends, and finds the first byte that RFC 9112 forbids.
//!
//! A state machine over chunks of any size: heads line by line (only `host`, `content-length` and `transfer-encoding` are
//! looked at closely), then the body by its length or its chunks, then the next head. Whatever hyper takes for a head or a
//! body ends here at the same byte; what hyper refuses anyway (a NUL, a space before a colon) is left to hyper.
//! Two streams are not HTTP/1 and pass from some byte on: HTTP/2 with prior knowledge, and an upgraded connection.

#![deny(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

use super::chunks::Chunks;
use super::find::{from_line_end, from_space};
use super::host::Host;
use super::violation::Violation;

/// Feed it every byte of a connection in order, until it refuses one.
#[derive(Debug)]
pub(crate) struct Scanner {
    at: At,
    head: Head,
    heads: u32,
}

/// The first forbidden byte of a chunk. In a head it is always one before the head's end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    /// The byte's place in the chunk.
    pub(crate) at: usize,
    /// What it violates.
    pub(crate) violation: Violation,
}

/// What the next byte would belong to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum Phase {
    /// The next request, of which nothing has come.
    Between,
    /// A request's head.
    Head,
    /// A request's body.
    Body,
    /// Another protocol than HTTP/1.
    Passing,
    /// Nothing: a byte was refused.
    Refused,
}

impl Scanner {
    /// Stands before the first byte of a connection.
    pub(crate) fn new() -> Self {
        Self {
            at: At::Preface(0),
            head: Head::default(),
            heads: 0,
        }
    }

    /// Takes the next bytes of the connection.
    ///
    /// # Errors
    ///
    /// Returns the first forbidden byte; nothing behind it has been looked at, and every later byte is refused too.
    pub(crate) fn feed(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        let mut rest = chunk;
        while let [byte, tail @ ..] = rest {
            if let At::Refused(violation) = self.at {
                let at = chunk.len().saturating_sub(rest.len());
                return Err(Refusal { at, violation });
            }
            rest = self.step(*byte, tail, rest);
        }
        Ok(())
    }

    /// Lets all further bytes pass: the connection has changed to another protocol.
    pub(super) fn pass(&mut self) {
        self.at = At::Passing;
    }

    /// Says what the next byte would belong to.
    #[inline]
    pub(crate) fn phase(&self) -> Phase {
        match self.at {
            At::Preface(0) | At::Start | At::StartLf => Phase::Between,
            At::Preface(_)
            | At::Method
            | At::Target
            | At::Version(_)
            | At::VersionEnd
            | At::LineLf
            | At::Line
            | At::Skip
            | At::Name(..)
            | At::Host(_)
            | At::Length { .. }
            | At::Coding(_)
            | At::HeadLf => Phase::Head,
            At::Body { .. } | At::Chunks(_) => Phase::Body,
            At::Passing => Phase::Passing,
            At::Refused(_) => Phase::Refused,
        }
    }

    /// Counts the heads that have passed, wrapping.
    #[inline]
    pub(crate) fn heads(&self) -> u32 {
        self.heads
    }

    /// Takes at least the first byte of `rest`, which is `byte`, and returns those behind; `tail` is behind the first one.
    ///
    /// It takes none when it refuses the first of those that it returns, and when HTTP/2's preface turns out to be none.
    fn step<'a>(&mut self, byte: u8, tail: &'a [u8], rest: &'a [u8]) -> &'a [u8] {
        match self.at {
            At::Preface(seen) => self.preface(seen, byte, tail, rest),
            At::Start => match byte {
                b'\r' => self.go(At::StartLf, tail),
                b'\n' => self.refuse(rest, Violation::BareLf),
                _ => self.method(rest),
            },
            // Section 2.2: empty lines before a request line are to be ignored.
            At::StartLf => match byte {
                b'\n' => self.go(At::Start, tail),
                _ => self.refuse(rest, Violation::BareCr),
            },
            At::Method => self.method(rest),
            At::Target => self.target(rest),
            At::Version(left) => self.version(left, byte, tail, rest),
            At::VersionEnd => match byte {
                b'\r' => self.line_lf(tail),
                _ => self.refuse(rest, Violation::RequestLine),
            },
            At::LineLf => self.line_lf(rest),
            At::Line => self.line(rest),
            At::Skip => self.skip(rest),
            At::Name(field, left) => self.name(field, left, rest),
            At::Host(host) => self.host(host, rest),
            At::Length { value, ended } => self.length(value, ended, rest),
            At::Coding(left) => self.coding(left, byte, tail, rest),
            At::HeadLf => self.head_lf(rest),
            At::Body { left } => match take(left, rest) {
                (0, behind) => self.go(At::Start, behind),
                (left, behind) => self.go(At::Body { left }, behind),
            },
            At::Chunks(chunks) => match chunks.step(byte, tail, rest) {
                Ok((Some(next), behind)) => self.go(At::Chunks(next), behind),
                Ok((None, behind)) => self.go(At::Start, behind),
                Err(from) => self.refuse(from, Violation::Chunk),
            },
            At::Passing => &[],
            At::Refused(_) => rest,
        }
    }

    #[inline]
    fn go<'a>(&mut self, at: At, rest: &'a [u8]) -> &'a [u8] {
        self.at = at;
        rest
    }

    #[cold]
    fn refuse<'a>(&mut self, rest: &'a [u8], violation: Violation) -> &'a [u8] {
        self.go(At::Refused(violation), rest)
    }

    /// hyper-util chooses HTTP/2 by the same rule: all 24 bytes, at the start of the connection.
    fn preface<'a>(&mut self, seen: usize, byte: u8, tail: &'a [u8], rest: &'a [u8]) -> &'a [u8] {
        match PREFACE.get(seen..) {
            Some([expected]) if *expected == byte => self.go(At::Passing, tail),
            Some([expected, ..]) if *expected == byte => {
                self.go(At::Preface(seen.saturating_add(1)), tail)
            }
            // What looked like the preface so far was an ordinary head, and is now read as one.
            _ => {
                self.at = At::Start;
                match self.feed(PREFACE.get(..seen).unwrap_or_default()) {
                    Ok(()) => rest,
                    Err(refusal) => self.refuse(rest, refusal.violation),
                }
            }
        }
    }

    fn method<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match from_space(rest) {
            Some([b' ', tail @ ..]) => self.target(tail),
            Some(from) => self.refuse(from, Violation::RequestLine),
            None => self.go(At::Method, &[]),
        }
    }

    fn target<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match from_space(rest) {
            Some([b' ', tail @ ..]) => match tail.strip_prefix(b"HTTP/1.1\r\n") {
                Some(behind) => {
                    self.at = At::Line;
                    self.line(behind)
                }
                None => self.go(At::Version(b"HTTP/1."), tail),
            },
            Some(from) => self.refuse(from, Violation::RequestLine),
            None => self.go(At::Target, &[]),
        }
    }

    fn version<'a>(
        &mut self,
        left: &'static [u8],
        byte: u8,
        tail: &'a [u8],
        rest: &'a [u8],
    ) -> &'a [u8] {
        match (left, byte) {
            ([expected, left @ ..], _) if *expected == byte => self.go(At::Version(left), tail),
            ([], b'0' | b'1') => {
                self.head.old = byte == b'0';
                self.go(At::VersionEnd, tail)
            }
            _ => self.refuse(rest, Violation::RequestLine),
        }
    }

    /// Stands behind the CR of a line in a head.
    #[inline]
    fn line_lf<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match rest {
            [b'\n', tail @ ..] => self.go(At::Line, tail),
            [] => self.go(At::LineLf, rest),
            _ => self.refuse(rest, Violation::BareCr),
        }
    }

    fn line<'a>(&mut self, mut rest: &'a [u8]) -> &'a [u8] {
        while let [byte, tail @ ..] = rest
            && matches!(self.at, At::Line)
        {
            rest = match byte {
                b'h' | b'H' => self.name(Field::Host, b"ost", tail),
                b'c' | b'C' => self.name(Field::Length, b"ontent-length", tail),
                b't' | b'T' => self.name(Field::Coding, b"ransfer-encoding", tail),
                b'\r' => self.head_lf(tail),
                b' ' | b'\t' => self.refuse(rest, Violation::Folded),
                _ => self.skip(rest),
            }
        }
        rest
    }

    /// Goes on to the next line.
    #[inline]
    fn skip<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match from_line_end(rest) {
            Some([b'\r', tail @ ..]) => self.line_lf(tail),
            Some(from) => self.refuse(from, Violation::BareLf),
            None => self.go(At::Skip, &[]),
        }
    }

    /// Compares with the rest of a name. Any other header's line is skipped, a CR in its name included.
    #[inline(always)] // Comparing with a constant takes a third of the time.
    fn name<'a>(&mut self, field: Field, left: &'static [u8], rest: &'a [u8]) -> &'a [u8] {
        match rest.split_at_checked(left.len()) {
            // Most clients write names alike, and equality is cheap.
            Some((name, from @ [b':', ..])) if name == left || name.eq_ignore_ascii_case(left) => {
                self.colon(field, from)
            }
            Some((_, [_, ..])) => self.skip(rest),
            // The chunk ends in the name, or where its colon may come.
            Some((_, [])) | None => match left.split_at_checked(rest.len()) {
                Some((part, left)) if part.eq_ignore_ascii_case(rest) => {
                    self.go(At::Name(field, left), &[])
                }
                _ => self.skip(rest),
            },
        }
    }

    #[inline]
    fn colon<'a>(&mut self, field: Field, rest: &'a [u8]) -> &'a [u8] {
        let value = rest.get(1..).unwrap_or_default();
        match (self.head.meets(field), field) {
            (Err(violation), _) => self.refuse(rest, violation),
            (Ok(()), Field::Host) => self.host(Host::Before, value),
            (Ok(()), Field::Length) => self.length(None, false, value),
            (Ok(()), Field::Coding) => self.go(At::Coding(CHUNKED), value),
        }
    }

    fn host<'a>(&mut self, host: Host, rest: &'a [u8]) -> &'a [u8] {
        match host.take(rest) {
            Ok((host, [b'\r', tail @ ..])) if host.is_complete() => self.line_lf(tail),
            Ok((host, [])) => self.go(At::Host(host), &[]),
            Ok((_, from)) | Err(from) => self.refuse(from, Violation::Host),
        }
    }

    fn length<'a>(
        &mut self,
        mut value: Option<u64>,
        mut ended: bool,
        mut rest: &'a [u8],
    ) -> &'a [u8] {
        while let [byte, tail @ ..] = rest {
            match (byte, value) {
                (b'\r', Some(length)) => {
                    self.head.length = Some(length);
                    return self.line_lf(tail);
                }
                (b' ' | b'\t', _) => ended = value.is_some(),
                (b'0'..=b'9', _) if !ended => match add_digit(value, *byte) {
                    None => return self.refuse(rest, Violation::Length),
                    longer => value = longer,
                },
                _ => return self.refuse(rest, Violation::Length),
            }
            rest = tail;
        }
        self.go(At::Length { value, ended }, rest)
    }

    fn coding<'a>(
        &mut self,
        left: &'static [u8],
        byte: u8,
        tail: &'a [u8],
        rest: &'a [u8],
    ) -> &'a [u8] {
        match (left, byte) {
            ([], b'\r') => {
                self.head.chunked = true;
                self.line_lf(tail)
            }
            ([] | CHUNKED, b' ' | b'\t') => self.go(At::Coding(left), tail),
            ([expected, left @ ..], _) if expected.eq_ignore_ascii_case(&byte) => {
                self.go(At::Coding(left), tail)
            }
            _ => self.refuse(rest, Violation::Coding),
        }
    }

    /// Stands behind the CR of the empty line that ends a head.
    fn head_lf<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        match rest {
            [b'\n', tail @ ..] => {
                if !self.head.host && !self.head.old {
                    return self.refuse(rest, Violation::NoHost);
                }
                self.heads = self.heads.wrapping_add(1);
                let body = self.head.body();
                self.head = Head::default();
                self.go(body, tail)
            }
            [] => self.go(At::HeadLf, rest),
            _ => self.refuse(rest, Violation::BareCr),
        }
    }
}

/// Takes bytes of a body: how many are still to come, and what is behind it.
pub(super) fn take(left: u64, rest: &[u8]) -> (u64, &[u8]) {
    let here = u64::try_from(rest.len()).unwrap_or(u64::MAX);
    match usize::try_from(left) {
        Ok(left) if left <= rest.len() => (0, rest.get(left..).unwrap_or_default()),
        _ => (left.saturating_sub(here), &[]),
    }
}

/// Where in the stream the next byte falls.
#[derive(Clone, Copy, Debug)]
enum At {
    /// At the start of the connection, behind so many bytes of HTTP/2's preface.
    Preface(usize),
    /// Before a request line.
    Start,
    /// Behind the CR of an empty line before a request line.
    StartLf,
    /// In the method.
    Method,
    /// In the target.
    Target,
    /// In the version, of which this is still to come, and a digit.
    Version(&'static [u8]),
    /// Behind the version's last digit.
    VersionEnd,
    /// Behind the CR of the request line or a header line.
    LineLf,
    /// At the start of a header line, or of the empty line that ends the head.
    Line,
    /// In a line of no interest.
    Skip,
    /// In what may become one of our fields' names, of which this is still to come, and a colon.
    Name(Field, &'static [u8]),
    /// In the value of `host`.
    Host(Host),
    /// In the value of `content-length`.
    Length { value: Option<u64>, ended: bool },
    /// In the value of `transfer-encoding`, of which this is still to come.
    Coding(&'static [u8]),
    /// Behind the CR of the empty line.
    HeadLf,
    /// In a body of known length.
    Body { left: u64 },
    /// In a chunked body.
    Chunks(Chunks),
    /// In another protocol.
    Passing,
    /// Behind a forbidden byte.
    Refused(Violation),
}

/// RFC 9113, section 3.4.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// RFC 9112, section 7.1; the names of codings ignore case (section 7).
const CHUNKED: &[u8] = b"chunked";

/// The headers that decide where a request ends and whom it is for.
#[derive(Clone, Copy, Debug)]
enum Field {
    Host,
    Length,
    Coding,
}

/// What the lines of a head have said so far.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    old: bool,
    host: bool,
    chunked: bool,
    length: Option<u64>,
}

impl Head {
    /// Notes another field, if it may stand beside the earlier ones.
    fn meets(&mut self, field: Field) -> Result<(), Violation> {
        match field {
            Field::Host if self.host => Err(Violation::TwoHosts),
            Field::Length if self.length.is_some() => Err(Violation::TwoLengths),
            Field::Coding if self.old => Err(Violation::OldCoding),
            Field::Coding if self.chunked => Err(Violation::TwoCodings),
            Field::Length if self.chunked => Err(Violation::LengthAndCoding),
            Field::Coding if self.length.is_some() => Err(Violation::LengthAndCoding),
            Field::Host => {
                self.host = true;
                Ok(())
            }
            Field::Length | Field::Coding => Ok(()),
        }
    }

    fn body(self) -> At {
        match self.length {
            _ if self.chunked => At::Chunks(Chunks::START),
            Some(0) | None => At::Start,
            Some(left) => At::Body { left },
        }
    }
}

/// Far above any limit, far below the numbers that hyper has another meaning for.
const LONGEST: u64 = u64::MAX >> 1;

fn add_digit(value: Option<u64>, byte: u8) -> Option<u64> {
    let digit = char::from(byte).to_digit(10)?;
    let value = value.unwrap_or(0).checked_mul(10)?;
    value
        .checked_add(u64::from(digit))
        .filter(|&value| value <= LONGEST)
}
