//! How long a caller waits: gRPC's `grpc-timeout` and Connect's `connect-timeout-ms`.
//!
//! Pure. "gRPC over HTTP2", Requests, `Timeout`; Connect's protocol, Unary-Request, `Timeout-Milliseconds`. A caller's zero
//! is read as it stands: the time is up.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

use std::time::Duration;

use http::{HeaderName, HeaderValue};

pub(crate) const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
pub(crate) const CONNECT_TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");

/// A header field does not tell a time.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(crate) enum TimeoutError {
    #[error(
        "grpc-timeout `{value}` is not of the form `100m`: up to eight digits and one of `H`, `M`, `S`, `m`, `u`, `n`"
    )]
    Grpc { value: String },
    #[error("connect-timeout-ms `{value}` is not a number of milliseconds of up to ten digits")]
    Connect { value: String },
}

/// Reads a `grpc-timeout`.
///
/// # Errors
///
/// Fails on whatever is not exactly of its form.
pub(crate) fn parse(value: &HeaderValue) -> Result<Duration, TimeoutError> {
    grpc(value.as_bytes()).ok_or_else(|| TimeoutError::Grpc {
        value: shown(value),
    })
}

fn grpc(value: &[u8]) -> Option<Duration> {
    let (unit, digits) = value.split_last()?;
    let amount = number(digits, 8)?;
    Some(match unit {
        b'H' => Duration::from_secs(amount.checked_mul(60 * 60)?),
        b'M' => Duration::from_secs(amount.checked_mul(60)?),
        b'S' => Duration::from_secs(amount),
        b'm' => Duration::from_millis(amount),
        b'u' => Duration::from_micros(amount),
        b'n' => Duration::from_nanos(amount),
        _ => return None,
    })
}

/// Reads a `connect-timeout-ms`.
///
/// # Errors
///
/// Fails on whatever is not exactly of its form.
pub(crate) fn parse_millis(value: &HeaderValue) -> Result<Duration, TimeoutError> {
    let millis = number(value.as_bytes(), 10).ok_or_else(|| TimeoutError::Connect {
        value: shown(value),
    })?;
    Ok(Duration::from_millis(millis))
}

/// Writes a `grpc-timeout` in the finest unit that has room for it, rounded up; what has room in none is the longest.
pub(crate) fn write(timeout: Duration) -> HeaderValue {
    const MOST: u128 = 99_999_999;
    const UNITS: [(u128, char); 6] = [
        (1, 'n'),
        (1_000, 'u'),
        (1_000_000, 'm'),
        (1_000_000_000, 'S'),
        (60_000_000_000, 'M'),
        (3_600_000_000_000, 'H'),
    ];
    let nanos = timeout.as_nanos();
    let text = UNITS
        .into_iter()
        .map(|(size, unit)| (nanos.div_ceil(size), unit))
        .find(|(amount, _)| *amount <= MOST)
        .map_or_else(
            || format!("{MOST}H"),
            |(amount, unit)| format!("{amount}{unit}"),
        );
    HeaderValue::try_from(text).expect("digits and a letter are a value")
}

fn number(digits: &[u8], most: usize) -> Option<u64> {
    let fits = (1..=most).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(digits).ok().filter(|_| fits)?;
    text.parse().ok()
}

fn shown(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes())
        .chars()
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_unit_is_read() {
        let read = |text| parse(&HeaderValue::from_static(text));
        assert_eq!(read("2H"), Ok(Duration::from_secs(7_200)));
        assert_eq!(read("99999999H"), Ok(Duration::from_secs(359_999_996_400)));
        assert_eq!(read("3M"), Ok(Duration::from_secs(180)));
        assert_eq!(read("15S"), Ok(Duration::from_secs(15)));
        assert_eq!(read("100m"), Ok(Duration::from_millis(100)));
        assert_eq!(read("7u"), Ok(Duration::from_micros(7)));
        assert_eq!(read("00000001n"), Ok(Duration::from_nanos(1)));
        assert_eq!(read("0n"), Ok(Duration::ZERO));
    }

    #[test]
    fn nothing_else_is_read() {
        for text in [
            "",
            "m",
            "5",
            "5s",
            "5h",
            "-5m",
            "+5m",
            "5 m",
            " 5m",
            "5m ",
            "5mm",
            "1.5S",
            "123456789n",
        ] {
            let value = HeaderValue::from_static(text);
            let error = parse(&value).unwrap_err();
            assert_eq!(
                error,
                TimeoutError::Grpc {
                    value: text.to_owned()
                }
            );
        }
        for text in ["", "5m", "-5", "+5", "5 ", "12345678901", "1e3", "٣"] {
            let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
            assert!(parse_millis(&value).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ten_digits_of_milliseconds_are_read_and_handed_on() {
        let longest = parse_millis(&HeaderValue::from_static("9999999999")).unwrap();
        assert_eq!(longest, Duration::from_millis(9_999_999_999));
        assert_eq!(write(longest), "10000000S");
        assert_eq!(write(Duration::from_secs(5)), "5000000u");
        assert_eq!(write(Duration::ZERO), "0n");
        assert_eq!(write(Duration::MAX), "99999999H");
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes: Vec<u8>) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                prop_assert!(parse(&value).is_ok() || grpc(&bytes).is_none());
                let _judged = parse_millis(&value);
            }
        }

        /// It is never cut short, and not stretched by more than its unit.
        #[test]
        fn what_is_written_is_read(nanos: u64) {
            let timeout = Duration::from_nanos(nanos);
            let read = parse(&write(timeout)).unwrap();
            prop_assert!(read >= timeout);
            prop_assert!(read.saturating_sub(timeout) <= Duration::from_secs(3_600));
        }
    }
}
