//! The three ways in which front ends read headers. All of them give back what the headers say of the body.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue, SET_COOKIE};

use super::body::{Hints, is_binary_type};
use super::text;

/// `multiValueHeaders`, every name once: a name in both maps reaches the client twice.
pub(super) fn arrays(headers: &HeaderMap, out: &mut Vec<u8>) -> Hints {
    out.extend_from_slice(br#","multiValueHeaders":{"#);
    let passed = lines(headers, &ARRAYS, out);
    out.push(b'}');
    passed.hints
}

/// `headers` with joined values, and the `cookies` that must not be joined.
pub(super) fn texts_and_cookies(headers: &HeaderMap, out: &mut Vec<u8>) -> Hints {
    out.extend_from_slice(br#","headers":{"#);
    let passed = lines(headers, &TEXTS, out);
    out.push(b'}');
    if passed.cookies {
        let mut before = &br#","cookies":[""#[..];
        for cookie in headers.get_all(SET_COOKIE) {
            out.extend_from_slice(before);
            text::header_value(cookie.as_bytes(), out);
            before = br#"",""#;
        }
        out.extend_from_slice(br#""]"#);
    }
    passed.hints
}

/// `headers` alone, with joined values. Its names are told apart by case, HTTP's are not, so each cookie but the first
/// goes under another spelling.
pub(super) fn texts(headers: &HeaderMap, out: &mut Vec<u8>) -> Hints {
    out.extend_from_slice(br#","headers":{"#);
    let passed = lines(headers, &TEXTS, out);
    if passed.cookies {
        for (cookie, spelling) in headers.get_all(SET_COOKIE).iter().zip(0..SPELLINGS) {
            if !out.ends_with(b"{") {
                out.push(b',');
            }
            out.push(b'"');
            spell_set_cookie(spelling, out);
            out.extend_from_slice(br#"":""#);
            text::header_value(cookie.as_bytes(), out);
            out.push(b'"');
        }
    }
    out.push(b'}');
    passed.hints
}

/// Two for each of the nine letters of `set-cookie`.
const SPELLINGS: u16 = 512;

fn spell_set_cookie(mut spelling: u16, out: &mut Vec<u8>) {
    for letter in SET_COOKIE.as_str().bytes() {
        if letter == b'-' {
            out.push(letter);
            continue;
        }
        let is_upper = spelling & 1 == 1;
        out.push(if is_upper {
            letter.to_ascii_uppercase()
        } else {
            letter
        });
        spelling >>= 1;
    }
}

/// How the values of one name are written.
struct Style {
    opening: &'static [u8],
    between: &'static [u8],
    closing: &'static [u8],
    takes_cookies: bool,
}

const ARRAYS: Style = Style {
    opening: br#"":[""#,
    between: br#"",""#,
    closing: br#""]"#,
    takes_cookies: true,
};

const TEXTS: Style = Style {
    opening: br#"":""#,
    between: b", ",
    closing: b"\"",
    takes_cookies: false,
};

#[derive(Default)]
struct Passed {
    hints: Hints,
    /// Some are still to be written.
    cookies: bool,
}

/// Writes the entries of a map.
fn lines(headers: &HeaderMap, style: &Style, out: &mut Vec<u8>) -> Passed {
    let mut passed = Passed::default();
    let mut last = None;
    // the values of one name come one after the other
    for (name, value) in headers {
        if name == SET_COOKIE && !style.takes_cookies {
            passed.cookies = true;
            continue;
        }
        if !passes(name, value, &mut passed.hints) {
            continue;
        }
        if last == Some(name) {
            out.extend_from_slice(style.between);
        } else {
            if last.is_some() {
                out.extend_from_slice(style.closing);
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(name.as_str().as_bytes());
            out.extend_from_slice(style.opening);
            last = Some(name);
        }
        text::header_value(value.as_bytes(), out);
    }
    if last.is_some() {
        out.extend_from_slice(style.closing);
    }
    passed
}

/// Tells whether a header goes to the client, and takes what it says of the body.
fn passes(name: &HeaderName, value: &HeaderValue, hints: &mut Hints) -> bool {
    match name.as_str() {
        // the connection is the front end's own (RFC 9110, section 7.6.1), and so is the framing
        "connection" | "content-length" | "keep-alive" | "proxy-connection" | "te" | "trailer"
        | "transfer-encoding" | "upgrade" => return false,
        "content-encoding" => {
            hints.is_coded |= !value.as_bytes().eq_ignore_ascii_case(b"identity");
        }
        "content-type" => hints.is_binary |= is_binary_type(value.as_bytes()),
        _ => {}
    }
    true
}
