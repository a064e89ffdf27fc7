//! The rate of a function: a generic cell rate limiter (GCRA) in one atomic word.
//!
//! The word is the theoretical arrival time: the moment, in nanoseconds since the clock's origin, at which a perfectly
//! paced caller would come next. A burst of as many calls as one period allows may run ahead of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::Moment;
use crate::function::Rate;

#[derive(Debug)]
pub(crate) struct Pace {
    interval: u64,
    burst: u64,
    arrival: AtomicU64,
}

impl Pace {
    pub(crate) fn new(rate: Rate) -> Self {
        let period = nanoseconds(rate.per);
        let interval = (period / u64::from(rate.times.get())).max(1);
        Self {
            interval,
            burst: period.saturating_sub(interval),
            arrival: AtomicU64::new(0),
        }
    }

    /// Takes a place now, or says how long none is free.
    pub(crate) fn try_take(&self, now: Moment) -> Result<(), Duration> {
        let now = nanoseconds(now.since_origin());
        let taken = self
            .arrival
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |arrival| {
                let wait = arrival.saturating_sub(now.saturating_add(self.burst));
                (wait == 0).then(|| arrival.max(now).saturating_add(self.interval))
            });
        match taken {
            Ok(_) => Ok(()),
            Err(arrival) => Err(Duration::from_nanos(
                arrival.saturating_sub(now.saturating_add(self.burst)),
            )),
        }
    }

    /// Takes the next place, and says how long it is until it comes.
    pub(crate) fn take(&self, now: Moment) -> Duration {
        let now = nanoseconds(now.since_origin());
        let before = self
            .arrival
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |arrival| {
                Some(arrival.max(now).saturating_add(self.interval))
            })
            .unwrap_or_else(|arrival| arrival);
        Duration::from_nanos(before.saturating_sub(now.saturating_add(self.burst)))
    }
}

fn nanoseconds(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    //! A burst of one period, then the rate.

    use std::num::NonZeroU32;

    use super::*;

    fn pace(times: u32, per: Duration) -> Pace {
        Pace::new(Rate {
            times: NonZeroU32::new(times).unwrap(),
            per,
        })
    }

    fn at(millis: u64) -> Moment {
        Moment::from_origin(Duration::from_millis(millis))
    }

    #[test]
    fn a_burst_then_one_each_interval() {
        let pace = pace(4, Duration::from_secs(1));
        for _ in 0..4 {
            assert_eq!(pace.try_take(at(0)), Ok(()));
        }
        assert_eq!(pace.try_take(at(0)), Err(Duration::from_millis(250)));
        assert_eq!(pace.try_take(at(249)), Err(Duration::from_millis(1)));
        assert_eq!(pace.try_take(at(250)), Ok(()));
        assert_eq!(pace.try_take(at(250)), Err(Duration::from_millis(250)));
    }

    #[test]
    fn waiting_callers_queue_behind_each_other() {
        let pace = pace(2, Duration::from_secs(1));
        let waits = [0, 0, 500, 1000].map(Duration::from_millis);
        for wait in waits {
            assert_eq!(pace.take(at(0)), wait);
        }
    }

    #[test]
    fn an_idle_hour_earns_no_more_than_one_burst() {
        let pace = pace(3, Duration::from_secs(1));
        for _ in 0..3 {
            assert_eq!(pace.try_take(at(3_600_000)), Ok(()));
        }
        assert!(pace.try_take(at(3_600_000)).is_err());
    }
}
