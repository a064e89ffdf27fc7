//! The small HTTP/1.1 client of the platforms that are polled (AWS Lambda, Tencent SCF).
//!
//! It is our own because a general client alone costs more instructions than a whole invocation
//! may, and one local peer in the clear needs little: one connection, one request at a time. It
//! leaves out TLS, proxies, redirects, pools, `Expect` and read time-outs (a poll hangs for hours
//! while the process is frozen). What leaves the machine does not go through here.
//!
//! Begin with [`Client`]; `wire` is pure (bytes in, values out), `connection` is the only file that
//! reads and writes.

mod client;
mod connection;
mod endpoint;
mod outgoing;
pub(crate) mod wire;

#[cfg(test)]
mod tests;

pub(crate) use client::{Answer, Client, Error, Limits};
pub(crate) use endpoint::Endpoint;
pub(crate) use wire::Trailers;
