//! Checks the cron texts of `#[faas::timer]`. What passes here is read by the scheduler (croner 4) in the sense below, so it
//! neither fails at a start nor fires at an unexpected time. Start at [`check`]; `field` knows what may stand in a field.
//!
//! Five fields (minute, hour, day of the month, month, day of the week), a second before them if there are six; or a nickname.
//! A day matches when its month does and, of the two day fields, the one that is not `*`. When both are something else, *one of
//! them* is enough, as in other crons; `*/2` counts as something else here.

mod fault;
mod field;
mod foreign;

pub(crate) use fault::CronFault;
use field::{FIELDS, Values};

/// Checks one text.
///
/// # Errors
///
/// The first mistake in it, from left to right.
pub(crate) fn check(text: &str) -> Result<(), CronFault> {
    let text = text.trim();
    if let Some(fault) = foreign::recognise(text) {
        return Err(fault);
    }
    if !text.starts_with('@') {
        return check_fields(text);
    }
    if NICKNAMES.iter().any(|name| name.eq_ignore_ascii_case(text)) {
        return Ok(());
    }
    Err(CronFault::nickname(text))
}

const NICKNAMES: &[&str] = &[
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
];

fn check_fields(text: &str) -> Result<(), CronFault> {
    let texts: Vec<&str> = text.split_whitespace().collect();
    let fields = match texts.len() {
        5 => &FIELDS[1..],
        6 => &FIELDS[..],
        found => return Err(CronFault::Fields { found }),
    };
    let read = fields
        .iter()
        .zip(&texts)
        .map(|(field, text)| field.read(text));
    let values: Vec<Values> = read.collect::<Result<_, _>>()?;
    match (values.as_slice(), texts.as_slice()) {
        ([.., days, months, weekdays], [.., day, month, _]) if !fires(days, months, weekdays) => {
            Err(CronFault::never(day, month))
        }
        _ => Ok(()),
    }
}

/// Whether there is a day to fire on. Each weekday comes in every month, and its fifth one in some February.
fn fires(days: &Values, months: &Values, weekdays: &Values) -> bool {
    let exists = |(month, length): (u8, &u8)| months.has(month) && days.first() <= *length;
    !weekdays.every || (1..).zip(LONGEST).any(exists)
}

/// The days of each month, in a leap year.
const LONGEST: &[u8; 12] = &[31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

#[cfg(test)]
mod tests;
