//! Answers to the client of platforms that are polled.

use std::iter;

use bytes::{BufMut, Bytes};

use super::divided;
use crate::platform::poll::wire::{Malformed, Reader};

/// An answer that a poller reads is the same in any portions; the first line says which, see `divided`.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn poll_answer(bytes: &[u8]) {
    let (widths, stream) = divided(bytes);
    let whole = read_answer(stream, iter::repeat(usize::MAX));
    assert_eq!(read_answer(stream, widths), whole);
    assert_eq!(read_answer(stream, iter::repeat(1)), whole);
}

/// What came of an answer's bytes.
#[derive(Debug, Eq, PartialEq)]
enum Read {
    Answer {
        status: u16,
        header: Option<String>,
        body: Bytes,
        reusable: bool,
    },
    Cut(&'static str),
    Malformed(std::mem::Discriminant<Malformed>),
}

fn read_answer(mut rest: &[u8], mut widths: impl Iterator<Item = usize>) -> Read {
    let mut reader = Reader::new(300);
    reader.start();
    let read = loop {
        if reader.is_complete() || rest.is_empty() {
            break reader.ended();
        }
        let mut room = reader.room();
        assert!(room.remaining_mut() > 0, "no room for more");
        let width = widths.next().unwrap_or(usize::MAX);
        let width = width.min(room.remaining_mut()).min(rest.len());
        let (portion, behind) = rest.split_at(width);
        room.put_slice(portion);
        rest = behind;
        if let Err(error) = reader.filled(width) {
            break Err(error);
        }
    };
    match read {
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Read::Malformed(std::mem::discriminant(&error))
        }
        Ok(false) => Read::Cut(reader.place()),
        Ok(true) => {
            // what is left over may lie in the buffer or not be read yet: both close the connection
            let reusable = reader.is_reusable() && rest.is_empty();
            let answer = reader.take();
            Read::Answer {
                status: answer.status(),
                header: answer.header("x-id").map(str::to_owned),
                reusable,
                body: answer.into_body(),
            }
        }
    }
}
