//! What can be wrong with an answer's bytes, in one place because head and body share it.

/// The peer's bytes are no answer that can be taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("expected an answer that begins with `HTTP/1.`, found `{found}`")]
    NotHttp { found: String },
    #[error("malformed line `{line}` in the answer's head")]
    Head {
        line: String,
        source: httparse::Error,
    },
    #[error("the answer's head is longer than {limit} bytes")]
    LongHead { limit: usize },
    #[error("the answer has more than {limit} headers")]
    ManyHeaders { limit: usize },
    #[error("status `101` without an upgrade that was asked for")]
    Switched,
    #[error("expected one number of bytes as `content-length`, found `{found}`")]
    Length { found: String },
    #[error("expected `chunked` as `transfer-encoding` of an HTTP/1.1 answer, found `{found}`")]
    Coding { found: String },
    #[error("the answer has both `content-length` and `transfer-encoding`, expected one of them")]
    TwoFramings,
    #[error("a body of {found} bytes or more is over the limit of {limit}")]
    LongBody { found: usize, limit: usize },
    #[error("expected {expected} in the chunked body, found `{found}`")]
    Chunk {
        expected: &'static str,
        found: String,
    },
    #[error("a chunk's size line or the trailers are longer than {limit} bytes")]
    LongChunkLine { limit: usize },
}

/// The first of `bytes` in a form that fits into one line of a log.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    const SHOWN: usize = 32;
    let shown = bytes
        .get(..SHOWN)
        .unwrap_or(bytes)
        .escape_ascii()
        .to_string();
    // A backtick would end the quotation in the error's text.
    shown.replace('`', "\\x60")
}
