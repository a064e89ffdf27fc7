//! Amounts of bytes as settings write them: `1MiB`, `500kB`, `4096`.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};

use super::quote;

/// An amount of bytes.
///
/// # Examples
///
/// ```
/// use faas_runtime_shim::config::Size;
///
/// let size: Size = "1MiB".parse()?;
/// assert_eq!(size.bytes(), 1_048_576);
/// assert_eq!(size.to_string(), "1MiB");
/// # Ok::<(), faas_runtime_shim::config::SizeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Size(u64);

impl Size {
    /// Makes a size of a number of bytes.
    #[must_use]
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// Returns the number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

/// A text is not a [`Size`].
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SizeError {
    /// It is not a whole number with a unit.
    #[error(
        "{value} is not a size: expected a whole number of bytes or one with a unit, such as `64KiB` or `1MiB`"
    )]
    Form {
        /// The text, quoted.
        value: String,
    },
    /// The unit is not known.
    #[error(
        "{value} has the unknown unit {unit}: use one of TiB, GiB, MiB, KiB (powers of 1024), TB, GB, MB, kB (of 1000), B"
    )]
    UnknownUnit {
        /// The text, quoted.
        value: String,
        /// The unit, quoted.
        unit: String,
    },
    /// The number does not fit.
    #[error("{value} is more than the largest size, {} bytes", u64::MAX)]
    TooLarge {
        /// The text, quoted.
        value: String,
    },
}

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        parse(text).map(Self)
    }
}

/// The units with their bytes, the larger first. IEC 80000-13 for the powers of 1024.
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

fn parse(text: &str) -> Result<u64, SizeError> {
    let value = || quote::value(text);
    let trimmed = text.trim();
    let end = trimmed.find(|c: char| !c.is_ascii_digit());
    let (digits, unit) = trimmed.split_at(end.unwrap_or(trimmed.len()));
    let unit = unit.trim_start();
    if digits.is_empty() || !unit.chars().all(char::is_alphabetic) {
        return Err(SizeError::Form { value: value() });
    }
    let scale = if unit.is_empty() {
        1
    } else {
        let known = UNITS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(unit));
        let Some((_, scale)) = known else {
            let unit = quote::value(unit);
            return Err(SizeError::UnknownUnit {
                value: value(),
                unit,
            });
        };
        *scale
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(scale))
        .ok_or_else(|| SizeError::TooLarge { value: value() })
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS
            .iter()
            .find(|(_, scale)| self.0 > 0 && self.0.is_multiple_of(*scale));
        let (unit, scale) = whole.copied().unwrap_or(("B", 1));
        write!(f, "{}{unit}", self.0 / scale)
    }
}

impl From<Size> for u64 {
    fn from(size: Size) -> Self {
        size.0
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Amount;

        impl Visitor<'_> for Amount {
            type Value = Size;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size such as \"64KiB\" or \"1MiB\", or a number of bytes")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Size, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: Error>(self, bytes: u64) -> Result<Size, E> {
                Ok(Size(bytes))
            }

            fn visit_i64<E: Error>(self, bytes: i64) -> Result<Size, E> {
                u64::try_from(bytes)
                    .map(Size)
                    .map_err(|_| E::invalid_value(Unexpected::Signed(bytes), &self))
            }
        }

        deserializer.deserialize_any(Amount)
    }
}

#[cfg(test)]
mod tests {
    //! Texts, their sizes, and why others are none.

    use proptest::prelude::{any, proptest};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: u64) {
        assert_eq!(parse(text), Ok(expected), "{text}");
    }

    #[track_caller]
    fn refuse(text: &str, expected: &str) {
        let message = parse(text).unwrap_err().to_string();
        assert!(message.contains(expected), "{text}: {message}");
    }

    #[test]
    fn units_are_multiplied() {
        check("0", 0);
        check("4096", 4096);
        check("1B", 1);
        check("64KiB", 65_536);
        check("1 MiB", 1_048_576);
        check("2mb", 2_000_000);
        check("16777215TiB", 16_777_215 << 40);
    }

    #[test]
    fn mistakes_say_what_to_write() {
        refuse("", "expected a whole number");
        refuse("MiB", "expected a whole number");
        refuse("-1", "expected a whole number");
        refuse("1.5MiB", "expected a whole number");
        refuse("1M", "unknown unit `M`");
        refuse("16777216TiB", "largest size");
        refuse("18446744073709551616", "largest size");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(bytes in any::<u64>(), shift in 0..64_u32) {
            let bytes = bytes >> shift << shift;
            assert_eq!(parse(&Size(bytes).to_string()), Ok(bytes));
        }

        #[test]
        fn any_text_is_answered(text in ".*") {
            let _ = parse(&text);
        }
    }
}
