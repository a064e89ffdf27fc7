//! Writes a request: its head, and the framing of a body that is sent in chunks (RFC 9112, section
//! 7.1).
//!
//! What the caller brings is checked for signs that would begin another line or another request.

/// Headers that follow a chunked body.
pub(crate) type Trailers = Vec<(&'static str, String)>;

/// What never changes between the requests to one peer.
pub(crate) struct Format {
    prefix: String,
    /// From the version to the last header that every request has.
    common: String,
}

/// How a request's body is framed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Framing<'a> {
    None,
    Length(usize),
    /// In chunks, with the trailers that may follow.
    Chunked(&'a [&'static str]),
}

impl Format {
    /// Prepares for requests to one peer; `prefix` stands before every path.
    pub(crate) fn new(authority: &str, prefix: &str, user_agent: &'static str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            common: format!(" HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {user_agent}\r\n"),
        }
    }

    /// Writes a request's head over what `out` holds. The path comes in pieces, so that nobody has
    /// to join them first.
    ///
    /// # Errors
    ///
    /// When the path or a header's value has a sign that cannot stand there.
    pub(crate) fn head(
        &self,
        out: &mut Vec<u8>,
        method: &'static str,
        path: &[&str],
        headers: &[(&'static str, &str)],
        framing: Framing<'_>,
    ) -> Result<(), RequestError> {
        out.clear();
        put(out, &[method, " ", &self.prefix]);
        for piece in path {
            if any(piece, |byte| !byte.is_ascii_graphic()) {
                return Err(RequestError::Path {
                    path: path.concat(),
                });
            }
            put(out, &[piece]);
        }
        put(out, &[&self.common]);
        for (name, value) in headers {
            header(out, name, value)?;
        }
        match framing {
            Framing::None => {}
            Framing::Length(length) => {
                put(out, &["Content-Length: "]);
                number(out, Radix::Ten, length);
                put(out, &["\r\n"]);
            }
            Framing::Chunked(trailers) => {
                put(out, &["Transfer-Encoding: chunked\r\n"]);
                for (at, name) in trailers.iter().enumerate() {
                    put(out, &[if at == 0 { "Trailer: " } else { ", " }, name]);
                }
                put(out, &[if trailers.is_empty() { "" } else { "\r\n" }]);
            }
        }
        put(out, &["\r\n"]);
        Ok(())
    }
}

/// Writes the line before a chunk's data. The data must not be empty: that would be the end.
pub(crate) fn chunk(out: &mut Vec<u8>, length: usize) {
    number(out, Radix::Sixteen, length);
    put(out, &[LINE_END]);
}

/// Writes the last chunk and the trailers behind it.
///
/// # Errors
///
/// When a trailer's value has a sign that cannot stand there.
pub(crate) fn last_chunk(
    out: &mut Vec<u8>,
    trailers: &[(&'static str, String)],
) -> Result<(), RequestError> {
    put(out, &["0\r\n"]);
    for (name, value) in trailers {
        header(out, name, value)?;
    }
    put(out, &[LINE_END]);
    Ok(())
}

/// What ends a line, and a chunk's data.
pub(crate) const LINE_END: &str = "\r\n";

/// A request that cannot be written, because it would be read as another one. Nothing of it has
/// been sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("the path `{}` has signs that must be percent-encoded", path.escape_debug())]
    Path { path: String },
    /// Without the value, which may be a credential.
    #[error("the value for header `{name}` has a control character, expected one line of text")]
    Header { name: &'static str },
}

fn header(out: &mut Vec<u8>, name: &'static str, value: &str) -> Result<(), RequestError> {
    // RFC 9110, section 5.5: visible signs, blanks, tabs, and bytes beyond ASCII.
    if any(value, |byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(RequestError::Header { name });
    }
    put(out, &[name, ": ", value, LINE_END]);
    Ok(())
}

/// Looks at every byte, in contrast to `Iterator::any`, which the compiler cannot turn into a few
/// wide instructions.
fn any(text: &str, wrong: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(false, |found, byte| found | wrong(byte))
}

fn put(out: &mut Vec<u8>, pieces: &[&str]) {
    for piece in pieces {
        out.extend_from_slice(piece.as_bytes());
    }
}

/// By hand, since `write!` costs several times as much.
fn number(out: &mut Vec<u8>, radix: Radix, number: usize) {
    let start = out.len();
    let mut rest = number;
    loop {
        let (digit, more) = match radix {
            Radix::Ten => (rest % 10, rest / 10),
            Radix::Sixteen => (rest % 16, rest / 16),
        };
        out.extend(b"0123456789abcdef".get(digit));
        rest = more;
        if rest == 0 {
            break;
        }
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

#[derive(Clone, Copy)]
enum Radix {
    Ten,
    Sixteen,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(
        path: &[&str],
        headers: &[(&'static str, &str)],
        framing: Framing<'_>,
    ) -> Result<String, RequestError> {
        let format = Format::new("[::1]:9001", "/.rt/f", "faas/1");
        let mut out = b"left over".to_vec();
        format.head(&mut out, "POST", path, headers, framing)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_head_has_its_lines_in_order() {
        assert_eq!(
            written(
                &["/a/", "id", "/b"],
                &[("X-Y", "ä z")],
                Framing::Length(1207)
            )
            .unwrap(),
            "POST /.rt/f/a/id/b HTTP/1.1\r\nHost: [::1]:9001\r\nUser-Agent: faas/1\r\nX-Y: ä z\r\nContent-Length: 1207\r\n\r\n"
        );
        let head = written(&["/"], &[], Framing::None).unwrap();
        assert!(head.ends_with("faas/1\r\n\r\n"), "{head}");
        let head = written(&["/"], &[], Framing::Chunked(&[])).unwrap();
        assert!(
            head.ends_with("Transfer-Encoding: chunked\r\n\r\n"),
            "{head}"
        );
        let head = written(&["/"], &[], Framing::Chunked(&["A", "B"])).unwrap();
        assert!(head.ends_with("chunked\r\nTrailer: A, B\r\n\r\n"), "{head}");
    }

    #[test]
    fn nothing_can_be_smuggled_in() {
        for path in ["/a b", "/a\r\nX: y", "/ä", "/\u{7f}"] {
            let error = written(&["/ok/", path], &[], Framing::None)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("percent-encoded") && error.contains("/ok/"),
                "{error}"
            );
        }
        for value in ["secret\r\nX: y", "secret\n", "secret\0", "secret\u{7f}"] {
            let error = written(&["/"], &[("A", value)], Framing::None)
                .unwrap_err()
                .to_string();
            assert!(
                error.contains("`A`") && !error.contains("secret"),
                "{error}"
            );
            assert!(last_chunk(&mut Vec::new(), &[("A", value.to_owned())]).is_err());
        }
    }

    #[test]
    fn chunks_are_counted_in_hexadecimal() {
        let mut out = Vec::new();
        chunk(&mut out, 0x1f_a0);
        last_chunk(&mut out, &[("A", "b".to_owned())]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "1fa0\r\n0\r\nA: b\r\n\r\n");
    }

    #[test]
    fn numbers_are_written_as_by_the_standard_library() {
        for value in [0, 9, 10, 99, 100, 6_291_556, usize::MAX] {
            let mut out = Vec::new();
            number(&mut out, Radix::Ten, value);
            assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
        }
    }
}
