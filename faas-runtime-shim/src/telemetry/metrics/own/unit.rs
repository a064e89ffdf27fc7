//! Units, and what can be told in them.

use std::fmt;
use std::time::Duration;

/// What a figure is measured in, which also says what becomes of several of one name.
///
/// | unit | several of one invocation | in `/metrics` |
/// |---|---|---|
/// | `Count`, `Bytes` | add up | a counter, `…_total` and `…_bytes_total` |
/// | `Seconds`, `Milliseconds`, `Microseconds` | stay apart | a summary in seconds, `…_seconds` |
/// | `Percent` | stay apart | a summary, `…_percent` |
/// | `CountPerSecond`, `BytesPerSecond` | stay apart | a summary, `…_per_second` and `…_bytes_per_second` |
/// | `None` | stay apart | a summary |
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Unit {
    /// So many of them.
    Count,
    /// So many bytes.
    Bytes,
    /// A time in seconds.
    Seconds,
    /// A time in milliseconds.
    Milliseconds,
    /// A time in microseconds.
    Microseconds,
    /// A share, 100 being the whole.
    Percent,
    /// So many each second.
    CountPerSecond,
    /// So many bytes each second.
    BytesPerSecond,
    /// A number without a unit.
    None,
}

impl Unit {
    /// Returns the unit as CloudWatch writes it (API Reference, `MetricDatum`, `Unit`).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Bytes => "Bytes",
            Self::Seconds => "Seconds",
            Self::Milliseconds => "Milliseconds",
            Self::Microseconds => "Microseconds",
            Self::Percent => "Percent",
            Self::CountPerSecond => "Count/Second",
            Self::BytesPerSecond => "Bytes/Second",
            Self::None => "None",
        }
    }

    /// Tells whether figures of one name add up to one.
    pub(crate) const fn adds_up(self) -> bool {
        matches!(self, Self::Count | Self::Bytes)
    }

    /// What a family's name says of the unit, and its end (Prometheus, "Metric and label naming": base units, counters end
    /// in `_total`).
    pub(super) const fn suffixes(self) -> (&'static str, &'static str) {
        match self {
            Self::Count => ("", "_total"),
            Self::Bytes => ("_bytes", "_total"),
            Self::Seconds | Self::Milliseconds | Self::Microseconds => ("_seconds", ""),
            Self::Percent => ("_percent", ""),
            Self::CountPerSecond => ("_per_second", ""),
            Self::BytesPerSecond => ("_bytes_per_second", ""),
            Self::None => ("", ""),
        }
    }

    /// What one of it is in the unit that the family is in.
    pub(super) const fn base(self) -> f64 {
        match self {
            Self::Milliseconds => 1e-3,
            Self::Microseconds => 1e-6,
            _ => 1.0,
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can be told as a figure: any number, and a [`Duration`], which is converted to the unit of time.
///
/// Sealed: implemented for the numbers of the language and for `Duration`.
pub trait MetricValue: sealed::Value {}

impl<T: sealed::Value> MetricValue for T {}

pub(super) mod sealed {
    use super::{Duration, Unit};

    #[expect(
        unnameable_types,
        reason = "that is what keeps others from implementing it"
    )]
    pub trait Value {
        fn in_unit(self, unit: Unit) -> f64;
    }

    macro_rules! numbers {
        ($($number:ty)*) => {$(
            impl Value for $number {
                fn in_unit(self, _: Unit) -> f64 {
                    self as f64
                }
            }
        )*};
    }

    numbers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64);

    impl Value for Duration {
        fn in_unit(self, unit: Unit) -> f64 {
            let seconds = self.as_secs_f64();
            match unit {
                Unit::Milliseconds => seconds * 1e3,
                Unit::Microseconds => seconds * 1e6,
                _ => seconds,
            }
        }
    }
}
