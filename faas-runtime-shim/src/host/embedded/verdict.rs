//! What a settlement is to the store.

use std::time::Duration;

use super::super::store::{Claimed, Note, Push, Verdict};
use super::feed::Channel;
use super::message::{self, span};
use super::settings::Rooms;
use crate::application::{Application, FunctionIndex, Settled, dead_letter};
use crate::invocation::{Failure, FailureKind};
use crate::outlet::Message;
use crate::settle::Settlement;

/// What a settlement asks of the store, or of somebody else first.
pub(super) enum Step {
    /// This is all.
    Settle(Verdict),
    /// The dead letter goes where its queue is bound to.
    Publish {
        letter: Box<Message>,
        /// What is done with a letter that is refused there for good.
        otherwise: Verdict,
    },
}

/// Who has tried a message, and how.
pub(super) struct Attempt<'a> {
    pub(super) application: &'a Application,
    pub(super) function: FunctionIndex,
    pub(super) channel: &'a Channel,
    pub(super) rooms: &'a Rooms,
    pub(super) claimed: &'a Claimed,
    /// Whether it is a task that was asked to end.
    pub(super) is_cancelled: bool,
}

impl Attempt<'_> {
    /// Turns what became of a message into what is done with it.
    pub(super) fn step(self, settled: Settled) -> Step {
        let Settled {
            settlement,
            outcome,
            ..
        } = settled;
        let message = &self.claimed.message;
        let failure = match outcome {
            Ok(reply) => return Step::Settle(self.channel.feed.done(reply)),
            // it has heeded the wish, or failed otherwise: there is no next attempt either way
            Err(_) if self.is_cancelled => return Step::Settle(Verdict::Cancelled),
            Err(failure) => failure,
        };
        Step::Settle(match settlement {
            // a failure is never acknowledged
            Settlement::Acknowledge | Settlement::Return | Settlement::Fail => Verdict::Return {
                after: span(pause(failure.kind)),
            },
            Settlement::Redeliver { after } => Verdict::Again {
                after: span(after.saturating_add(jitter(after, message.id, message.attempt))),
                failure: note(&failure),
            },
            Settlement::DeadLetter => return self.bury(&failure),
        })
    }

    /// Ends a message that will not be tried again.
    pub(super) fn bury(self, failure: &Failure) -> Step {
        let attempt = self.claimed.message.attempt;
        let reason = match failure.kind {
            FailureKind::Reject => "rejected".to_owned(),
            _ => format!("failed {} times", attempt.min(self.channel.retry.max.get())),
        };
        let kept = Verdict::Dead {
            reason: reason.into(),
            failure: note(failure),
        };
        let Some(queue) = self.channel.dead_letter else {
            return Step::Settle(kept);
        };
        let name = self.application.state(self.function).name();
        let delivery = message::delivery(&self.claimed.message);
        let letter = dead_letter(queue, &delivery, name, failure, Some(attempt));
        match self.rooms.of(queue) {
            Ok(room) if !room.is_elsewhere => {
                let push = Push {
                    // nobody may lose it for want of room
                    limit: None,
                    remember: 0,
                    ..message::push(letter, &room)
                };
                Step::Settle(Verdict::Letter(Box::new(push)))
            }
            _ => Step::Publish {
                letter: Box::new(letter),
                otherwise: kept,
            },
        }
    }
}

/// How long a message waits that nobody has tried: a limit of this instance is not over at once.
fn pause(kind: FailureKind) -> Duration {
    match kind {
        FailureKind::Overload | FailureKind::Unroutable => Duration::from_secs(1),
        _ => Duration::ZERO,
    }
}

/// Writes a failure down.
pub(super) fn note(failure: &Failure) -> Note {
    let kind = match failure.kind {
        FailureKind::Retry | FailureKind::RetryAfter(_) => "retry",
        FailureKind::Reject => "reject",
        FailureKind::Panic => "panic",
        FailureKind::Deadline => "deadline",
        FailureKind::Overload => "overload",
        FailureKind::NotAttempted => "not attempted",
        FailureKind::Unroutable => "unroutable",
    };
    Note::new(kind, &failure.message)
}

/// Up to a quarter more, so that what failed together does not come again together. The same attempt of the same message
/// always gets the same, so that a simulation can be repeated.
fn jitter(after: Duration, id: i64, attempt: u32) -> Duration {
    // SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators")
    let mut word = id.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(attempt);
    word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let share = (word >> 32) as u32;
    (after / 4).mul_f64(f64::from(share) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    //! How much longer a back-off gets.

    use super::*;

    #[test]
    fn jitter_is_spread_over_a_quarter_and_stays_the_same() {
        let after = Duration::from_secs(4);
        let all: Vec<_> = (0..1000).map(|id| jitter(after, id, 1)).collect();
        assert!(all.iter().all(|it| *it <= Duration::from_secs(1)));
        let early = all.iter().filter(|it| **it < Duration::from_millis(500));
        assert!((400..600).contains(&early.count()));
        assert_eq!(jitter(after, 7, 2), jitter(after, 7, 2));
        assert_ne!(jitter(after, 7, 2), jitter(after, 7, 3));
        assert_eq!(jitter(Duration::ZERO, 7, 1), Duration::ZERO);
    }
}
