//! Time in UTC as log lines write it.
//!
//! Apart from [`crate::rfc3339::format`], as each line has one: appended, and always of one width.
//! Start at [`rfc3339`].

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::rfc3339::civil;

/// How many digits of a second a line tells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Precision {
    Milliseconds,
    Microseconds,
}

/// Appends `2026-11-21T12:03:04.123456Z`.
pub(super) fn rfc3339(time: SystemTime, precision: Precision, out: &mut String) {
    let since = since_epoch(time);
    let days = since.as_secs() / DAY;
    let (year, month, day) = civil(days.try_into().unwrap_or_default());
    digits(4, year.unsigned_abs(), out);
    out.push('-');
    digits(2, month.unsigned_abs(), out);
    out.push('-');
    digits(2, day.unsigned_abs(), out);
    out.push('T');
    clock(since, out);
    out.push('.');
    match precision {
        Precision::Milliseconds => digits(3, since.subsec_millis().into(), out),
        Precision::Microseconds => digits(6, since.subsec_micros().into(), out),
    }
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

const DAY: u64 = 86_400;
#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: fn(SystemTime, &mut String), time: SystemTime) -> String {
        let mut out = String::new();
        write(time, &mut out);
        out
    }

    fn exact(time: SystemTime, out: &mut String) {
        rfc3339(time, Precision::Microseconds, out);
    }

    #[track_caller]
    fn check(seconds: u64, micros: u32, expected: &str) {
        let time = UNIX_EPOCH + Duration::new(seconds, micros * 1000);
        assert_eq!(written(exact, time), expected);
        assert_eq!(
            written(
                |time, out| rfc3339(time, Precision::Milliseconds, out),
                time
            ),
            format!("{}Z", &expected[..expected.len() - 4])
        );
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
    fn clocks_that_are_wrong_are_written_too() {
        assert_eq!(
            written(exact, UNIX_EPOCH - Duration::from_secs(1)),
            "1970-01-01T00:00:00.000000Z"
        );
        let far = UNIX_EPOCH + Duration::from_secs(i64::MAX as u64 - 1);
        assert!(written(exact, far).ends_with('Z'));
    }
}
