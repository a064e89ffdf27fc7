//! Spans of time as settings write them: `30s`, `500ms`, `1m30s`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::quote;

/// A span of time in whole units, from `d` down to `ns`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use faas_runtime_shim::config::Period;
///
/// let period: Period = "1m30s".parse()?;
/// assert_eq!(Duration::from(period), Duration::from_secs(90));
/// assert_eq!(period.to_string(), "1m30s");
/// assert!("90".parse::<Period>().is_err());
/// # Ok::<(), faas_runtime_shim::config::PeriodError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Period(Duration);

impl Period {
    /// Makes a period of a duration.
    #[must_use]
    pub const fn new(duration: Duration) -> Self {
        Self(duration)
    }

    /// Returns it as the standard library's type.
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        self.0
    }
}

/// A text is not a [`Period`].
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PeriodError {
    /// It does not consist of numbers and units.
    #[error(
        "{value} is not a period: expected whole numbers with units, such as `30s`, `500ms` or `1m30s`"
    )]
    Form {
        /// The text, quoted.
        value: String,
    },
    /// A number has no unit.
    #[error("{value} has a number without a unit: use one of d, h, m, s, ms, us, ns, as in `30s`")]
    NoUnit {
        /// The text, quoted.
        value: String,
    },
    /// A unit is not known.
    #[error("{value} has the unknown unit {unit}: use one of d, h, m, s, ms, us, ns")]
    UnknownUnit {
        /// The text, quoted.
        value: String,
        /// The unit, quoted.
        unit: String,
    },
    /// A unit comes twice or after a smaller one.
    #[error(
        "{value} has its units out of order: write the larger ones first and each once, as in `1m30s`"
    )]
    Order {
        /// The text, quoted.
        value: String,
    },
    /// The number does not fit.
    #[error("{value} is longer than the longest period, {}d", u64::MAX / SECONDS_PER_DAY)]
    TooLong {
        /// The text, quoted.
        value: String,
    },
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        parse(text).map(Self)
    }
}

/// The units with their nanoseconds, the larger first.
const UNITS: [(&str, u128); 7] = [
    ("d", NANOS_PER_SECOND * SECONDS_PER_DAY as u128),
    ("h", NANOS_PER_SECOND * 3_600),
    ("m", NANOS_PER_SECOND * 60),
    ("s", NANOS_PER_SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];
const NANOS_PER_SECOND: u128 = 1_000_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

fn parse(text: &str) -> Result<Duration, PeriodError> {
    let value = || quote::value(text);
    let mut rest = text.trim();
    let mut units = UNITS.as_slice();
    let mut nanos = 0_u128;
    while !rest.is_empty() || nanos == 0 && units.len() == UNITS.len() {
        let (digits, tail) = split(rest, |c| c.is_ascii_digit());
        let (unit, tail) = split(tail, char::is_alphabetic);
        if digits.is_empty() || unit.is_empty() && !tail.is_empty() {
            return Err(PeriodError::Form { value: value() });
        }
        if unit.is_empty() {
            return Err(PeriodError::NoUnit { value: value() });
        }
        let Some(&(_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            let unit = quote::value(unit);
            return Err(PeriodError::UnknownUnit {
                value: value(),
                unit,
            });
        };
        let Some(place) = units.iter().position(|(name, _)| *name == unit) else {
            return Err(PeriodError::Order { value: value() });
        };
        units = units.get(place + 1..).unwrap_or_default();
        nanos = digits
            .parse::<u128>()
            .ok()
            .and_then(|count| count.checked_mul(scale))
            .and_then(|part| nanos.checked_add(part))
            .ok_or_else(|| PeriodError::TooLong { value: value() })?;
        rest = tail;
    }
    let seconds = u64::try_from(nanos / NANOS_PER_SECOND);
    match (seconds, u32::try_from(nanos % NANOS_PER_SECOND)) {
        (Ok(seconds), Ok(nanos)) => Ok(Duration::new(seconds, nanos)),
        _ => Err(PeriodError::TooLong { value: value() }),
    }
}

fn split(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !wanted(c)).unwrap_or(text.len());
    text.split_at(end)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut nanos = self.0.as_nanos();
        if nanos == 0 {
            return f.write_str("0s");
        }
        for (unit, scale) in UNITS {
            if nanos >= scale {
                write!(f, "{}{unit}", nanos / scale)?;
                nanos %= scale;
            }
        }
        Ok(())
    }
}

impl From<Duration> for Period {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl From<Period> for Duration {
    fn from(period: Period) -> Self {
        period.0
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Period;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a period in quotes, such as \"30s\", \"500ms\" or \"1m30s\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Period, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    //! Texts, their periods, and why others are none.

    use proptest::prelude::{any, proptest};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Duration) {
        assert_eq!(parse(text), Ok(expected), "{text}");
    }

    #[track_caller]
    fn refuse(text: &str, expected: &str) {
        let message = parse(text).unwrap_err().to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }

    #[test]
    fn units_add_up() {
        check("0s", Duration::ZERO);
        check(" 500ms ", Duration::from_millis(500));
        check("1m30s", Duration::from_secs(90));
        check("2d1h", Duration::from_secs(49 * 3600));
        check("1s1ms1us1ns", Duration::new(1, 1_001_001));
    }

    #[test]
    fn mistakes_say_what_to_write() {
        refuse("", "expected whole numbers");
        refuse("s", "expected whole numbers");
        refuse("-1s", "expected whole numbers");
        refuse("1.5s", "expected whole numbers");
        refuse("1 s", "expected whole numbers");
        refuse("30", "without a unit");
        refuse("1m30", "without a unit");
        refuse("1x", "unknown unit `x`");
        refuse("1M", "unknown unit `M`");
        refuse("30s1m", "out of order");
        refuse("1s1s", "out of order");
        refuse("0s0s", "out of order");
        refuse("99999999999999999999d", "longest period");
        refuse(&format!("{}s", "9".repeat(1_000_000)), "…` is longer");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds in any::<u64>(), nanos in 0..1_000_000_000_u32) {
            let duration = Duration::new(seconds, nanos);
            assert_eq!(parse(&Period(duration).to_string()), Ok(duration));
        }

        #[test]
        fn any_text_is_answered(text in ".*") {
            let _ = parse(&text);
        }
    }
}
