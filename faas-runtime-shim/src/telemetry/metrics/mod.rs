//! Counters of the invocation path.
//!
//! Plain atomics, not the `metrics` crate: counting costs a handful of additions, while a recorder looks its names up on
//! each call. A function's counters live in its entry of the application, so nothing is registered and nothing is global.
//! Numbers are relaxed: a scrape may see an invocation's outcome a moment before its duration. Start at [`FunctionMetrics`];
//! [`prometheus`] writes them.

pub(crate) mod own;
pub(crate) mod prometheus;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::settle::Settlement;

/// What one function's invocations came to, in this instance.
#[derive(Debug, Default)]
pub(crate) struct FunctionMetrics {
    in_flight: AtomicI64,
    cold_starts: AtomicU64,
    finished: [AtomicU64; OutcomeKind::ALL.len()],
    settled: [AtomicU64; SETTLEMENTS.len()],
    untranslated: [AtomicU64; UNTRANSLATED.len()],
    durations: Histogram,
}

/// The labels of what becomes of deliveries.
const SETTLEMENTS: [&str; 5] = ["acknowledge", "redeliver", "return", "dead_letter", "fail"];

/// What of a call of gRPC-Web or Connect could not be translated.
#[cfg_attr(not(feature = "grpc"), allow(dead_code, reason = "only for gRPC"))]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Untranslated {
    Request,
    Answer,
}

/// Their labels, in the order of their declaration.
const UNTRANSLATED: [&str; 2] = ["request", "answer"];

impl FunctionMetrics {
    /// Something could not be translated.
    #[cfg_attr(not(feature = "grpc"), allow(dead_code, reason = "only for gRPC"))]
    pub(crate) fn untranslated(&self, what: Untranslated) {
        self.untranslated[what as usize].fetch_add(1, Relaxed);
    }

    /// A delivery has been settled so.
    pub(crate) fn settled(&self, settlement: Settlement) {
        let index = match settlement {
            Settlement::Acknowledge => 0,
            Settlement::Redeliver { .. } => 1,
            Settlement::Return => 2,
            Settlement::DeadLetter => 3,
            Settlement::Fail => 4,
        };
        self.settled[index].fetch_add(1, Relaxed);
    }

    /// An invocation begins. Each call is followed by one of [`finished`](Self::finished).
    pub(crate) fn started(&self) {
        self.in_flight.fetch_add(1, Relaxed);
    }

    /// The invocation that begins is the instance's first.
    pub(crate) fn cold_started(&self) {
        self.cold_starts.fetch_add(1, Relaxed);
    }

    /// An invocation that had [`started`](Self::started) is over.
    pub(crate) fn finished(&self, kind: OutcomeKind, duration: Duration) {
        self.in_flight.fetch_sub(1, Relaxed);
        self.count(kind);
        self.durations.record(duration);
    }

    /// An invocation came to its outcome without having started: it has no duration.
    pub(crate) fn refused(&self, kind: OutcomeKind) {
        self.count(kind);
    }

    /// How many invocations run at this moment.
    pub(crate) fn in_flight(&self) -> u64 {
        u64::try_from(self.in_flight.load(Relaxed)).unwrap_or(0)
    }

    fn count(&self, kind: OutcomeKind) {
        self.finished[kind as usize].fetch_add(1, Relaxed);
    }
}

/// How an invocation ended, as a metric's label.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum OutcomeKind {
    /// A reply.
    Success,
    /// Failed, to be tried again.
    Retry,
    /// Failed, to be tried again after a delay.
    RetryAfter,
    /// Failed, never to be tried again.
    Reject,
    /// The handler panicked.
    Panic,
    /// The deadline passed first.
    Deadline,
    /// A limit left no room to start it.
    Overload,
    /// The caller went away before the end.
    Cancelled,
    /// A delivery behind a failed one of its key.
    NotAttempted,
}

impl OutcomeKind {
    /// Each kind with its label, in the order of their declaration, which is that of the counters.
    const ALL: [(Self, &'static str); 9] = [
        (Self::Success, "success"),
        (Self::Retry, "retry"),
        (Self::RetryAfter, "retry_after"),
        (Self::Reject, "reject"),
        (Self::Panic, "panic"),
        (Self::Deadline, "deadline"),
        (Self::Overload, "overload"),
        (Self::Cancelled, "cancelled"),
        (Self::NotAttempted, "not_attempted"),
    ];

    /// Returns the label.
    #[cfg_attr(
        not(feature = "aws-lambda"),
        expect(dead_code, reason = "of adapters that tell about each invocation")
    )]
    pub(crate) const fn label(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// How many invocations took at most how long.
#[derive(Debug, Default)]
struct Histogram {
    buckets: [AtomicU64; BOUNDS.len()],
    beyond: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Histogram {
    fn record(&self, duration: Duration) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let index = BOUNDS.partition_point(|bound| bound.nanoseconds < nanoseconds);
        self.buckets
            .get(index)
            .unwrap_or(&self.beyond)
            .fetch_add(1, Relaxed);
        self.nanoseconds.fetch_add(nanoseconds, Relaxed);
    }
}

struct Bound {
    nanoseconds: u64,
    label: &'static str,
}

// Prometheus' customary bounds for requests, and two below for handlers that only touch memory.
const BOUNDS: [Bound; 13] = [
    Bound {
        nanoseconds: 500_000,
        label: "0.0005",
    },
    Bound {
        nanoseconds: 1_000_000,
        label: "0.001",
    },
    Bound {
        nanoseconds: 5_000_000,
        label: "0.005",
    },
    Bound {
        nanoseconds: 10_000_000,
        label: "0.01",
    },
    Bound {
        nanoseconds: 25_000_000,
        label: "0.025",
    },
    Bound {
        nanoseconds: 50_000_000,
        label: "0.05",
    },
    Bound {
        nanoseconds: 100_000_000,
        label: "0.1",
    },
    Bound {
        nanoseconds: 250_000_000,
        label: "0.25",
    },
    Bound {
        nanoseconds: 500_000_000,
        label: "0.5",
    },
    Bound {
        nanoseconds: 1_000_000_000,
        label: "1",
    },
    Bound {
        nanoseconds: 2_500_000_000,
        label: "2.5",
    },
    Bound {
        nanoseconds: 5_000_000_000,
        label: "5",
    },
    Bound {
        nanoseconds: 10_000_000_000,
        label: "10",
    },
];
