//! Thousands of invocations over connections that break at random: each is handled once, answered once or lost for a known
//! reason, and the process stays as small as it was.
//!
//! `FAAS_INVOCATIONS` says how many in each test, `FAAS_SEED` repeats a run; `.ci/run faults` plays a hundred thousand.

mod classic;
mod managed;
mod many;
mod streams;

use std::hash::{BuildHasher, RandomState};

use super::api::{At, Framing, Poll, Posting, Request};
use super::probe::Probe;

/// Where nothing else is said: enough for every kind of fault, and quick.
const INVOCATIONS: usize = 2000;

/// xorshift64*: enough for faults that can be repeated by their seed.
struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    /// From `FAAS_SEED`, to repeat a run, else from the process's own randomness.
    #[expect(clippy::print_stdout, reason = "a run that fails is repeated by it")]
    fn new() -> Self {
        let seed = match setting("FAAS_SEED") {
            Some(seed) => seed,
            None => RandomState::new().hash_one(0) | 1,
        };
        println!("FAAS_SEED={seed}");
        Self {
            seed,
            // zero would stay zero
            state: seed.max(1),
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let drawn = self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap() % limit
    }

    fn toss(&mut self) -> bool {
        self.below(2) == 0
    }
}

fn invocations() -> usize {
    setting("FAAS_INVOCATIONS").map_or(INVOCATIONS, |count| usize::try_from(count).unwrap())
}

fn setting(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "a setting of these tests alone")]
    let value = std::env::var(name);
    value.ok().map(|value| value.parse().unwrap())
}

/// How large a process was before, and what it may grow by: a page here and there, but nothing for each invocation.
struct Size {
    descriptors: usize,
    memory: usize,
}

impl Size {
    fn of(probe: &Probe) -> Self {
        let (descriptors, memory) = probe.size();
        Self {
            descriptors,
            memory,
        }
    }

    #[track_caller]
    fn is_kept(&self, probe: &Probe, slots: usize, seed: u64) {
        /// In KiB, for each slot: its buffers, and what the allocator keeps of a larger one.
        const ROOM: usize = 4 * 1024;
        let Self {
            descriptors,
            memory,
        } = Self::of(probe);
        assert!(
            descriptors <= self.descriptors + 1,
            "{descriptors} descriptors, {} before: FAAS_SEED={seed}",
            self.descriptors
        );
        assert!(
            memory <= self.memory + ROOM * slots,
            "{memory} KiB, {} before: FAAS_SEED={seed}",
            self.memory
        );
    }
}

/// What became of an invocation by the script.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Answered,
    /// The answer came and was refused.
    Refused(u16),
    /// The connection ended in the answer.
    Cut(At),
}

impl Fate {
    fn drawn(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..3 => Self::Refused(400),
            3 => Self::Refused(410),
            4 => Self::Refused(413),
            5..8 => Self::Cut(At::Head),
            8..11 => Self::Cut(At::Everything),
            11..14 => Self::Cut(At::HalfAnswer),
            14..16 => Self::Cut(At::Nothing),
            16..18 => Self::Cut(At::Body(1)),
            _ => Self::Answered,
        }
    }

    fn posting(self, dice: &mut Dice) -> Posting {
        let reset = dice.toss();
        match self {
            Self::Answered if dice.below(20) == 0 => Posting::Slow,
            Self::Answered => Posting::Ruled,
            Self::Refused(status) => Posting::Status(status, "{}"),
            Self::Cut(at) => Posting::Cut { at, reset },
        }
    }

    /// Whether the whole body came, and what it was answered with.
    #[track_caller]
    fn is_of(self, answer: &Request, seed: u64) {
        let found = (answer.is_whole, answer.status);
        let expected = match self {
            Self::Answered => (true, 202),
            Self::Refused(status) => (true, status),
            Self::Cut(At::Head | At::Body(_)) => (false, 0),
            Self::Cut(_) => (true, 0),
        };
        assert_eq!(found, expected, "{self:?}: FAAS_SEED={seed}");
    }
}

fn length(dice: &mut Dice) -> usize {
    match dice.below(100) {
        0 => 100_000,
        1..15 => 3000,
        _ => dice.below(200),
    }
}

fn framing(dice: &mut Dice) -> Framing {
    match dice.below(20) {
        0 => Framing::Chunks(700),
        1 => Framing::UntilClose,
        _ => Framing::BySize,
    }
}

/// Mostly nothing; else what breaks or empties the polls before it. What is waited out stays rare, for the test's time.
fn before_event(dice: &mut Dice) -> Vec<Poll> {
    let cut = |dice: &mut Dice, after| Poll::Cut {
        after,
        reset: dice.toss(),
    };
    match dice.below(2000) {
        0 => vec![Poll::Status(204, "")],
        1 => vec![Poll::Status(403, "{}")],
        2..4 => vec![cut(dice, 10), cut(dice, 0)],
        4..60 => vec![cut(dice, 0)],
        60..160 => {
            let after = dice.below(400);
            vec![cut(dice, after)]
        }
        _ => Vec::new(),
    }
}
