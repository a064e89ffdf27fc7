//! What can be wrong with bytes or with a value to send, in one place because all layers share it.

use pilota::thrift::{ProtocolExceptionKind, ThriftException, new_protocol_exception};

/// The peer's bytes are no message that can be taken.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Malformed {
    /// On a stream it only means that more has to come.
    #[error("the message ends too early")]
    Truncated,
    #[error("this is HTTP: expected a Thrift message (Thrift over HTTP goes to the HTTP port)")]
    Http,
    #[error("this is TLS: expected a Thrift message in plain text")]
    Tls,
    #[error(
        "expected a message of the binary or the compact protocol, framed or not, found `{found}`"
    )]
    Foreign { found: Box<str> },
    #[error("a message of {found} bytes or more is over the limit of {limit}")]
    TooLong { found: usize, limit: usize },
    #[error("version `{found:#06x}` of the protocol is unknown")]
    Version { found: u16 },
    #[error("expected a call, a reply, an exception or a oneway call, found type `{found}`")]
    Kind { found: u8 },
    #[error("a method's name of {found} bytes is over the limit of {limit}")]
    Name { found: usize, limit: usize },
    #[error("expected a length or a count from 0 to 2147483647, found `{found}`")]
    Size { found: i64 },
    #[error("{found} elements of {smallest} bytes or more do not fit into the rest of the message")]
    Count { found: usize, smallest: usize },
    #[error("the elements of lists, sets and maps would take more than {limit} bytes of memory")]
    Elements { limit: usize },
    #[error("elements are said to be of type `{found}`, and are of another")]
    Element { found: u8 },
    #[error("type `{found}` is unknown")]
    Type { found: u8 },
    #[error("`{found}` is no bool")]
    Bool { found: u8 },
    #[error("a variable-length number is over {bits} bits")]
    Number { bits: u8 },
    #[error("a field's id is over 32767")]
    FieldId,
    #[error("values are nested deeper than {limit}")]
    Depth { limit: u8 },
    #[error("a string is not UTF-8")]
    Utf8,
    #[error("the header {what}")]
    Header { what: &'static str },
    #[error("expected protocol 0 (binary) or 2 (compact) in the header, found `{found}`")]
    HeaderProtocol { found: u32 },
    #[error("expected a message without transforms such as compression, found {found}")]
    Transform { found: u32 },
    /// What a type's own code found.
    #[error("{0}")]
    Content(Box<str>),
}

impl Malformed {
    fn kind(&self) -> ProtocolExceptionKind {
        match self {
            Self::Size { .. } => ProtocolExceptionKind::NegativeSize,
            Self::TooLong { .. } | Self::Name { .. } | Self::Count { .. } => {
                ProtocolExceptionKind::SizeLimit
            }
            Self::Elements { .. } => ProtocolExceptionKind::SizeLimit,
            Self::Version { .. } => ProtocolExceptionKind::BadVersion,
            Self::Depth { .. } => ProtocolExceptionKind::DepthLimit,
            _ => ProtocolExceptionKind::InvalidData,
        }
    }
}

impl From<Malformed> for ThriftException {
    #[cold]
    fn from(malformed: Malformed) -> Self {
        new_protocol_exception(malformed.kind(), malformed.to_string())
    }
}

impl From<ThriftException> for Malformed {
    #[cold]
    fn from(exception: ThriftException) -> Self {
        Self::Content(exception.message().as_str().into())
    }
}

/// A value that the protocol has no place for.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum Unsendable {
    #[error("a string, list or message of {found} bytes or elements is too long to send")]
    TooLong { found: usize },
    #[error("values are nested deeper than {limit}")]
    Depth { limit: u8 },
    #[error("a value of type `{found}` has no form on the wire")]
    Type { found: u8 },
    /// What a type's own code found.
    #[error("{0}")]
    Content(Box<str>),
}

impl From<Unsendable> for ThriftException {
    #[cold]
    fn from(unsendable: Unsendable) -> Self {
        new_protocol_exception(ProtocolExceptionKind::SizeLimit, unsendable.to_string())
    }
}

impl From<ThriftException> for Unsendable {
    #[cold]
    fn from(exception: ThriftException) -> Self {
        Self::Content(exception.message().as_str().into())
    }
}
