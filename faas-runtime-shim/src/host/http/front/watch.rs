//! What the serving loop and the service see of a connection that hyper owns.
//!
//! Two stores per read and none per write; how long a connection has stood still is sampled, so that no request arms or
//! moves a timer. Of HTTP/2 only idleness is seen here; it has its own means for the rest (pings, streams).

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use http::{Method, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::scan::{Phase, Scanner};
use super::violation::Violation;
use crate::host::linger::{LINGER, linger};

/// The serving loop's side of a [`Front`](super::Front).
///
/// Select over the connection's future and [`Watch::overdue`]; when either ends, drop the future and call
/// [`Watch::time_out`] or [`Watch::close`], which get the stream back from it.
#[derive(Debug)]
pub(crate) struct Watch<S> {
    seen: Arc<Seen>,
    stream: Slot<S>,
}

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// From the first byte of a request's head to its last.
    pub(crate) head: Duration,
    /// From an answer to the next request, and from the connection to the first.
    pub(crate) idle: Duration,
    /// From what could be written to what can be written again.
    pub(crate) stalled: Duration,
}

/// What a client has not done in time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Overdue {
    /// A head has begun and not ended.
    Head,
    /// No request has begun.
    Idle,
    /// The client does not read its answer.
    Stalled,
}

impl<S> Watch<S> {
    /// Returns what the service tells the connection with.
    pub(crate) fn signals(&self) -> Signals {
        Signals {
            seen: Arc::clone(&self.seen),
        }
    }

    /// Says whether the connection may be closed without a loss: no part of a request has come, none is being answered.
    pub(crate) fn is_idle(&self) -> bool {
        let is_quiet = match self.seen.phase() {
            Phase::Between => self.seen.is_answered(),
            Phase::Passing => self.is_http2() && self.seen.is_done(),
            Phase::Head | Phase::Body | Phase::Refused => false,
        };
        is_quiet && !self.is_stalled()
    }

    /// Says whether the connection speaks HTTP/2, and has not become a tunnel.
    pub(crate) fn is_http2(&self) -> bool {
        self.seen.is_http2()
    }

    /// Says whether the client has to read before more can be written.
    fn is_stalled(&self) -> bool {
        self.seen.full.load(Ordering::Acquire)
    }

    /// Says whether a head has begun and not ended, and every request before it is answered.
    pub(crate) fn half_head(&self) -> bool {
        self.seen.phase() == Phase::Head && self.seen.is_answered()
    }

    /// Returns why a request was refused, for the log.
    pub(crate) fn violation(&self) -> Option<Violation> {
        self.seen.violation.get().copied()
    }

    /// Waits until the client has been idle, or in one head, for too long: at most a quarter of the shorter time longer.
    ///
    /// It replaces hyper's `header_read_timeout`, which makes a timer for each request, takes idleness for a late head
    /// and does not cover the bytes in which HTTP/1 and HTTP/2 are told apart.
    ///
    /// # Cancel safety
    ///
    /// A new call begins to count anew: pin one future beside the connection's.
    pub(crate) async fn overdue(&self, timeouts: Timeouts) -> Overdue {
        let tick = (timeouts.head.min(timeouts.idle) / 4).max(SHORTEST_TICK);
        let mut moment = None;
        let mut still = Duration::ZERO;
        loop {
            tokio::time::sleep(tick).await;
            let now = Some(self.seen.moment());
            still = match now == moment {
                true => still.saturating_add(tick),
                false => Duration::ZERO,
            };
            moment = now;
            if self.half_head() && still >= timeouts.head {
                return Overdue::Head;
            }
            if self.is_idle() && still >= timeouts.idle {
                return Overdue::Idle;
            }
            if self.is_stalled() && still >= timeouts.stalled {
                return Overdue::Stalled;
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Watch<S> {
    /// Ends a connection that was [overdue](Watch::overdue): half a head is answered with 408, idleness with nothing.
    ///
    /// The connection's future must have been dropped; else, and after an upgrade, nothing happens.
    pub(crate) async fn time_out(self) {
        let half_head = self.half_head();
        let Some(mut stream) = self.reclaim() else {
            return;
        };
        let ending = async {
            if half_head {
                stream.write_all(REQUEST_TIMEOUT).await?;
                linger(&mut stream).await
            } else {
                stream.shutdown().await
            }
        };
        // Best effort: whoever does not send may not read either.
        let _ = tokio::time::timeout(LINGER, ending).await;
    }

    /// Ends a connection whose future has ended.
    ///
    /// If the client was still sending (a body that was answered early, bytes behind a refused one), what it sends is read
    /// and dropped for a while: a close with unread bytes resets the connection and takes the answer with it (RFC 9112,
    /// section 9.6). The connection's future must have been dropped; else, and after an upgrade, nothing happens.
    pub(crate) async fn close(self) {
        let sending = match self.seen.phase() {
            Phase::Head | Phase::Body | Phase::Refused => true,
            // hyper refused a head, or the client left.
            Phase::Between => !self.seen.is_answered(),
            Phase::Passing => false,
        };
        let Some(mut stream) = self.reclaim() else {
            return;
        };
        if sending {
            let _ = tokio::time::timeout(LINGER, linger(&mut stream)).await;
        }
    }

    fn reclaim(self) -> Option<S> {
        let mut slot = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        slot.take()
    }
}

/// Below it sampling would cost more than it is worth.
const SHORTEST_TICK: Duration = Duration::from_millis(10);

/// RFC 9110, section 15.5.9.
const REQUEST_TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// The service's side of a [`Front`](super::Front); clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    seen: Arc<Seen>,
}

impl Signals {
    /// Begins an answer; keep the value until the answer's body has ended or been dropped.
    pub(crate) fn answer(&self) -> Answer {
        self.seen.begun.fetch_add(1, Ordering::Release);
        Answer {
            seen: Arc::clone(&self.seen),
        }
    }

    /// Says whether the body of an HTTP/1 request has not come to its end.
    pub(crate) fn is_in_body(&self) -> bool {
        self.seen.phase() == Phase::Body
    }

    /// Tells the status of an answer before hyper gets it: behind an upgrade the bytes are no longer HTTP/1.
    ///
    /// On the way out it could not be seen for certain: the body of another answer can look like a head.
    pub(crate) fn status(&self, method: &Method, status: StatusCode) {
        let tunnel = method == Method::CONNECT && status.is_success();
        // in HTTP/2 it is one stream's, and the connection goes on as it was
        if (tunnel || status == StatusCode::SWITCHING_PROTOCOLS) && !self.seen.is_http2() {
            self.seen.upgraded.store(true, Ordering::Release);
        }
    }
}

/// An answer in progress; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Answer {
    seen: Arc<Seen>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.seen.answered.fetch_add(1, Ordering::Release);
    }
}

/// Makes the two ends of what a [`Front`](super::Front) tells.
pub(super) fn watch<S>() -> (Teller<S>, Watch<S>) {
    let seen = Arc::new(Seen::default());
    let stream = Slot::default();
    let teller = Teller {
        seen: Arc::clone(&seen),
        stream: Arc::clone(&stream),
    };
    (teller, Watch { seen, stream })
}

/// The end of it that the `Front` holds.
#[derive(Debug)]
pub(super) struct Teller<S> {
    seen: Arc<Seen>,
    stream: Slot<S>,
}

impl<S> Teller<S> {
    #[inline]
    pub(super) fn upgraded(&self) -> bool {
        self.seen.upgraded.load(Ordering::Acquire)
    }

    #[inline]
    pub(super) fn tell(&self, scanner: &Scanner) {
        self.seen.heads.store(scanner.heads(), Ordering::Release);
        self.seen
            .phase
            .store(scanner.phase() as u8, Ordering::Release);
    }

    /// A write had to wait, or has gone on.
    pub(super) fn full(&self, full: bool) {
        self.seen.full.store(full, Ordering::Release);
        self.seen.changes.fetch_add(1, Ordering::Release);
    }

    pub(super) fn violation(&self, violation: Violation) {
        // The first one ends the connection, so there is no second.
        let _ = self.seen.violation.set(violation);
    }

    pub(super) fn hand_back(&self, stream: S) {
        let mut slot = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(stream);
    }
}

/// Where the stream goes when hyper has dropped the `Front`.
type Slot<S> = Arc<Mutex<Option<S>>>;

/// What the `Front` and the service tell; each field has one writer.
#[derive(Debug, Default)]
struct Seen {
    /// A [`Phase`] as a number.
    phase: AtomicU8,
    /// Heads that have come, wrapping.
    heads: AtomicU32,
    /// Answers that have begun, wrapping; of HTTP/2 nobody counts the heads.
    begun: AtomicU32,
    /// Answers that have ended, wrapping.
    answered: AtomicU32,
    /// Whether the last write had to wait for the client to read.
    full: AtomicBool,
    /// How often that has changed, wrapping.
    changes: AtomicU32,
    upgraded: AtomicBool,
    violation: OnceLock<Violation>,
}

impl Seen {
    fn phase(&self) -> Phase {
        let phase = self.phase.load(Ordering::Acquire);
        [Phase::Between, Phase::Head, Phase::Body, Phase::Passing]
            .into_iter()
            .find(|&known| known as u8 == phase)
            .unwrap_or(Phase::Refused)
    }

    fn is_http2(&self) -> bool {
        self.phase() == Phase::Passing && !self.upgraded.load(Ordering::Acquire)
    }

    fn is_answered(&self) -> bool {
        self.heads.load(Ordering::Acquire) == self.answered.load(Ordering::Acquire)
    }

    fn is_done(&self) -> bool {
        self.begun.load(Ordering::Acquire) == self.answered.load(Ordering::Acquire)
    }

    /// Two equal moments have no request between them, if all are answered: each would have added an answer.
    fn moment(&self) -> (u8, u32, u32) {
        (
            self.phase.load(Ordering::Acquire),
            self.answered.load(Ordering::Acquire),
            self.changes.load(Ordering::Acquire),
        )
    }
}
