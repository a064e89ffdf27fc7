//! What a client can do against RFC 9112, in words for a log line.

use thiserror::Error;

/// A rule of RFC 9112 that a request breaks and that hyper may let pass.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(crate) enum Violation {
    /// Section 3: method, target and version, one space between.
    #[error("the request line is not `METHOD target HTTP/1.1` or `HTTP/1.0`")]
    RequestLine,
    /// Section 2.2, on a CR that ends no line.
    #[error("a CR is not followed by LF")]
    BareCr,
    /// Section 2.2 lets a server take LF alone for a line end; proxies that do not would see another request.
    #[error("a line ends in LF without CR")]
    BareLf,
    /// Sections 2.2 and 5.2.
    #[error("a header line begins with whitespace")]
    Folded,
    /// Section 3.2.
    #[error("header `host` is missing in an HTTP/1.1 request")]
    NoHost,
    /// Section 3.2.
    #[error("header `host` occurs twice")]
    TwoHosts,
    /// Section 3.2.
    #[error("header `host` is not a host with an optional port")]
    Host,
    /// Section 6.3; equal values included, as a proxy may have judged by either.
    #[error("header `content-length` occurs twice")]
    TwoLengths,
    /// Section 6.2.
    #[error("header `content-length` is not one decimal number")]
    Length,
    /// Section 6.1.
    #[error("header `transfer-encoding` occurs twice")]
    TwoCodings,
    /// Section 6.1; the only coding that hyper decodes.
    #[error("header `transfer-encoding` is not `chunked`")]
    Coding,
    /// Section 6.1.
    #[error("header `transfer-encoding` occurs in an HTTP/1.0 request")]
    OldCoding,
    /// Section 6.3, rule 3.
    #[error("headers `content-length` and `transfer-encoding` occur together")]
    LengthAndCoding,
    /// Section 7.1. The only one that is found in a body.
    #[error("the framing of a chunked body is malformed")]
    Chunk,
}
