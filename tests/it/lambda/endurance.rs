//! Two thousand invocations over a connection that breaks at random: each is answered once or lost for a known reason, and
//! the process stays as small as it was.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::api::{At, Event, Framing, Poll, Posting};
use super::probe::Probe;

const INVOCATIONS: usize = 2000;

/// What a fault-free round grows by: a page here and there, but nothing for each invocation.
const ROOM: usize = 4 * 1024;

/// xorshift64*: enough for faults that can be repeated by their seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
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

#[test]
fn no_fault_loses_or_doubles_an_answer() {
    let seed = seed();
    println!("FAAS_SEED={seed}");
    let mut dice = Dice(seed);
    let probe = Probe::of("mirror");
    for _ in 0..200 {
        probe.answer(Event::new("{}"));
    }
    let before = probe.size();
    let mut fates = HashMap::new();
    for number in 0..INVOCATIONS {
        let body = format!("[{number},\"{}\"]", "x".repeat(size(&mut dice)));
        let event = Event::new(body).framed(framing(&mut dice));
        let (posting, fate) = posting(&mut dice);
        fates.insert(event.id().to_owned(), fate);
        probe.api.posts(posting);
        probe.api.polls(
            before_event(&mut dice)
                .into_iter()
                .chain([Poll::Hand(event)]),
        );
        probe.received();
    }
    // what the last answer's loss does to the connection is over with one more round
    probe.answer(Event::new("{}"));
    let after = probe.size();

    let mut posts: HashMap<String, Vec<(bool, u16)>> = HashMap::new();
    for request in probe.api.all() {
        let (id, _) = request.invocation().unwrap();
        posts
            .entry(id)
            .or_default()
            .push((request.is_whole, request.status));
    }
    for (id, fate) in &fates {
        let expected = match *fate {
            Fate::Answered => (true, 202),
            Fate::Refused(status) => (true, status),
            Fate::Cut(at) => (at != At::Head, 0),
        };
        let of_it = posts.get(id).map(Vec::as_slice);
        assert_eq!(
            of_it,
            Some(&[expected][..]),
            "{id}: {fate:?} with FAAS_SEED={seed}"
        );
    }
    assert!(
        after.0 <= before.0 + 1,
        "{} descriptors, {} before: FAAS_SEED={seed}",
        after.0,
        before.0
    );
    assert!(
        after.1 <= before.1 + ROOM,
        "{} KiB, {} before: FAAS_SEED={seed}",
        after.1,
        before.1
    );
}

/// From `FAAS_SEED`, to repeat a run, else from the process's own randomness.
fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a setting of this test alone")]
    let asked = std::env::var("FAAS_SEED");
    match asked {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => RandomState::new().hash_one(0) | 1,
    }
}

fn size(dice: &mut Dice) -> usize {
    match dice.below(20) {
        0 => 100_000,
        1..4 => 3000,
        _ => usize::try_from(dice.below(200)).unwrap(),
    }
}

fn framing(dice: &mut Dice) -> Framing {
    match dice.below(20) {
        0 => Framing::Chunks(700),
        1 => Framing::UntilClose,
        2 => Framing::ThenClose,
        _ => Framing::BySize,
    }
}

/// Mostly nothing; else what breaks or empties the polls before it. What is waited out stays rare, for the test's time.
fn before_event(dice: &mut Dice) -> Vec<Poll> {
    match dice.below(200) {
        0 => vec![Poll::Status(204, "")],
        1 => vec![Poll::Status(403, "{}")],
        2..12 => vec![Poll::Cut {
            after: 0,
            reset: dice.below(2) == 0,
        }],
        12..30 => vec![Poll::Cut {
            after: usize::try_from(dice.below(400)).unwrap(),
            reset: dice.below(2) == 0,
        }],
        30..32 => vec![
            Poll::Cut {
                after: 10,
                reset: true,
            },
            Poll::Cut {
                after: 0,
                reset: false,
            },
        ],
        _ => Vec::new(),
    }
}

fn posting(dice: &mut Dice) -> (Vec<Posting>, Fate) {
    let reset = dice.below(2) == 0;
    match dice.below(100) {
        0..3 => (vec![Posting::Status(400, "{}")], Fate::Refused(400)),
        3 => (vec![Posting::Status(410, "{}")], Fate::Refused(410)),
        4 => (vec![Posting::Status(413, "{}")], Fate::Refused(413)),
        5..8 => (
            vec![Posting::Cut {
                at: At::Head,
                reset,
            }],
            Fate::Cut(At::Head),
        ),
        8..11 => (
            vec![Posting::Cut {
                at: At::Everything,
                reset,
            }],
            Fate::Cut(At::Everything),
        ),
        11..14 => (
            vec![Posting::Cut {
                at: At::HalfAnswer,
                reset,
            }],
            Fate::Cut(At::HalfAnswer),
        ),
        // the platform never saw it, so the event comes again and is answered then
        14..16 => (
            vec![Posting::Cut {
                at: At::Nothing,
                reset,
            }],
            Fate::Answered,
        ),
        _ => (vec![Posting::Ruled], Fate::Answered),
    }
}
