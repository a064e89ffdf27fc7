//! What stands between a socket and the HTTP server.

use std::iter;

use super::divided;
use crate::host::http::front::scan::{Phase, Refusal, Scanner};

/// The strict front of HTTP/1 judges a client's bytes alike in any pieces; the first line says which, see `divided`.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn http_front(bytes: &[u8]) {
    let (widths, stream) = divided(bytes);
    let whole = scan(stream, iter::repeat(usize::MAX));
    assert_eq!(scan(stream, widths), whole);
    assert_eq!(scan(stream, iter::repeat(1)), whole);
}

/// All that can be seen of a scanner behind these bytes; the refusal's place is in the whole.
fn scan(stream: &[u8], mut widths: impl Iterator<Item = usize>) -> (Option<Refusal>, Phase, u32) {
    let mut scanner = Scanner::new();
    let mut before = 0;
    let mut refused = None;
    while refused.is_none() && before < stream.len() {
        let (_, rest) = stream.split_at(before);
        let width = widths.next().unwrap_or(usize::MAX).min(rest.len());
        let (piece, _) = rest.split_at(width);
        if let Err(refusal) = scanner.feed(piece) {
            assert!(refusal.at < width, "refused outside of the piece");
            let at = before + refusal.at;
            refused = Some(Refusal { at, ..refusal });
        }
        before += width;
    }
    (refused, scanner.phase(), scanner.heads())
}
