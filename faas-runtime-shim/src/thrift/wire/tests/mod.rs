//! What the codec must hold, over both protocols.

mod golden;
mod headers;
mod hostile;
mod messages;
mod recorded;
mod sample;
mod streams;
mod values;

use bytes::{Bytes, BytesMut};
use pilota::thrift::Message;

use super::message::encode;
use super::{Limits, Malformed, Protocol, decode};

const PROTOCOLS: [Protocol; 3] = [Protocol::Binary, Protocol::OldBinary, Protocol::Compact];

fn limits() -> Limits {
    Limits::of_frame(16 * 1024 * 1024)
}

#[track_caller]
fn encoded<T: Message>(protocol: Protocol, value: &T) -> Bytes {
    let mut out = BytesMut::new();
    encode(protocol, value, &mut out).unwrap();
    out.freeze()
}

fn decoded<T: Message>(protocol: Protocol, bytes: &[u8]) -> Result<T, Malformed> {
    decode(protocol, Bytes::copy_from_slice(bytes), &limits())
}

/// The sentence of a refusal.
#[track_caller]
fn refused<T: std::fmt::Debug>(read: Result<T, Malformed>) -> String {
    read.unwrap_err().to_string()
}
