//! What is still to be sent of one request: from memory, or piece by piece from a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;

use super::wire::RequestError;
use super::wire::request::{self, LINE_END, Trailers};

/// A request on its way.
pub(super) trait Outgoing {
    /// The bytes to send next, in order; `None` when all are sent.
    fn poll_parts(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<[&[u8]; 3]>, RequestError>>;

    /// Takes note that `count` bytes of these parts are sent.
    fn advance(&mut self, count: usize);

    /// Whether no byte is sent yet.
    fn is_unsent(&self) -> bool;

    /// Goes back to the first byte; `false` when the request must not be sent again, since it may
    /// have arrived.
    fn restart(&mut self) -> bool;
}

/// A request that lies in memory.
pub(super) struct Fixed<'a> {
    head: &'a [u8],
    body: &'a [u8],
    /// Whether the peer may get it twice.
    repeatable: bool,
    sent: usize,
}

impl<'a> Fixed<'a> {
    /// A request that asks and changes nothing.
    pub(super) fn question(head: &'a [u8]) -> Self {
        Self {
            head,
            body: &[],
            repeatable: true,
            sent: 0,
        }
    }

    /// A request that the peer must not get twice.
    pub(super) fn once(head: &'a [u8], body: &'a [u8]) -> Self {
        Self {
            head,
            body,
            repeatable: false,
            sent: 0,
        }
    }
}

impl Outgoing for Fixed<'_> {
    fn poll_parts(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<Result<Option<[&[u8]; 3]>, RequestError>> {
        Poll::Ready(Ok(unsent([self.head, self.body, &[]], self.sent)))
    }

    fn advance(&mut self, count: usize) {
        self.sent += count;
    }

    fn is_unsent(&self) -> bool {
        self.sent == 0
    }

    fn restart(&mut self) -> bool {
        let again = self.repeatable || self.is_unsent();
        self.sent = 0;
        again
    }
}

/// A request whose body comes from a stream and goes out in chunks, each as soon as it is there.
pub(super) struct Streamed<'a, S> {
    /// The head at first, then each chunk's size line.
    small: &'a mut Vec<u8>,
    data: Bytes,
    /// How much of `small`, `data` and the line end behind data is sent.
    sent: usize,
    unsent: bool,
    pieces: Pin<&'a mut S>,
    ended: bool,
}

impl<'a, S: Stream<Item = Result<Bytes, Trailers>>> Streamed<'a, S> {
    /// Sends what `head` holds, then the stream's pieces, then the trailers that end it (an `Err`),
    /// if any.
    pub(super) fn new(head: &'a mut Vec<u8>, pieces: Pin<&'a mut S>) -> Self {
        Self {
            small: head,
            data: Bytes::new(),
            sent: 0,
            unsent: true,
            pieces,
            ended: false,
        }
    }

    fn parts(&self) -> Option<[&[u8]; 3]> {
        let end = if self.data.is_empty() { "" } else { LINE_END };
        unsent([self.small, &self.data, end.as_bytes()], self.sent)
    }

    /// Asks for a piece if no data are waiting: it then goes out together with what stands before
    /// it.
    fn poll_pieces(&mut self, cx: &mut Context<'_>) -> Result<(), RequestError> {
        while !self.ended && self.data.is_empty() {
            match self.pieces.as_mut().poll_next(cx) {
                Poll::Pending => break,
                // An empty chunk would end the body.
                Poll::Ready(Some(Ok(data))) if data.is_empty() => {}
                Poll::Ready(Some(Ok(data))) => {
                    request::chunk(self.small, data.len());
                    self.data = data;
                }
                Poll::Ready(end) => {
                    self.ended = true;
                    let trailers = end.and_then(Result::err).unwrap_or_default();
                    request::last_chunk(self.small, &trailers)?;
                }
            }
        }
        Ok(())
    }
}

impl<S: Stream<Item = Result<Bytes, Trailers>>> Outgoing for Streamed<'_, S> {
    fn poll_parts(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<[&[u8]; 3]>, RequestError>> {
        if !self.unsent && self.parts().is_none() {
            self.small.clear();
            self.data = Bytes::new();
            self.sent = 0;
        }
        self.poll_pieces(cx)?;
        match self.parts() {
            None if !self.ended => Poll::Pending,
            parts => Poll::Ready(Ok(parts)),
        }
    }

    fn advance(&mut self, count: usize) {
        self.sent += count;
        self.unsent = false;
    }

    fn is_unsent(&self) -> bool {
        self.unsent
    }

    fn restart(&mut self) -> bool {
        self.unsent
    }
}

/// What of these parts is left behind the first `sent` bytes of all.
fn unsent(parts: [&[u8]; 3], sent: usize) -> Option<[&[u8]; 3]> {
    let mut skip = sent;
    let left = parts.map(|part| {
        let here = skip.min(part.len());
        skip -= here;
        part.split_at(here).1
    });
    left.iter().any(|part| !part.is_empty()).then_some(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_question_starts_again_once_a_byte_is_sent() {
        for (mut request, again) in [
            (Fixed::question(b"head"), true),
            (Fixed::once(b"head", b"body"), false),
        ] {
            assert!(request.restart(), "nothing is sent");
            request.advance(1);
            assert_eq!(request.restart(), again);
        }
    }

    #[test]
    fn a_stream_is_asked_only_when_its_last_piece_is_through() {
        let asked = std::cell::Cell::new(0);
        let mut pieces = std::pin::pin!(futures_util::stream::repeat_with(|| {
            asked.set(asked.get() + 1);
            Ok(Bytes::from_static(b"piece"))
        }));
        let mut head = b"head".to_vec();
        let mut request = Streamed::new(&mut head, pieces.as_mut());
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut length = |request: &mut Streamed<'_, _>| match request.poll_parts(&mut cx) {
            Poll::Ready(Ok(Some(parts))) => parts.concat().len(),
            _ => panic!("a piece is there"),
        };
        for (piece, all) in [(1, "head5\r\npiece\r\n"), (2, "5\r\npiece\r\n")] {
            for left in (1..=all.len()).rev() {
                assert_eq!(length(&mut request), left);
                assert_eq!(asked.get(), piece, "{left} bytes are left");
                request.advance(1);
            }
        }
    }

    #[test]
    fn what_is_left_follows_what_is_sent() {
        let parts = |sent| unsent([b"ab", b"", b"cd"], sent).map(|left| left.concat());
        assert_eq!(parts(0).as_deref(), Some(&b"abcd"[..]));
        assert_eq!(parts(1).as_deref(), Some(&b"bcd"[..]));
        assert_eq!(parts(3).as_deref(), Some(&b"d"[..]));
        assert_eq!(parts(4), None);
    }
}
