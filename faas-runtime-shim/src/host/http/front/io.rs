//! The stream that hyper reads through.
//!
//! Writes go straight to the socket. Of the bytes read, those up to the first forbidden one reach hyper as they came.
//! What comes instead of the rest makes hyper do the right thing: in a head a NUL, which hyper answers with 400, and an
//! empty line, since it looks at a head that came in pieces only once that has ended; in a body the end of the stream.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;

use super::scan::{Refusal, Scanner};
use super::violation::Violation;
use super::watch::{Teller, Watch, watch};

/// A client's connection, of which nothing that RFC 9112 forbids reaches hyper.
///
/// Hand it to hyper in a `TokioIo`. When hyper drops it, the stream goes back to its [`Watch`].
#[derive(Debug)]
pub(crate) struct Front<S> {
    /// Taken when dropped.
    stream: Option<S>,
    scanner: Scanner,
    /// What is still to be read of a refused message; behind it the stream has ended.
    ending: Option<&'static [u8]>,
    teller: Teller<S>,
    /// Whether the last write had to wait.
    full: bool,
    /// Its place among the connections, which it has for as long as somebody talks through it, be it after an upgrade.
    _place: Option<Arc<OwnedSemaphorePermit>>,
}

impl<S> Front<S> {
    /// Stands before an accepted connection from its first byte on.
    pub(crate) fn new(stream: S) -> (Self, Watch<S>) {
        let (teller, watch) = watch();
        let front = Self {
            stream: Some(stream),
            scanner: Scanner::new(),
            ending: None,
            teller,
            full: false,
            _place: None,
        };
        (front, watch)
    }

    /// Keeps a place among the connections.
    pub(crate) fn at(mut self, place: Arc<OwnedSemaphorePermit>) -> Self {
        self._place = Some(place);
        self
    }

    fn stream(&mut self) -> io::Result<Pin<&mut S>>
    where
        S: Unpin,
    {
        match &mut self.stream {
            Some(stream) => Ok(Pin::new(stream)),
            None => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// Looks at what was read behind the first `old` bytes of the buffer.
    #[inline]
    fn scan(&mut self, buf: &mut ReadBuf<'_>, old: usize) {
        if self.teller.upgraded() {
            self.scanner.pass();
        }
        let fresh = buf.filled().get(old..).unwrap_or_default();
        let verdict = self.scanner.feed(fresh);
        self.teller.tell(&self.scanner);
        if let Err(refusal) = verdict {
            self.refuse(buf, old, refusal);
        }
    }

    /// Tells when the client has to read before more can be written, and when it has.
    #[inline]
    fn note(&mut self, full: bool) {
        if full != self.full {
            self.full = full;
            self.teller.full(full);
        }
    }

    #[cold]
    fn refuse(&mut self, buf: &mut ReadBuf<'_>, old: usize, refusal: Refusal) {
        self.teller.violation(refusal.violation);
        buf.set_filled(old.saturating_add(refusal.at));
        self.ending = Some(match refusal.violation {
            Violation::Chunk => b"",
            _ => {
                // There is room: this byte stands where the forbidden one stood.
                buf.put_slice(b"\0");
                b"\r\n\r\n"
            }
        });
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Front<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(ending) = &mut this.ending {
            let (now, later) = ending.split_at(ending.len().min(buf.remaining()));
            buf.put_slice(now);
            *ending = later;
            return Poll::Ready(Ok(()));
        }
        let old = buf.filled().len();
        ready!(this.stream()?.poll_read(cx, buf))?;
        this.scan(buf, old);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Front<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = this.stream()?.poll_write(cx, bytes);
        this.note(written.is_pending());
        written
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = this.stream()?.poll_write_vectored(cx, slices);
        this.note(written.is_pending());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(S::is_write_vectored)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().stream()?.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().stream()?.poll_shutdown(cx)
    }
}

impl<S> Drop for Front<S> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.teller.hand_back(stream);
        }
    }
}
