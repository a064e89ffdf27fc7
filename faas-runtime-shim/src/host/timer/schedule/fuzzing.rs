//! The law of cron texts, over any text: for the fuzzer. What no text can show is held by `tests/laws.rs`.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::pattern::Pattern;
use super::zoned::Zoned;
use super::{DueTimes, Rule};

/// A text, whose first line is a time zone, is refused in words, or its due times come one after the other and are counted
/// as they are listed.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn fuzz_schedule(bytes: &[u8]) {
    const START: Timestamp = Timestamp::constant(1_767_225_600, 0);
    const SPAN: SignedDuration = SignedDuration::from_hours(3 * 366 * 24);

    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let (zone, text) = text.split_once('\n').unwrap_or(("UTC", text));
    let Ok(zone) = TimeZone::get(zone) else {
        return;
    };
    let pattern = match Pattern::read(text) {
        Ok(pattern) => pattern,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let times = DueTimes(Rule::Cron(Box::new(Zoned::new(pattern, zone))));
    let end = START + SPAN;
    let listed = std::iter::successors(times.after(START), |due| times.after(*due));
    let listed: Vec<_> = listed.take_while(|due| *due <= end).take(50).collect();
    let mut all = vec![START];
    all.extend(&listed);
    assert!(all.is_sorted_by(|one, next| one < next), "{listed:?}");
    let last = all.last().copied().unwrap_or(START);
    let passed = times.between(START, last, listed.len());
    assert_eq!(passed.count, listed.len() as u64);
    assert_eq!(passed.latest, listed);
}
