//! The bytes of Apache Thrift: messages in the binary and the compact protocol, and what can stand around one on a stream.
//!
//! Pure: no IO, no clock, no panic on any bytes, nothing is allocated for a length or a count before the bytes for it are
//! there. Generated types read and write themselves through pilota's traits; pilota's own readers trust the peer, so these
//! are ours. What is called is none of its business. Begin with [`Framer`], which cuts messages out of a stream, then
//! [`read_head`], [`decode`] and [`write()`].
//!
//! Facts: Apache Thrift, `doc/specs/thrift-binary-protocol.md`, `thrift-compact-protocol.md` and `HeaderFormat.md`;
//! CloudWeGo, "TTHeader" (<https://www.cloudwego.io/docs/kitex/reference/transport_protocol_ttheader/>).

#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

mod binary;
mod compact;
mod format;
mod framing;
mod header;
mod lengths;
mod limits;
mod malformed;
mod message;
mod reader;
mod skip;
#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]
mod tests;
#[cfg(any(fuzzing, test))]
pub(crate) mod value;
mod writer;

pub(crate) use pilota::thrift::TMessageType as Kind;

pub(crate) use self::framing::{Frame, Framer, Framing, body};
pub(crate) use self::header::{Header, Info, Style, number};
pub(crate) use self::limits::Limits;
pub(crate) use self::malformed::{Malformed, Unsendable};
pub(crate) use self::message::{Head, Protocol, decode, read_head, read_head_of, write};
