//! The bytes of HTTP/1.1 (RFC 9110, RFC 9112), as much of it as a poller needs: requests out,
//! answers in.
//!
//! Pure: no IO, no clock, no panic on any bytes. Begin with [`Reader`], which a connection fills;
//! `head` and `body` are its two halves. [`request`] writes the heads of requests and the framing
//! of chunks.
#![deny(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation
)]

mod answer;
mod body;
mod head;
mod malformed;
pub(super) mod request;

pub(crate) use answer::{Answer, Reader};
pub(crate) use malformed::Malformed;
pub(crate) use request::{RequestError, Trailers};
