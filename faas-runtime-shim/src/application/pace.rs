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

    /// Says how many places are free now, or how long none is; takes none.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn free(&self, now: Moment) -> Result<u64, Duration> {
        let now = nanoseconds(now.since_origin());
        let arrival = self.arrival.load(Ordering::Relaxed).max(now);
        let last = now.saturating_add(self.burst);
        match last.checked_sub(arrival) {
            Some(room) => Ok(room / self.interval + 1),
            None => Err(Duration::from_nanos(arrival - last)),
        }
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
    fn who_is_refused_puts_nobody_off() {
        let pace = pace(1, Duration::from_secs(60));
        assert_eq!(pace.try_take(at(0)), Ok(()));
        for _ in 0..100 {
            assert_eq!(pace.try_take(at(30_000)), Err(Duration::from_secs(30)));
        }
        assert_eq!(pace.try_take(at(60_000)), Ok(()));
    }

    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    #[test]
    fn as_many_are_free_as_can_be_taken() {
        let pace = pace(3, Duration::from_secs(3));
        for now in [0, 500, 1000, 1999, 2000, 9000, 9001, 10_000] {
            let free = pace.free(at(now));
            let mut taken = 0;
            let wait = loop {
                match pace.try_take(at(now)) {
                    Ok(()) => taken += 1,
                    Err(wait) => break wait,
                }
            };
            match free {
                Ok(free) => assert_eq!(free, taken, "at {now}"),
                Err(told) => assert_eq!((told, 0), (wait, taken), "at {now}"),
            }
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
