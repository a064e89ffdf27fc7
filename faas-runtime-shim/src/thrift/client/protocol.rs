//! Which protocol a client writes; a server answers in the one that it reads.

use crate::thrift::wire;

/// How values lie in a message.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Protocol {
    /// Numbers at their full width (Apache Thrift, `TBinaryProtocol`).
    #[default]
    Binary,
    /// Numbers as short as they are (Apache Thrift, `TCompactProtocol`).
    Compact,
}

impl Protocol {
    pub(super) fn on_wire(self) -> wire::Protocol {
        match self {
            Self::Binary => wire::Protocol::Binary,
            Self::Compact => wire::Protocol::Compact,
        }
    }
}
