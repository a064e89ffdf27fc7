//! The last word to a client whose message cannot be read to its end: an answer in its own protocol, if so much is known.

use bytes::{Bytes, BytesMut};

use crate::thrift::Fault;
use crate::thrift::message::Question;
use crate::thrift::wire::{self, Framing, Kind, Malformed};

/// Writes the answer to the message that a stream is at.
pub(super) fn refusal(stream: &[u8], malformed: &Malformed) -> Option<BytesMut> {
    let is_behind = matches!(
        malformed,
        Malformed::Header { .. } | Malformed::HeaderProtocol { .. } | Malformed::Transform { .. }
    );
    if is_behind {
        // the stream is past the message already
        return None;
    }
    let question = question(stream)?;
    let exception = Fault::malformed(malformed).exception();
    match question.head.kind {
        Kind::Call => question
            .answer(Kind::Exception, &exception, BytesMut::new())
            .ok(),
        Kind::OneWay | Kind::Reply | Kind::Exception => None,
    }
}

/// Reads the head out of the beginning of a message.
fn question(stream: &[u8]) -> Option<Question> {
    let (framing, at) = match stream.first()? {
        // a length is never so large
        0x80.. => (Framing::Unframed, 0),
        _ => (Framing::Framed, LENGTH),
    };
    let message = stream.get(at..)?;
    let beginning = message.get(..MOST_OF_A_HEAD).unwrap_or(message);
    let (head, _) = wire::read_head(&Bytes::copy_from_slice(beginning)).ok()?;
    Some(Question::new(head, framing).0)
}

/// The bytes of a frame's length.
const LENGTH: usize = 4;

/// A name is no longer than 4 KiB.
const MOST_OF_A_HEAD: usize = 5 * 1024;
