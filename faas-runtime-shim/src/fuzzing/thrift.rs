//! Thrift's framings and protocols.

use std::iter;

use bytes::{Bytes, BytesMut};

use super::divided;
use crate::thrift::wire::value::Tree;
use crate::thrift::wire::{self, Framer, Framing, Limits};

/// A stream of Thrift holds the same messages in any portions; the first line says which, see `divided`. One with a head
/// comes out again as it is written.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn thrift_stream(bytes: &[u8]) {
    let (widths, stream) = divided(bytes);
    let whole = thrift_frames(stream, iter::repeat(usize::MAX));
    assert_eq!(thrift_frames(stream, widths), whole);
    assert_eq!(thrift_frames(stream, iter::repeat(1)), whole);
    for (framing, payload) in whole.0 {
        thrift_message(framing, &payload, None);
    }
}

const THRIFT_LIMITS: Limits = Limits {
    frame: 1 << 20,
    memory: 1 << 20,
};

/// The messages of a stream, and why there are no more.
fn thrift_frames(
    mut rest: &[u8],
    mut widths: impl Iterator<Item = usize>,
) -> (Vec<(Framing, Bytes)>, Option<String>) {
    let mut framer = Framer::new(THRIFT_LIMITS);
    let mut buffer = BytesMut::new();
    let mut frames = Vec::new();
    loop {
        match framer.next(&mut buffer) {
            Ok(Some(frame)) => {
                if let Some(header) = frame.header {
                    let _said = (header.timeout(), header.text("a"), header.number(3));
                }
                frames.push((frame.framing, frame.payload));
            }
            Ok(None) if rest.is_empty() => return (frames, None),
            Ok(None) => {
                let width = widths.next().unwrap_or(usize::MAX).min(rest.len());
                let (piece, behind) = rest.split_at(width);
                buffer.extend_from_slice(piece);
                rest = behind;
            }
            Err(refused) => {
                assert!(!refused.to_string().is_empty());
                // a longer piece shows more of what was found
                let told = std::mem::discriminant(&refused);
                return (frames, Some(format!("{told:?}")));
            }
        }
    }
}

/// A struct of Thrift, whose protocol the first byte says, reads back from what is written of it; the end of what can be
/// read is found on a stream too.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn thrift_struct(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    let head: &[u8] = match which % 2 {
        0 => b"\x80\x01\0\x01\0\0\0\x01a\0\0\0\0",
        _ => b"\x82\x21\0\x01a",
    };
    let mut stream = BytesMut::from(&[head, bytes].concat()[..]);
    let message = stream.clone().freeze();
    let (head, rest) = wire::read_head(&message).expect("the head is ours");
    let tree: Tree = match wire::decode(head.protocol, rest, &THRIFT_LIMITS) {
        Ok(tree) => tree,
        Err(refused) => return assert!(!refused.to_string().is_empty()),
    };
    let frame = Framer::new(THRIFT_LIMITS).next(&mut stream);
    let frame = frame.expect("it was read").expect("all of it is there");
    thrift_message(frame.framing, &frame.payload, Some(tree));
}

/// What can be read of a message comes out again as it is written.
fn thrift_message(framing: Framing, message: &Bytes, expected: Option<Tree>) {
    let read = |message: &Bytes| {
        let (head, rest) = wire::read_head(message).ok()?;
        let tree = wire::decode::<Tree>(head.protocol, rest, &THRIFT_LIMITS);
        Some((head, tree.ok()?))
    };
    let Some((head, tree)) = read(message) else {
        return assert_eq!(expected, None);
    };
    assert!(expected.is_none_or(|expected| expected == tree));
    let mut out = BytesMut::new();
    let written = wire::write(framing, &wire::Info::default(), &head, &tree, &mut out);
    written.expect("it was read");
    let frame = wire::body(out.freeze(), &THRIFT_LIMITS).expect("it was written");
    assert_eq!(frame.framing, framing);
    assert_eq!(read(&frame.payload), Some((head, tree)));
}
