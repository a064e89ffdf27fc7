//! One connection: it reads messages and answers them in their order, whatever framing each of them has.
//!
//! Nothing is handed to another task on the way of a plain call. Answers are gathered while further messages are there
//! already, and sent in one piece; while a handler waits, those before its own are on their way.

use std::future::poll_fn;
use std::io;
use std::mem;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Sleep, sleep};

use super::Policy;
use super::beside::Beside;
use super::end::{self, End};
use super::patience::Patience;
use super::refusal::refusal;
use crate::application::Application;
use crate::host::http::Phase;
use crate::invocation::Facts;
use crate::thrift::dispatch::{Dispatched, Incoming, dispatch};
use crate::thrift::wire::{Frame, Framer};

/// Whom a connection is to, and what it is served with.
pub(super) struct Client {
    pub(super) peer: SocketAddr,
    pub(super) policy: Policy,
    pub(super) application: Application,
    pub(super) phase: watch::Receiver<Phase>,
    /// Its place among the connections.
    pub(super) permit: OwnedSemaphorePermit,
}

/// Serves a connection to its end, calls that run beside it included.
pub(super) async fn connection<S>(stream: S, client: Client)
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let Client {
        peer,
        policy,
        application,
        mut phase,
        permit: _permit,
    } = client;
    let draining = AtomicBool::new(false);
    let mut talk = Talk::new(stream, peer, policy, application, &draining);
    let end = {
        let mut talking = pin!(talk.run());
        let seen = phase.clone();
        let mut drain = pin!(phase.wait_for(|phase| *phase != Phase::Serving));
        let mut watched = false;
        poll_fn(|cx| {
            // once it waits, it need not be asked again before there is news: the task stays the same
            if !(watched && seen.has_changed().is_ok_and(|news| !news)) {
                watched = true;
                if !draining.load(Ordering::Relaxed) && drain.as_mut().poll(cx).is_ready() {
                    draining.store(true, Ordering::Relaxed);
                }
            }
            talking.as_mut().poll(cx)
        })
        .await
    };
    let Talk {
        stream, mut beside, ..
    } = talk;
    end::end(stream, end, peer).await;
    beside.all().await;
}

struct Talk<'a, S> {
    stream: S,
    peer: SocketAddr,
    policy: Policy,
    application: Application,
    draining: &'a AtomicBool,
    framer: Framer,
    read: BytesMut,
    /// The client has said that it sends no more; it may still read.
    ended: bool,
    /// The instance drains, and a message was answered since: a client with many on their way is never through.
    parting: bool,
    /// Answers on their way.
    out: BytesMut,
    patience: Patience,
    beside: Beside,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Talk<'a, S> {
    fn new(
        stream: S,
        peer: SocketAddr,
        policy: Policy,
        application: Application,
        draining: &'a AtomicBool,
    ) -> Self {
        Self {
            stream,
            peer,
            policy,
            application,
            draining,
            framer: Framer::new(policy.limits),
            read: BytesMut::new(),
            ended: false,
            parting: false,
            out: BytesMut::new(),
            patience: Patience::new(policy.idle_timeout.min(policy.message_timeout).min(STALL)),
            beside: Beside::new(policy.limits.frame),
        }
    }

    /// Talks until there is a reason to end.
    async fn run(&mut self) -> End {
        match self.talk().await {
            Ok(end) | Err(end) => end,
        }
    }

    async fn talk(&mut self) -> Result<End, End> {
        loop {
            match self.framer.next(&mut self.read) {
                Ok(Some(frame)) => {
                    self.take(frame).await?;
                    self.patience.is_between();
                    self.parting = self.draining.load(Ordering::Relaxed);
                }
                Ok(None) => {
                    self.flush().await?;
                    if self.ended && self.read.is_empty() {
                        return Ok(End::Quiet);
                    }
                    if self.ended {
                        return Ok(End::Cut);
                    }
                    self.more().await?;
                }
                Err(malformed) => {
                    self.flush().await?;
                    let last = refusal(&self.read, &malformed);
                    return Ok(End::Malformed { malformed, last });
                }
            }
        }
    }

    /// Answers a message.
    async fn take(&mut self, frame: Frame) -> Result<(), End> {
        let length = frame.payload.len();
        let facts = Facts {
            peer: Some(self.peer.ip()),
            ..Facts::default()
        };
        // earlier answers are sent while a handler waits, so they stay where they are
        let room = match self.out.is_empty() {
            true => mem::take(&mut self.out),
            false => BytesMut::new(),
        };
        let incoming = Incoming {
            facts,
            frame,
            place: None,
            room,
        };
        let mut dispatched = match dispatch(&self.application, incoming) {
            Ok(dispatched) => dispatched,
            Err(malformed) => {
                self.flush().await?;
                let last = None;
                return Err(End::Malformed { malformed, last });
            }
        };
        if dispatched.is_oneway() {
            return self.put_beside(dispatched, length).await;
        }
        let Some(bytes) = self.attend(&mut dispatched).await? else {
            return Ok(());
        };
        if self.out.is_empty() {
            self.out = bytes;
        } else {
            self.out.extend_from_slice(&bytes);
        }
        if self.out.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    async fn put_beside(&mut self, call: Dispatched, length: usize) -> Result<(), End> {
        let Some(call) = Beside::begin(call) else {
            return Ok(());
        };
        if !self.beside.has_room() {
            self.flush().await?;
            self.beside.room().await;
            self.patience.moved();
        }
        self.beside.add(call, length);
        Ok(())
    }

    /// Waits for an answer. Meanwhile those before it are sent, and a little is read ahead: so it is noticed if the client
    /// goes away, and the handler does not go on for nobody.
    async fn attend(&mut self, dispatched: &mut Dispatched) -> io::Result<Option<BytesMut>> {
        let mut gone: Option<Pin<Box<Sleep>>> = None;
        poll_fn(|cx| {
            if let Poll::Ready(answered) = Pin::new(&mut *dispatched).poll(cx) {
                self.patience.moved();
                return Poll::Ready(Ok(answered));
            }
            if let Poll::Ready(Err(error)) = self.poll_flush(cx) {
                return Poll::Ready(Err(error));
            }
            while !self.ended && self.read.len() < AHEAD {
                if let Err(error) = ready!(self.poll_read(cx)) {
                    return Poll::Ready(Err(error));
                }
            }
            if self.ended {
                let gone = gone.get_or_insert_with(|| Box::pin(sleep(GONE)));
                ready!(gone.as_mut().poll(cx));
                let why = "the client closed it, and did not wait for the answer";
                return Poll::Ready(Err(io::Error::other(why)));
            }
            Poll::Pending
        })
        .await
    }

    /// Waits for more bytes.
    async fn more(&mut self) -> Result<(), End> {
        // the last message was a large one, the next will hardly be
        if self.read.is_empty() && self.read.capacity() > KEPT {
            self.read = BytesMut::new();
        }
        if self.out.capacity() > KEPT {
            self.out = BytesMut::new();
        }
        if self.parting {
            return Err(End::Parting);
        }
        poll_fn(|cx| {
            if let Poll::Ready(read) = self.poll_read(cx) {
                return Poll::Ready(read.map_err(End::from));
            }
            let is_between = self.read.is_empty();
            if is_between && self.draining.load(Ordering::Relaxed) {
                return Poll::Ready(Err(End::Quiet));
            }
            if is_between {
                self.patience.is_between();
                let idle = self.patience.poll_over(cx, self.policy.idle_timeout);
                return idle.map(|()| Err(End::Quiet));
            }
            let limit = self.policy.idle_timeout.min(STALL);
            let whole = self.policy.message_timeout;
            self.patience
                .poll_message(cx, limit, whole)
                .map(|()| Err(End::Stalled))
        })
        .await
    }

    /// Sends the answers so far.
    async fn flush(&mut self) -> Result<(), End> {
        if self.out.is_empty() {
            return Ok(());
        }
        poll_fn(|cx| {
            if let Poll::Ready(written) = self.poll_flush(cx) {
                return Poll::Ready(written.map_err(End::from));
            }
            let limit = self.policy.idle_timeout.min(STALL);
            self.patience
                .poll_over(cx, limit)
                .map(|()| Err(End::Stalled))
        })
        .await
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let room = self.read.capacity().saturating_sub(self.read.len());
        if room < LEAST {
            // as much as has come already: a long message is moved a few times, and a claimed length costs nothing
            self.read.reserve(self.read.len().clamp(USUAL, MOST));
        }
        let read = ready!(pin!(self.stream.read_buf(&mut self.read)).poll(cx))?;
        self.ended = read == 0;
        self.patience.moved();
        Poll::Ready(Ok(()))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            // not by `write_buf`: a vectored write of one slice costs the kernel more
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.out))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            if written == self.out.len() {
                // from the front again, for the next answer
                self.out.clear();
            } else {
                self.out.advance(written);
            }
            self.patience.moved();
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }
}

/// How long a client may pause in the middle of a message or of an answer, if it may be idle for so long at all.
const STALL: Duration = Duration::from_secs(30);

/// How long a handler goes on for a client that sends no more. It has gone, as far as can be known: none of the libraries closes
/// its half to read on, but a script may.
const GONE: Duration = Duration::from_secs(2);

/// The bytes of answers that are sent without looking for a further message.
const BATCH: usize = 64 * 1024;

/// The bytes that are read while a handler waits; what comes behind them stays with the client.
const AHEAD: usize = 64 * 1024;

/// The largest buffer that a connection keeps while it is idle.
const KEPT: usize = 64 * 1024;

/// The room for a read.
const LEAST: usize = 4 * 1024;
const USUAL: usize = 16 * 1024;
const MOST: usize = 1024 * 1024;
