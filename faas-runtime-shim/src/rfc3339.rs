//! Moments as RFC 3339 writes them, read and written.
//!
//! Strict, since peers send them: no other separators, no missing offsets, no days that do not exist. It knows no zones by
//! name and no local time. Start at [`parse`].

#![deny(clippy::cast_possible_truncation, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Reads a `date-time` (RFC 3339, section 5.6). A leap second is the last nanosecond before it ends, as a clock without
/// them shows it; digits past the nanoseconds are dropped.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.number::<4>()?;
    rest.one_of(b"-")?;
    let month = rest.number::<2>()?;
    rest.one_of(b"-")?;
    let day = rest.number::<2>()?;
    rest.one_of(b"Tt")?;
    let hour = rest.at_most::<2>(23)?;
    rest.one_of(b":")?;
    let minute = rest.at_most::<2>(59)?;
    rest.one_of(b":")?;
    let second = rest.at_most::<2>(60)?;
    let nanos = rest.fraction()?;
    let offset = rest.offset()?;

    let days = days(year, month, day);
    // a day that does not exist is another one when read back
    if civil(days) != (year, month, day) {
        return None;
    }
    let minutes = days * DAY + hour * 3600 + minute * 60 - offset;
    if second < 60 {
        return moment(minutes + second, nanos);
    }
    // section 5.7: at the end of a month alone, wherever on earth
    let next = minutes + 60;
    let ends_month = next % DAY == 0 && civil(next / DAY).2 == 1;
    ends_month.then(|| moment(next - 1, 999_999_999)).flatten()
}

/// Writes it in UTC, with as many digits as it needs: none, three, six or nine. Years that four digits cannot tell become
/// the nearest that they can.
pub(crate) fn format(time: SystemTime) -> String {
    let (seconds, nanos) = since_epoch(time);
    let seconds = seconds.clamp(days(0, 1, 1) * DAY, days(10_000, 1, 1) * DAY - 1);
    let (year, month, day) = civil(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    // a String takes all that is written to it
    let _infallible = match nanos {
        0 => Ok(()),
        _ if nanos.is_multiple_of(1_000_000) => write!(text, ".{:03}", nanos / 1_000_000),
        _ if nanos.is_multiple_of(1_000) => write!(text, ".{:06}", nanos / 1_000),
        _ => write!(text, ".{nanos:09}"),
    };
    text.push('Z');
    text
}

/// Year, month and day of a day since 1970 in the Gregorian calendar. Years are counted from March here, so that the leap
/// day is the last of its year and months have a regular rhythm (153 days in each five).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
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

/// The inverse of [`civil`], for numbers that make a day.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let day = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA + 365 * year + year / 4 - year / 100 + day - DAYS_TO_1970
}

const DAY: i64 = 86_400;
/// Days from 1 March of the year 0 to 1 January 1970.
const DAYS_TO_1970: i64 = 719_468;
/// Days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

fn moment(seconds: i64, nanos: u32) -> Option<SystemTime> {
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let second = if seconds < 0 {
        UNIX_EPOCH.checked_sub(whole)
    } else {
        UNIX_EPOCH.checked_add(whole)
    };
    second?.checked_add(Duration::from_nanos(nanos.into()))
}

/// Seconds, which are negative before 1970, and the nanoseconds behind them.
fn since_epoch(time: SystemTime) -> (i64, u32) {
    let seconds = |whole: Duration| i64::try_from(whole.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => (seconds(since), since.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            match before.subsec_nanos() {
                0 => (-seconds(before), 0),
                nanos => (-seconds(before) - 1, 1_000_000_000 - nanos),
            }
        }
    }
}

/// What has not been read yet. `None` is text of another form.
struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        allowed.contains(first).then_some(*first)
    }

    fn number<const DIGITS: usize>(&mut self) -> Option<i64> {
        let (digits, rest) = self.0.split_first_chunk::<DIGITS>()?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, digit| {
            let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
            Some(10 * number + digit)
        })
    }

    fn at_most<const DIGITS: usize>(&mut self, most: i64) -> Option<i64> {
        self.number::<DIGITS>().filter(|number| *number <= most)
    }

    /// Nanoseconds.
    fn fraction(&mut self) -> Option<u32> {
        let Some(rest) = self.0.strip_prefix(b".") else {
            return Some(0);
        };
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0'));
        let nanos = padded
            .take(9)
            .fold(0, |nanos, digit| 10 * nanos + u32::from(digit - b'0'));
        (length > 0).then_some(nanos)
    }

    /// Seconds that the local time is ahead of UTC; nothing may come behind.
    fn offset(&mut self) -> Option<i64> {
        let offset = match self.one_of(b"Zz+-")? {
            sign @ (b'+' | b'-') => {
                let hours = self.at_most::<2>(23)?;
                self.one_of(b":")?;
                let minutes = self.at_most::<2>(59)?;
                let ahead = hours * 3600 + minutes * 60;
                if sign == b'+' { ahead } else { -ahead }
            }
            _utc => 0,
        };
        self.0.is_empty().then_some(offset)
    }
}

#[cfg(test)]
mod tests {
    //! Moments at the calendar's edges, texts that are none, and the round trip.

    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    #[track_caller]
    fn check(text: &str, seconds: i64, nanos: u32) {
        let expected = moment(seconds, nanos).unwrap();
        assert_eq!(parse(text), Some(expected), "{text}");
    }

    // Expected by GNU date.
    #[test]
    fn known_moments() {
        check("1970-01-01T00:00:00Z", 0, 0);
        check("1969-12-31T23:59:59.25Z", -1, 250_000_000);
        check("2018-04-05T17:31:00Z", 1_522_949_460, 0);
        check("2000-02-29T00:00:00Z", 951_782_400, 0);
        check("2026-11-21T12:03:04.123456789Z", 1_795_262_584, 123_456_789);
        check("9999-12-31T23:59:59Z", 253_402_300_799, 0);
        check("0000-01-01T00:00:00Z", -62_167_219_200, 0);
        check("0000-02-29T00:00:00Z", -62_162_121_600, 0);
    }

    #[test]
    fn offsets_are_taken_off() {
        check("2018-04-05T19:31:00+02:00", 1_522_949_460, 0);
        check("2018-04-05T12:01:00-05:30", 1_522_949_460, 0);
        check("1970-01-01T00:00:00-00:00", 0, 0);
        check("1970-01-01T23:59:00+23:59", 0, 0);
        check("0000-01-01T00:00:00+00:01", -62_167_219_260, 0);
    }

    #[test]
    fn letters_may_be_small() {
        check("1970-01-01t00:00:01z", 1, 0);
    }

    #[test]
    fn fractions_have_any_length() {
        check("1970-01-01T00:00:00.5Z", 0, 500_000_000);
        check("1970-01-01T00:00:00.0000000019999999999Z", 0, 1);
        check("1970-01-01T01:00:00.001+01:00", 0, 1_000_000);
    }

    #[test]
    fn leap_seconds_end_a_month_in_utc() {
        check("1998-12-31T23:59:60Z", 915_148_799, 999_999_999);
        check("1998-12-31T15:59:60.5-08:00", 915_148_799, 999_999_999);
        check("1998-12-31T18:59:60-05:00", 915_148_799, 999_999_999);
        for text in [
            "1998-12-31T23:59:61Z",
            "1998-12-30T23:59:60Z",
            "1998-12-31T23:58:60Z",
            "1998-12-31T23:59:60+01:00",
            "1998-12-31T12:00:60Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in [
            "",
            "yesterday",
            "2018-13-45",
            "2018-04-05",
            "2018-04-05T17:31:00",
            "2018-04-05T17:31Z",
            "2018-04-05 17:31:00Z",
            "2018-04-05T17:31:00.Z",
            "2018-04-05T17:31:00,5Z",
            "2018-04-05T24:00:00Z",
            "2018-04-05T17:60:00Z",
            "2018-04-05T17:31:00+24:00",
            "2018-04-05T17:31:00+02:60",
            "2018-04-05T17:31:00+0200",
            "2018-04-05T17:31:00+02",
            "2018-04-05T17:31:00Zulu",
            "2018-04-05T17:31:00Z ",
            " 2018-04-05T17:31:00Z",
            "+018-04-05T17:31:00Z",
            "12018-04-05T17:31:00Z",
            "2018-4-5T17:31:00Z",
            "2018-00-05T17:31:00Z",
            "2018-13-05T17:31:00Z",
            "2018-04-00T17:31:00Z",
            "2018-04-31T17:31:00Z",
            "2018-02-29T17:31:00Z",
            "2100-02-29T17:31:00Z",
            "2018-04-05T17:31:0٣Z",
            "２018-04-05T17:31:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn as_many_digits_as_needed_are_written() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2026-11-21T12:03:04.120Z",
            "2026-11-21T12:03:04.000001Z",
            "2026-11-21T12:03:04.000000001Z",
            "1969-12-31T23:59:59.999999999Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999999Z",
        ] {
            assert_eq!(format(parse(text).unwrap()), text);
        }
    }

    #[test]
    fn clocks_that_are_wrong_are_written_too() {
        let far = UNIX_EPOCH + Duration::from_secs(i64::MAX.unsigned_abs() - 1);
        assert_eq!(format(far), "9999-12-31T23:59:59Z");
        let early = UNIX_EPOCH - Duration::from_secs(1 << 40);
        assert_eq!(format(early), "0000-01-01T00:00:00Z");
    }

    #[test]
    fn each_day_of_an_era_follows_the_one_before() {
        let length = |year: i64, month| match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let mut before = civil(-ERA);
        for number in -ERA + 1..=ERA {
            let (year, month, day) = before;
            let expected = if day < length(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
            before = civil(number);
            assert_eq!(before, expected);
            assert_eq!(days(before.0, before.1, before.2), number);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in -62_167_219_200i64..=253_402_300_799, nanos in 0u32..1_000_000_000) {
            let time = moment(seconds, nanos);
            prop_assert_eq!(parse(&format(time.unwrap())), time);
        }

        #[test]
        fn no_text_does_harm(text in any::<String>(), near in "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:.]{5,12}[Zz+-][0-9:]{0,6}") {
            for text in [text, near] {
                if let Some(time) = parse(&text) {
                    prop_assert_eq!(parse(&format(time)).is_some(), true);
                }
            }
        }
    }
}
