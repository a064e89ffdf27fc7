//! The insides of JSON strings.

use std::str;

/// Appends text as it stands between the quotes of a JSON string (RFC 8259, section 7).
pub(super) fn escaped(text: &str, out: &mut Vec<u8>) {
    for part in text
        .as_bytes()
        .split_inclusive(|byte| must_be_escaped(*byte))
    {
        match part.split_last() {
            Some((last, plain)) if must_be_escaped(*last) => {
                out.extend_from_slice(plain);
                escape(*last, out);
            }
            _ => out.extend_from_slice(part),
        }
    }
}

/// Appends a header value: UTF-8 as it is, anything else as the Latin-1 that HTTP once said it was (RFC 9110, section
/// 5.5).
pub(super) fn header_value(value: &[u8], out: &mut Vec<u8>) {
    // no early end, so that the compiler may look at many bytes at once
    let is_plain = |byte: &u8| byte.is_ascii() & !must_be_escaped(*byte);
    if value.iter().fold(true, |all, byte| all & is_plain(byte)) {
        return out.extend_from_slice(value);
    }
    match str::from_utf8(value) {
        Ok(text) => escaped(text, out),
        Err(_) => escaped(
            &value.iter().copied().map(char::from).collect::<String>(),
            out,
        ),
    }
}

fn must_be_escaped(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..=0x1f)
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => {
            // all of these are below 0x20
            let [high, low] = [byte >> 4, byte & 15].map(usize::from);
            let digit = |nibble| b"0123456789abcdef".get(nibble).copied().unwrap_or(b'0');
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(high), digit(low)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}
