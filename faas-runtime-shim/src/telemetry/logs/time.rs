//! Time in UTC as log lines write it.
//!
//! The civil calendar by whole days and nothing else: no zones, no parsing, no calendar crate for one function.
//! Start at [`rfc3339`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Appends `2026-11-21T12:03:04.123456Z`.
pub(super) fn rfc3339(time: SystemTime, out: &mut String) {
    let since = since_epoch(time);
    let (year, month, day) = civil(since.as_secs() / DAY);
    digits(4, year, out);
    out.push('-');
    digits(2, month, out);
    out.push('-');
    digits(2, day, out);
    out.push('T');
    clock(since, out);
    out.push('.');
    digits(6, since.subsec_micros().into(), out);
    out.push('Z');
}

/// Appends `12:03:04.123`.
pub(super) fn time_of_day(time: SystemTime, out: &mut String) {
    let since = since_epoch(time);
    clock(since, out);
    out.push('.');
    digits(3, since.subsec_millis().into(), out);
}

fn clock(since: Duration, out: &mut String) {
    let second = since.as_secs() % DAY;
    digits(2, second / 3600, out);
    out.push(':');
    digits(2, second / 60 % 60, out);
    out.push(':');
    digits(2, second % 60, out);
}

// Not `write!`: its padding costs ten times as much, and every line has seven of these. Years beyond 9999, of a clock that
// is wrong anyway, keep their last four digits.
fn digits(width: usize, number: u64, out: &mut String) {
    const TENS: [u64; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
    for ten in TENS.iter().take(width).rev() {
        out.push(char::from(b'0' + (number / ten % 10) as u8));
    }
}

// A clock before 1970 is one that was never set.
fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Year, month and day of a day since 1970 in the Gregorian calendar. Years are counted from March here, so that the leap
/// day is the last of its year and months have a regular rhythm (153 days in each five).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + DAYS_TO_1970;
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / (4 * 365) + day / (100 * 365 + 24) - day / (ERA - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    (400 * era + year + next, month, day)
}

const DAY: u64 = 86_400;
/// Days from 1 March of the year 0 to 1 January 1970.
const DAYS_TO_1970: u64 = 719_468;
/// Days in 400 years, after which the calendar repeats.
const ERA: u64 = 146_097;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: fn(SystemTime, &mut String), time: SystemTime) -> String {
        let mut out = String::new();
        write(time, &mut out);
        out
    }

    #[track_caller]
    fn check(seconds: u64, micros: u32, expected: &str) {
        let time = UNIX_EPOCH + Duration::new(seconds, micros * 1000);
        assert_eq!(written(rfc3339, time), expected);
        assert_eq!(
            written(time_of_day, time),
            expected[expected.len() - 16..expected.len() - 4]
        );
    }

    // Expected by GNU date.
    #[test]
    fn known_moments() {
        check(0, 0, "1970-01-01T00:00:00.000000Z");
        check(951_782_399, 999_999, "2000-02-28T23:59:59.999999Z");
        check(951_782_400, 0, "2000-02-29T00:00:00.000000Z");
        check(951_868_800, 1, "2000-03-01T00:00:00.000001Z");
        check(1_709_164_800, 0, "2024-02-29T00:00:00.000000Z");
        check(1_735_689_599, 0, "2024-12-31T23:59:59.000000Z");
        check(1_795_262_584, 123_456, "2026-11-21T12:03:04.123456Z");
        check(4_107_542_400, 0, "2100-03-01T00:00:00.000000Z");
        check(253_402_300_799, 0, "9999-12-31T23:59:59.000000Z");
    }

    #[test]
    fn each_day_of_an_era_follows_the_one_before() {
        let length = |year: u64, month| match month {
            2 if year.is_multiple_of(4)
                && (!year.is_multiple_of(100) || year.is_multiple_of(400)) =>
            {
                29
            }
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let mut before = civil(0);
        for days in 1..=ERA {
            let (year, month, day) = before;
            let expected = if day < length(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
            before = civil(days);
            assert_eq!(before, expected);
        }
    }

    #[test]
    fn clocks_that_are_wrong_are_written_too() {
        assert_eq!(
            written(rfc3339, UNIX_EPOCH - Duration::from_secs(1)),
            "1970-01-01T00:00:00.000000Z"
        );
        let far = UNIX_EPOCH + Duration::from_secs(i64::MAX as u64 - 1);
        assert!(written(rfc3339, far).ends_with('Z'));
    }
}
