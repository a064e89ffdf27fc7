//! Reads an answer's head: status, where the headers lie, and how the body is framed (RFC 9112,
//! section 6.3).
//!
//! Headers stay where they are in the buffer; only their places are noted, since a dozen names at
//! most are looked up.

use std::mem::MaybeUninit;

use super::malformed::{Malformed, excerpt};

/// The longest head that is read; the platforms' own are below 8 KiB, but a client context may be
/// large.
pub(super) const HEAD_LIMIT: usize = 64 * 1024;

/// The most headers an answer may have.
pub(super) const HEADER_LIMIT: usize = 100;

/// What an answer's head says, besides its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// How many bytes it takes, the blank line included.
    pub(super) length: usize,
    pub(super) framing: Framing,
    /// Whether the peer leaves the connection open.
    pub(super) keep_alive: bool,
}

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
}

/// Where one header lies in the head's bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    name: Span,
    value: Span,
}

/// Reads the head at the start of `bytes` and notes its headers in `fields`; `None` when more bytes
/// are needed.
pub(super) fn parse(bytes: &[u8], fields: &mut Vec<Field>) -> Result<Option<Head>, Malformed> {
    let bytes = bytes.get(..HEAD_LIMIT).unwrap_or(bytes);
    // Said before the first line is through, so that a peer of another protocol is not waited for.
    // It also refuses the blank lines that `httparse` would skip.
    if !bytes
        .iter()
        .zip(b"HTTP/1.")
        .all(|(found, expected)| found == expected)
    {
        return Err(Malformed::NotHttp {
            found: excerpt(bytes),
        });
    }
    let mut room = [const { MaybeUninit::uninit() }; HEADER_LIMIT];
    let mut answer = httparse::Response::new(&mut []);
    let parsed = httparse::ParserConfig::default().parse_response_with_uninit_headers(
        &mut answer,
        bytes,
        &mut room,
    );
    let length = match parsed {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_LIMIT => return Ok(None),
        Ok(httparse::Status::Partial) => return Err(Malformed::LongHead { limit: HEAD_LIMIT }),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(Malformed::ManyHeaders {
                limit: HEADER_LIMIT,
            });
        }
        Err(source) => {
            return Err(Malformed::Head {
                line: culprit(bytes),
                source,
            });
        }
    };

    let mut rules = Rules {
        one_one: answer.version == Some(1),
        ..Rules::default()
    };
    fields.clear();
    for header in &*answer.headers {
        rules.add(header)?;
        let (name, value) = (header.name.as_bytes(), header.value);
        fields.push(Field {
            name: Span::of(name, bytes)?,
            value: Span::of(value, bytes)?,
        });
    }
    let status = answer.code.unwrap_or_default();
    Ok(Some(Head {
        status,
        length,
        framing: rules.framing(status)?,
        keep_alive: rules.keep_alive(),
    }))
}

/// The value of the first header of this name, compared without case.
pub(super) fn find<'a>(bytes: &'a [u8], fields: &[Field], name: &str) -> Option<&'a [u8]> {
    let name = name.as_bytes();
    let field = fields.iter().find(|field| {
        field.name.length() == name.len()
            && field
                .name
                .within(bytes)
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
    })?;
    field.value.within(bytes)
}

/// A stretch of the head, which `HEAD_LIMIT` keeps within `u16`.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u16,
    end: u16,
}

impl Span {
    fn of(part: &[u8], whole: &[u8]) -> Result<Self, Malformed> {
        let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        let place = |at| u16::try_from(at).map_err(|_| Malformed::LongHead { limit: HEAD_LIMIT });
        Ok(Self {
            start: place(start)?,
            end: place(start.wrapping_add(part.len()))?,
        })
    }

    fn length(self) -> usize {
        usize::from(self.end.wrapping_sub(self.start))
    }

    fn within(self, bytes: &[u8]) -> Option<&[u8]> {
        bytes.get(usize::from(self.start)..usize::from(self.end))
    }
}

/// The headers that decide about the body and the connection.
#[derive(Default)]
struct Rules {
    one_one: bool,
    length: Option<usize>,
    chunked: bool,
    close: bool,
}

impl Rules {
    fn add(&mut self, header: &httparse::Header<'_>) -> Result<(), Malformed> {
        let value = header.value;
        // The length first: most names have another one, and so cost one comparison.
        match header.name.len() {
            14 if header.name.eq_ignore_ascii_case("content-length") => {
                // Twice is refused even when both agree: RFC 9112, section 6.3 allows it, and no
                // platform sends it.
                let length = number(value).filter(|_| self.length.is_none());
                self.length = Some(length.ok_or_else(|| Malformed::Length {
                    found: excerpt(value),
                })?);
            }
            17 if header.name.eq_ignore_ascii_case("transfer-encoding") => {
                // Before HTTP/1.1 there is no such header, so its framing cannot be trusted (RFC
                // 9112, section 6.1).
                if !value.eq_ignore_ascii_case(b"chunked") || !self.one_one || self.chunked {
                    return Err(Malformed::Coding {
                        found: excerpt(value),
                    });
                }
                self.chunked = true;
            }
            10 if header.name.eq_ignore_ascii_case("connection") => {
                self.close |= value
                    .split(|byte| *byte == b',')
                    .any(|option| option.trim_ascii().eq_ignore_ascii_case(b"close"));
            }
            _ => {}
        }
        Ok(())
    }

    fn framing(&self, status: u16) -> Result<Framing, Malformed> {
        match (status, self.length, self.chunked) {
            (101, ..) => Err(Malformed::Switched),
            (100..200 | 204 | 304, ..) => Ok(Framing::Length(0)),
            (_, Some(_), true) => Err(Malformed::TwoFramings),
            (_, Some(length), false) => Ok(Framing::Length(length)),
            (_, None, true) => Ok(Framing::Chunked),
            (_, None, false) => Ok(Framing::UntilClose),
        }
    }

    fn keep_alive(&self) -> bool {
        self.one_one && !self.close
    }
}

/// Digits and nothing else: `parse` would also take a sign.
fn number(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_usize, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        number
            .checked_mul(10)?
            .checked_add(usize::try_from(digit).ok()?)
    })
}

/// The line that `httparse` stumbled over; of a header only its name, since a value may be a
/// credential.
fn culprit(bytes: &[u8]) -> String {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let status = lines.next().unwrap_or_default();
    let wrong = lines.find(|line| {
        let mut one = [httparse::EMPTY_HEADER; 1];
        httparse::parse_headers(line, &mut one).is_err()
    });
    match wrong {
        Some(line) => excerpt(line.split(|byte| *byte == b':').next().unwrap_or_default()),
        None => excerpt(status.trim_ascii_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Option<Head>, Malformed> {
        parse(text.as_bytes(), &mut Vec::new())
    }

    #[track_caller]
    fn check(lines: &str, framing: Framing, keep_alive: bool) {
        let text = format!("{lines}\r\n\r\n");
        let found = head(&text).unwrap().unwrap();
        assert_eq!(
            (found.framing, found.keep_alive),
            (framing, keep_alive),
            "{lines}"
        );
        assert_eq!(found.length, text.len(), "{lines}");
    }

    #[track_caller]
    fn refused(text: &str, because: &str) {
        let error = head(text).unwrap_err().to_string();
        assert!(error.contains(because), "{text}: {error}");
    }

    #[test]
    fn the_framing_follows_status_and_headers() {
        check(
            "HTTP/1.1 200 OK\r\nContent-Length: 12",
            Framing::Length(12),
            true,
        );
        check(
            "HTTP/1.1 200 OK\r\ncontent-length:  0 ",
            Framing::Length(0),
            true,
        );
        check(
            "HTTP/1.1 200\r\nTransfer-Encoding: Chunked",
            Framing::Chunked,
            true,
        );
        check("HTTP/1.1 202 Accepted", Framing::UntilClose, true);
        check(
            "HTTP/1.0 200 OK\r\nContent-Length: 1",
            Framing::Length(1),
            false,
        );
        check(
            "HTTP/1.1 204 No Content\r\nContent-Length: 7",
            Framing::Length(0),
            true,
        );
        check("HTTP/1.1 304 Not Modified", Framing::Length(0), true);
        check("HTTP/1.1 100 Continue", Framing::Length(0), true);
        check(
            "HTTP/1.1 413 x\r\nConnection: a, CLOSE\r\nContent-Length: 0",
            Framing::Length(0),
            false,
        );
    }

    #[test]
    fn headers_are_found_without_regard_to_case() {
        let text = b"HTTP/1.1 200 OK\r\nRequest_Id: a-1\r\nX: \r\nx: 2\r\n\r\n";
        let mut fields = Vec::new();
        parse(text, &mut fields).unwrap().unwrap();
        assert_eq!(find(text, &fields, "request_id"), Some(&b"a-1"[..]));
        assert_eq!(find(text, &fields, "x"), Some(&b""[..]));
        assert_eq!(find(text, &fields, "request-id"), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        refused("SSH-2.0", "found `SSH-2.0`");
        refused("\x15\x03\x01", r"found `\x15\x03\x01`");
        refused("\r\nHTTP/1.1 200", "HTTP/1.");
        refused("HTTP/2 200 OK\r\n\r\n", "found `HTTP/2 200");
        refused(
            "HTTP/1.1 2x0 OK\r\n\r\n",
            "malformed line `HTTP/1.1 2x0 OK`",
        );
        refused(
            "HTTP/1.1 200 OK\r\nA: b\r\nbad name: secret\r\n\r\n",
            "malformed line `bad name`",
        );
        refused(
            "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
            "malformed line ` folded",
        );
        refused("HTTP/1.1 101 Switching\r\n\r\n", "101");
        refused(
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "found `-1`",
        );
        refused(
            "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
            "found `+1`",
        );
        refused("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "found ``");
        refused(
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "found `9999",
        );
        refused(
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "one number",
        );
        refused(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "found `gzip, chunked`",
        );
        refused(
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 answer",
        );
        refused(
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "has both",
        );
    }

    #[test]
    fn a_value_is_never_quoted() {
        let error = head("HTTP/1.1 200 OK\r\nToken: s\x01ecret\r\n\r\n")
            .unwrap_err()
            .to_string();
        assert_eq!(error, "malformed line `Token` in the answer's head");
    }

    #[test]
    fn size_and_count_are_limited() {
        let lines = |count| format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(count));
        assert!(head(&lines(HEADER_LIMIT)).unwrap().is_some());
        refused(
            &lines(HEADER_LIMIT.saturating_add(1)),
            "more than 100 headers",
        );

        let long = |count| format!("HTTP/1.1 200 OK\r\na: {}\r\n\r\n", "x".repeat(count));
        let most = HEAD_LIMIT.saturating_sub(long(0).len());
        assert_eq!(head(&long(most)).unwrap().unwrap().length, HEAD_LIMIT);
        refused(&long(most.saturating_add(1)), "longer than 65536 bytes");
    }

    #[test]
    fn a_part_of_a_head_asks_for_more() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";
        for cut in 0..text.len() {
            let part = text.split_at(cut).0;
            assert!(head(part).unwrap().is_none(), "{part}");
        }
    }
}
