//! The frames of gRPC, gRPC-Web and Connect: a byte of flags, four of length, the message.
//!
//! "gRPC over HTTP2", Length-Prefixed-Message; Connect's protocol, Enveloped-Message.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

pub(super) use crate::application::borders::Borders;
use crate::grpc::status::{Code, Status};

/// The message is compressed, by all three protocols.
pub(super) const COMPRESSED: u8 = 1;

const HEADER: usize = 5;

/// A message as it came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Frame {
    pub(super) flags: u8,
    pub(super) message: Bytes,
}

impl Frame {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// Fails if the message's length does not fit into four bytes.
    pub(super) fn write(flags: u8, message: &[u8]) -> Result<Bytes, Status> {
        let Ok(length) = u32::try_from(message.len()) else {
            let text = format!(
                "a message of {} bytes does not fit into a frame",
                message.len()
            );
            return Err(Status::new(Code::ResourceExhausted, text));
        };
        let mut frame = BytesMut::with_capacity(message.len().saturating_add(HEADER));
        frame.put_u8(flags);
        frame.put_u32(length);
        frame.put_slice(message);
        Ok(frame.freeze())
    }
}

/// Puts frames together out of pieces.
#[derive(Debug)]
pub(super) struct Frames {
    kept: BytesMut,
    /// The longest message that is taken.
    limit: usize,
}

impl Frames {
    pub(super) fn new(limit: usize) -> Self {
        let kept = BytesMut::new();
        Self { kept, limit }
    }

    pub(super) fn take(&mut self, piece: &[u8]) {
        self.kept.extend_from_slice(piece);
    }

    /// The next whole frame. No more is ever allocated than has come, whatever a length says.
    ///
    /// # Errors
    ///
    /// Fails if a message is said to be over the limit.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, Status> {
        let Some((&[flags, a, b, c, d], rest)) = self.kept.split_first_chunk() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
        if length > self.limit {
            return Err(too_large(length, self.limit));
        }
        if rest.len() < length {
            return Ok(None);
        }
        self.kept.advance(HEADER);
        let message = self.kept.split_to(length).freeze();
        Ok(Some(Frame { flags, message }))
    }

    /// Whether nothing is left of a frame that was begun.
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

/// The status for a message over the limit.
pub(super) fn too_large(length: usize, limit: usize) -> Status {
    let text = format!("a message of {length} bytes is over the limit of {limit}");
    Status::new(Code::ResourceExhausted, text)
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_length_is_judged_before_the_message_comes() {
        let mut frames = Frames::new(10);
        frames.take(&[0, 0, 0, 0, 11]);
        let refused = frames.next().unwrap_err();
        assert_eq!(
            (refused.code, &*refused.message),
            (
                Code::ResourceExhausted,
                "a message of 11 bytes is over the limit of 10"
            )
        );

        let mut frames = Frames::new(usize::MAX);
        frames.take(&[0, 0xff, 0xff, 0xff, 0xff, 1]);
        assert_eq!(frames.next(), Ok(None));
        assert!(
            frames.kept.capacity() < 1024,
            "memory is taken for what has not come"
        );
    }

    proptest! {
        #[test]
        fn frames_are_the_same_in_any_pieces(messages in vec((any::<u8>(), vec(any::<u8>(), 0..20)), 0..5), width in 1_usize..30, cut in 0_usize..30) {
            let written: Vec<_> = messages.iter().map(|(flags, message)| Frame::write(*flags, message).unwrap()).collect();
            let whole = written.concat();
            let cut = cut.min(whole.len());
            let come = &whole[..whole.len() - cut];
            let (mut frames, mut borders) = (Frames::new(19), Borders::default());
            let mut found = Vec::new();
            for piece in come.chunks(width) {
                frames.take(piece);
                borders.pass(piece);
                while let Some(Frame { flags, message }) = frames.next().unwrap() {
                    found.push((flags, message.to_vec()));
                }
                prop_assert_eq!(borders.is_between(), frames.is_empty());
            }
            prop_assert_eq!(&found[..], &messages[..found.len()]);
            prop_assert_eq!(found.len() == messages.len(), cut == 0 || messages.is_empty());
        }
    }
}
