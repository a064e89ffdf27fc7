//! One connection to the peer: writes a request and reads its answer at the same time.
//!
//! A peer may answer before the request is through (a 413) and close; who only writes then sees a
//! broken pipe and never the answer. So both directions are driven by one poll, and an answer
//! counts more than a failed write.

use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::endpoint::Endpoint;
use super::outgoing::Outgoing;
use super::wire::{Malformed, Reader, RequestError};

/// An open connection on which no request is under way.
pub(super) struct Connection {
    stream: TcpStream,
    /// The same socket past tokio, whose notion of readiness is as old as its last turn of the
    /// event loop.
    twin: std::net::TcpStream,
}

impl Connection {
    /// Connects; without a time-out of its own, as the process may be frozen at any time.
    pub(super) async fn open(endpoint: &Endpoint) -> io::Result<Self> {
        let stream = TcpStream::connect(endpoint.host_and_port()).await?;
        stream.set_nodelay(true)?;
        let stream = stream.into_std()?;
        let twin = stream.try_clone()?;
        Ok(Self {
            stream: TcpStream::from_std(stream)?,
            twin,
        })
    }

    /// Whether the peer has neither closed the connection nor sent what nobody asked for.
    pub(super) fn is_quiet(&self) -> bool {
        matches!(self.twin.peek(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Sends the request and reads its answer; says whether the connection can carry another one.
    ///
    /// # Errors
    ///
    /// When no answer came. The connection is of no more use then.
    ///
    /// # Cancel safety
    ///
    /// None: a dropped exchange leaves half an answer behind, so drop the connection with it.
    pub(super) async fn exchange<O: Outgoing>(
        &mut self,
        request: &mut O,
        reader: &mut Reader,
    ) -> Result<bool, Failure> {
        let mut writing = Writing::Going;
        std::future::poll_fn(|cx| self.poll_exchange(cx, request, reader, &mut writing)).await
    }

    fn poll_exchange<O: Outgoing>(
        &mut self,
        cx: &mut Context<'_>,
        request: &mut O,
        reader: &mut Reader,
        writing: &mut Writing,
    ) -> Poll<Result<bool, Failure>> {
        if matches!(writing, Writing::Going)
            && let Poll::Ready(written) = self.poll_write(cx, request)
        {
            *writing = match written {
                Ok(()) => Writing::Through,
                Err(Unwritten::Source(source)) => {
                    return Poll::Ready(Err(Failure::Request(source)));
                }
                // What can be read now was not sent in answer to this request.
                Err(Unwritten::Socket(source)) if request.is_unsent() => {
                    return Poll::Ready(Err(Failure::Broken {
                        place: reader.place(),
                        source,
                    }));
                }
                Err(Unwritten::Socket(source)) => Writing::Broken(source),
            };
        }
        if !reader.is_complete()
            && let Err(failure) = ready!(self.poll_read(cx, reader))
        {
            return Poll::Ready(Err(
                match (failure, std::mem::replace(writing, Writing::Through)) {
                    // The first thing that went wrong tells more than what followed from it.
                    (Failure::Broken { place, .. }, Writing::Broken(source)) => {
                        Failure::Broken { place, source }
                    }
                    (failure, _) => failure,
                },
            ));
        }
        match writing {
            Writing::Through => Poll::Ready(Ok(reader.is_reusable())),
            Writing::Broken(_) => Poll::Ready(Ok(false)),
            Writing::Going if reader.is_refusal() => Poll::Ready(Ok(false)),
            // who has answered and closed does not take the rest either
            Writing::Going => self.poll_closed(cx).map(|()| Ok(false)),
        }
    }

    fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<()> {
        match ready!(self.stream.poll_peek(cx, &mut ReadBuf::new(&mut [0]))) {
            Ok(0) | Err(_) => Poll::Ready(()),
            // what nobody has asked for is seen before the next request
            Ok(_) => Poll::Pending,
        }
    }

    fn poll_write<O: Outgoing>(
        &mut self,
        cx: &mut Context<'_>,
        request: &mut O,
    ) -> Poll<Result<(), Unwritten>> {
        while let Some(parts) = ready!(request.poll_parts(cx)).map_err(Unwritten::Source)? {
            let stream = Pin::new(&mut self.stream);
            let count = match parts {
                [only, [], []] => ready!(stream.poll_write(cx, only)),
                parts => ready!(stream.poll_write_vectored(cx, &parts.map(IoSlice::new))),
            };
            match count {
                Ok(0) => {
                    return Poll::Ready(Err(Unwritten::Socket(io::ErrorKind::WriteZero.into())));
                }
                Ok(count) => request.advance(count),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(Unwritten::Socket(error))),
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        reader: &mut Reader,
    ) -> Poll<Result<(), Failure>> {
        while !reader.is_complete() {
            let mut room = reader.room();
            let read = pin!(self.stream.read_buf(&mut room));
            let source = match ready!(read.poll(cx)) {
                Ok(0) if reader.ended().map_err(Failure::Malformed)? => break,
                Ok(0) => io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the peer closed the connection",
                ),
                Ok(count) => {
                    reader.filled(count).map_err(Failure::Malformed)?;
                    continue;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            return Poll::Ready(Err(Failure::Broken {
                place: reader.place(),
                source,
            }));
        }
        Poll::Ready(Ok(()))
    }
}

/// Why an exchange came to no answer.
pub(super) enum Failure {
    /// The request itself cannot be written; the peer got a part of it at most.
    Request(RequestError),
    Broken {
        place: &'static str,
        source: io::Error,
    },
    Malformed(Malformed),
}

/// How far the request is.
enum Writing {
    Going,
    Through,
    Broken(io::Error),
}

/// Why a request could not be written to its end.
enum Unwritten {
    Source(RequestError),
    Socket(io::Error),
}
