//! Reads the small languages inside argument values: durations, sizes, rates, names. Each reader gives `None` after it has
//! told of a mistake.

use std::num::NonZeroU32;
use std::time::Duration;

use proc_macro2::Ident;
use syn::{LitInt, LitStr};

use crate::errors::Errors;
use crate::mistakes;

/// At most `times` invocations within `per`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    pub(crate) times: NonZeroU32,
    pub(crate) per: Duration,
}

/// A duration with the place where it is written.
pub(crate) struct Written {
    pub(crate) duration: Duration,
    pub(crate) text: LitStr,
}

pub(crate) fn written(text: &LitStr, without: &str, errors: &mut Errors) -> Option<Written> {
    let duration = duration(text, without, errors)?;
    let text = text.clone();
    Some(Written { duration, text })
}

/// Reads a duration above zero; `without` says what holds where the argument is left out.
pub(crate) fn duration(text: &LitStr, without: &str, errors: &mut Errors) -> Option<Duration> {
    let found = text.value();
    let duration = parse_duration(&found);
    match duration {
        None => errors.push(mistakes::duration(&found).at(text)),
        Some(Duration::ZERO) => errors.push(mistakes::zero_duration(&found, without).at(text)),
        Some(_) => return duration,
    }
    None
}

pub(crate) fn is_duration(text: &str) -> bool {
    parse_duration(text).is_some()
}

pub(crate) fn size(text: &LitStr, errors: &mut Errors) -> Option<u64> {
    let found = text.value();
    let size = parse_size(&found);
    if size.is_none() {
        errors.push(mistakes::size(&found).at(text));
    }
    size
}

pub(crate) fn rate(text: &LitStr, errors: &mut Errors) -> Option<Rate> {
    let found = text.value();
    let rate = parse_rate(&found);
    if rate.is_none() {
        errors.push(mistakes::rate(&found).at(text));
    }
    rate
}

pub(crate) fn name(text: &LitStr, errors: &mut Errors) -> Option<String> {
    let found = text.value();
    if is_name(&found) {
        return Some(found);
    }
    errors.push(mistakes::name(&found).at(text));
    None
}

/// Reads a number above zero; `without` says what holds where the argument is left out.
pub(crate) fn count(
    key: &Ident,
    number: &LitInt,
    without: &str,
    errors: &mut Errors,
) -> Option<NonZeroU32> {
    let count = number.base10_parse().ok();
    if count.is_none() {
        let mistake = mistakes::count(&key.to_string(), &number.to_string(), without);
        errors.push(mistake.at(number));
    }
    count
}

/// Reads a number of either sign, the higher the earlier.
pub(crate) fn priority(key: &Ident, number: &LitInt, errors: &mut Errors) -> Option<i16> {
    let priority = number.base10_parse().ok();
    if priority.is_none() {
        let mistake = mistakes::priority(&key.to_string(), &number.to_string());
        errors.push(mistake.at(number));
    }
    priority
}

pub(crate) fn section(text: &LitStr, errors: &mut Errors) {
    let found = text.value();
    if !is_section(&found) {
        errors.push(mistakes::section_name(&found).at(text));
    } else if RESERVED_SECTIONS.contains(&found.as_str()) {
        let reserved = RESERVED_SECTIONS.join(", ");
        errors.push(mistakes::reserved_section(&found, &reserved).at(text));
    }
}

/// The sections of `faas.toml` that the host and the bindings read.
const RESERVED_SECTIONS: &[&str] = &[
    "binlogs",
    "cache",
    "events",
    "grpc",
    "http",
    "kv",
    "lambda",
    "management",
    "metrics",
    "objects",
    "queues",
    "record",
    "runtime",
    "tasks",
    "thrift",
    "timers",
];

/// Names become parts of URLs, metrics and resource names of platforms: 63 is the shortest limit among them, a DNS label.
pub(crate) fn is_name(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(rest)
}

pub(crate) fn is_parameter_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A section is also a part of `FAAS__SECTION__KEY`, where case is lost and `__` separates.
fn is_section(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !text.contains("__")
        && !text.ends_with('_')
}

/// Milliseconds per unit, the largest first.
const TIME_UNITS: &[(&str, u64)] = &[
    ("d", 24 * 60 * 60 * 1000),
    ("h", 60 * 60 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

fn parse_duration(text: &str) -> Option<Duration> {
    let mut units = TIME_UNITS.iter();
    let mut rest = text;
    let mut millis: u64 = 0;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let (unit, after) = split_where(after, |c| c.is_ascii_digit());
        // Going on in the table, not back to its start, keeps the order and refuses a unit twice.
        let (_, factor) = units.find(|(name, _)| *name == unit)?;
        millis = number.checked_mul(*factor)?.checked_add(millis)?;
        rest = after;
    }
    (!text.is_empty()).then_some(Duration::from_millis(millis))
}

const SIZE_UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

fn parse_size(text: &str) -> Option<u64> {
    let (number, unit) = split_number(text)?;
    let (_, factor) = SIZE_UNITS.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor).filter(|size| *size > 0)
}

fn parse_rate(text: &str) -> Option<Rate> {
    let (times, per) = text.split_once('/')?;
    let (times, rest) = split_number(times)?;
    if !rest.is_empty() {
        return None;
    }
    let times = NonZeroU32::new(times.try_into().ok()?)?;
    let per = match TIME_UNITS.iter().find(|(name, _)| *name == per) {
        Some((_, millis)) => Duration::from_millis(*millis),
        None => parse_duration(per).filter(|per| !per.is_zero())?,
    };
    Some(Rate { times, per })
}

fn split_number(text: &str) -> Option<(u64, &str)> {
    let (digits, rest) = split_where(text, |c| !c.is_ascii_digit());
    Some((digits.parse().ok()?, rest))
}

fn split_where(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("2s", Some(2_000)),
            ("500ms", Some(500)),
            ("1m30s", Some(90_000)),
            ("2h", Some(7_200_000)),
            ("1d", Some(86_400_000)),
            ("1d2h3m4s5ms", Some(93_784_005)),
            ("0s", Some(0)),
            ("90m", Some(5_400_000)),
            ("", None),
            ("2", None),
            ("s", None),
            ("2 s", None),
            ("1.5s", None),
            ("-1s", None),
            ("+1s", None),
            ("2S", None),
            ("2sec", None),
            ("30s1m", None),
            ("1s1s", None),
            ("1s2", None),
            ("٣s", None),
            ("18446744073709551615ms", Some(u64::MAX)),
            ("18446744073709551616ms", None),
            ("18446744073709551615s", None),
            ("1s18446744073709551615ms", None),
        ] {
            assert_eq!(
                parse_duration(text),
                expected.map(Duration::from_millis),
                "{text}"
            );
        }
    }

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("1B", Some(1)),
            ("2KB", Some(2_000)),
            ("1KiB", Some(1_024)),
            ("256MiB", Some(268_435_456)),
            ("1GB", Some(1_000_000_000)),
            ("3GiB", Some(3_221_225_472)),
            ("0MiB", None),
            ("256", None),
            ("256mb", None),
            ("256M", None),
            ("256 MiB", None),
            ("MiB", None),
            ("", None),
            ("1MiB1KiB", None),
            ("18446744073709551615GiB", None),
        ] {
            assert_eq!(parse_size(text), expected, "{text}");
        }
    }

    #[test]
    fn rates() {
        for (text, expected) in [
            ("50/s", Some((50, 1_000))),
            ("10/m", Some((10, 60_000))),
            ("5/h", Some((5, 3_600_000))),
            ("1/d", Some((1, 86_400_000))),
            ("100/10s", Some((100, 10_000))),
            ("4294967295/1ms", Some((u32::MAX, 1))),
            ("4294967296/s", None),
            ("0/s", None),
            ("50/0s", None),
            ("50", None),
            ("50/", None),
            ("/s", None),
            ("50/s/s", None),
            ("5.5/s", None),
            ("50 /s", None),
        ] {
            let found = parse_rate(text).map(|rate| (rate.times.get(), rate.per.as_millis()));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn names() {
        let longest = "a".repeat(63);
        let too_long = "a".repeat(64);
        for (text, expected) in [
            ("a", true),
            ("_", true),
            ("get_order", true),
            ("Get-Order-2", true),
            (longest.as_str(), true),
            (too_long.as_str(), false),
            ("", false),
            ("2nd", false),
            ("-a", false),
            ("a.b", false),
            ("a b", false),
            ("größe", false),
        ] {
            assert_eq!(is_name(text), expected, "{text}");
        }
    }

    #[test]
    fn sections() {
        for (text, expected) in [
            ("db", true),
            ("read_db2", true),
            ("", false),
            ("Db", false),
            ("2db", false),
            ("_db", false),
            ("db_", false),
            ("my__db", false),
            ("my-db", false),
            ("my.db", false),
        ] {
            assert_eq!(is_section(text), expected, "{text}");
        }
    }
}
