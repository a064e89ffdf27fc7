//! What becomes of a delivery once its handler is through: one pure function, all the rules.
//!
//! Sources and adapters carry its answer out and have no rules of their own. What it does not know is what only they can
//! know: how a platform spells a failure.

use std::time::Duration;

use crate::function::RetryPolicy;
use crate::invocation::FailureKind;

/// What whoever brought a delivery can do with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Means {
    /// How it was brought.
    pub form: Form,
    /// Whether the function has a queue for dead letters that can be written to.
    pub dead_letter: bool,
}

/// How a delivery was brought.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// We have taken it from a broker, and settle it there.
    Pulled,
    /// A platform has pushed it in a batch of which single deliveries can fail.
    PartialBatches,
    /// A platform has pushed it in a batch that succeeds or fails as a whole.
    WholeBatches,
    /// A platform has pushed it and taken it off its list already; a failure is only told.
    Acknowledged,
}

/// What becomes of a delivery.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Settlement {
    /// It is done.
    Acknowledge,
    /// It comes again after this much time, as the next attempt.
    Redeliver {
        /// How long it waits at least.
        after: Duration,
    },
    /// It comes again as the same attempt: nobody has tried it.
    Return,
    /// It goes to the dead letters, and is done.
    DeadLetter,
    /// It counts as failed with whoever pushed it.
    Fail,
}

impl Settlement {
    /// Tells whether nothing behind the delivery may be settled before it, where there is an order.
    #[must_use]
    pub fn stops_its_lane(self) -> bool {
        match self {
            Self::Acknowledge | Self::DeadLetter => false,
            Self::Redeliver { .. } | Self::Return | Self::Fail => true,
        }
    }
}

/// Decides what becomes of a delivery. `failure` is what its handler failed with, `attempt` which attempt that was.
#[must_use]
pub fn settle(
    failure: Option<FailureKind>,
    retry: &RetryPolicy,
    attempt: Option<u32>,
    means: Means,
) -> Settlement {
    let Some(failure) = failure else {
        return Settlement::Acknowledge;
    };
    match (means.form, Wish::of(failure)) {
        (Form::Pulled, Wish::Untried) => Settlement::Return,
        (Form::Pulled, Wish::Never) => Settlement::DeadLetter,
        (Form::Pulled, Wish::Again { after }) => {
            // who does not count attempts has made the first one
            let attempt = attempt.unwrap_or(1);
            if attempt >= retry.max.get() {
                return Settlement::DeadLetter;
            }
            Settlement::Redeliver {
                after: after.unwrap_or_else(|| back_off(retry, attempt)),
            }
        }
        (Form::PartialBatches | Form::WholeBatches, Wish::Never) if means.dead_letter => {
            Settlement::DeadLetter
        }
        (Form::PartialBatches | Form::WholeBatches, _) => Settlement::Fail,
        // nobody brings it again, so the dead letters are the only place where it is not lost
        (Form::Acknowledged, _) if means.dead_letter => Settlement::DeadLetter,
        (Form::Acknowledged, _) => Settlement::Fail,
    }
}

/// What a failure asks for.
enum Wish {
    Again { after: Option<Duration> },
    Never,
    Untried,
}

impl Wish {
    fn of(failure: FailureKind) -> Self {
        match failure {
            FailureKind::Retry | FailureKind::Panic | FailureKind::Deadline => {
                Self::Again { after: None }
            }
            FailureKind::RetryAfter(delay) => Self::Again { after: Some(delay) },
            FailureKind::Reject => Self::Never,
            // a limit, an order, a wrong selection: none of them is the delivery's fault
            FailureKind::Overload | FailureKind::NotAttempted | FailureKind::Unroutable => {
                Self::Untried
            }
        }
    }
}

/// Returns the delay before the attempt that follows attempt `attempt`: `delay · factor^(attempt − 1)`, at most `cap`.
#[must_use]
pub fn back_off(retry: &RetryPolicy, attempt: u32) -> Duration {
    let factor = retry.factor.get();
    let mut delay = retry.delay.min(retry.cap);
    if factor == 1 {
        return delay;
    }
    for _ in 1..attempt {
        if delay.is_zero() || delay >= retry.cap {
            break;
        }
        delay = delay.saturating_mul(factor).min(retry.cap);
    }
    delay
}

#[cfg(test)]
mod tests {
    //! The table, cell by cell, and laws over all of it.

    use std::num::NonZeroU32;

    use proptest::prelude::*;

    use super::*;

    const FORMS: [Form; 4] = [
        Form::Pulled,
        Form::PartialBatches,
        Form::WholeBatches,
        Form::Acknowledged,
    ];

    fn policy(max: u32) -> RetryPolicy {
        RetryPolicy {
            max: NonZeroU32::new(max).unwrap(),
            ..RetryPolicy::DEFAULT
        }
    }

    fn cell(failure: Option<FailureKind>, form: Form, dead_letter: bool) -> Settlement {
        settle(failure, &policy(3), Some(1), Means { form, dead_letter })
    }

    #[test]
    fn each_cell_of_the_table() {
        use FailureKind::{Deadline, NotAttempted, Overload, Panic, Reject, Retry, RetryAfter};
        use Settlement::{Acknowledge, DeadLetter, Fail, Redeliver, Return};
        let second = Redeliver {
            after: Duration::from_secs(1),
        };
        let minute = Duration::from_secs(60);
        // columns: pulled, partial, whole, acknowledged; without and with dead letters
        let table = [
            (None, [[Acknowledge; 2]; 4]),
            (
                Some(Retry),
                [[second; 2], [Fail; 2], [Fail; 2], [Fail, DeadLetter]],
            ),
            (
                Some(Panic),
                [[second; 2], [Fail; 2], [Fail; 2], [Fail, DeadLetter]],
            ),
            (
                Some(Deadline),
                [[second; 2], [Fail; 2], [Fail; 2], [Fail, DeadLetter]],
            ),
            (
                Some(RetryAfter(minute)),
                [
                    [Redeliver { after: minute }; 2],
                    [Fail; 2],
                    [Fail; 2],
                    [Fail, DeadLetter],
                ],
            ),
            (
                Some(Reject),
                [
                    [DeadLetter; 2],
                    [Fail, DeadLetter],
                    [Fail, DeadLetter],
                    [Fail, DeadLetter],
                ],
            ),
            (
                Some(NotAttempted),
                [[Return; 2], [Fail; 2], [Fail; 2], [Fail, DeadLetter]],
            ),
            (
                Some(Overload),
                [[Return; 2], [Fail; 2], [Fail; 2], [Fail, DeadLetter]],
            ),
        ];
        for (failure, columns) in table {
            for (form, expected) in FORMS.into_iter().zip(columns) {
                for (dead_letter, expected) in [false, true].into_iter().zip(expected) {
                    assert_eq!(
                        cell(failure, form, dead_letter),
                        expected,
                        "{failure:?} {form:?} {dead_letter}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_last_attempt_goes_to_the_dead_letters() {
        let means = Means {
            form: Form::Pulled,
            dead_letter: true,
        };
        let at = |attempt| settle(Some(FailureKind::Retry), &policy(3), attempt, means);
        let after = |seconds| Settlement::Redeliver {
            after: Duration::from_secs(seconds),
        };
        assert_eq!(at(None), after(1));
        assert_eq!(at(Some(1)), after(1));
        assert_eq!(at(Some(2)), after(2));
        assert_eq!(at(Some(3)), Settlement::DeadLetter);
        assert_eq!(at(Some(u32::MAX)), Settlement::DeadLetter);
    }

    fn failures() -> impl Strategy<Value = Option<FailureKind>> {
        prop_oneof![
            Just(None),
            Just(Some(FailureKind::Retry)),
            any::<Duration>().prop_map(|delay| Some(FailureKind::RetryAfter(delay))),
            Just(Some(FailureKind::Reject)),
            Just(Some(FailureKind::Panic)),
            Just(Some(FailureKind::Deadline)),
            Just(Some(FailureKind::Overload)),
            Just(Some(FailureKind::NotAttempted)),
            Just(Some(FailureKind::Unroutable)),
        ]
    }

    fn policies() -> impl Strategy<Value = RetryPolicy> {
        (1..50_u32, any::<Duration>(), 1..1000_u32, any::<Duration>()).prop_map(
            |(max, delay, factor, cap)| RetryPolicy {
                max: NonZeroU32::new(max).unwrap(),
                delay,
                factor: NonZeroU32::new(factor).unwrap(),
                cap,
            },
        )
    }

    fn all_means() -> impl Strategy<Value = Means> {
        (proptest::sample::select(&FORMS[..]), any::<bool>())
            .prop_map(|(form, dead_letter)| Means { form, dead_letter })
    }

    proptest! {
        #[test]
        fn only_a_success_is_acknowledged(
            failure in failures(), retry in policies(), attempt in any::<Option<u32>>(), means in all_means(),
        ) {
            let settled = settle(failure, &retry, attempt, means);
            prop_assert_eq!(settled == Settlement::Acknowledge, failure.is_none());
        }

        #[test]
        fn nothing_is_asked_of_a_platform_that_it_cannot_do(
            failure in failures(), retry in policies(), attempt in any::<Option<u32>>(), means in all_means(),
        ) {
            let settled = settle(failure, &retry, attempt, means);
            match means.form {
                Form::Pulled => prop_assert_ne!(settled, Settlement::Fail),
                Form::PartialBatches | Form::WholeBatches | Form::Acknowledged => {
                    prop_assert!(
                        !matches!(settled, Settlement::Redeliver { .. } | Settlement::Return),
                        "{:?}", settled
                    );
                    // our own dead letters are written only where there are some
                    prop_assert!(means.dead_letter || settled != Settlement::DeadLetter);
                }
            }
        }

        #[test]
        fn what_nobody_has_tried_costs_no_attempt(
            retry in policies(), attempt in any::<Option<u32>>(), dead_letter in any::<bool>(),
        ) {
            let means = Means { form: Form::Pulled, dead_letter };
            for failure in [FailureKind::NotAttempted, FailureKind::Overload, FailureKind::Unroutable] {
                prop_assert_eq!(settle(Some(failure), &retry, attempt, means), Settlement::Return);
            }
        }

        #[test]
        fn attempts_end(retry in policies(), failure in failures()) {
            let means = Means { form: Form::Pulled, dead_letter: false };
            let settled = settle(failure, &retry, Some(retry.max.get()), means);
            prop_assert!(!matches!(settled, Settlement::Redeliver { .. }), "{:?}", settled);
        }

        #[test]
        fn delays_grow_to_the_cap(retry in policies(), attempt in 1..100_u32) {
            let (this, next) = (back_off(&retry, attempt), back_off(&retry, attempt + 1));
            prop_assert!(this <= next && next <= retry.cap);
            prop_assert_eq!(back_off(&retry, 1), retry.delay.min(retry.cap));
        }
    }
}
