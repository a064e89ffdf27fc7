//! Random texts around random changes of random clocks: always what the [`walker`](super::walker) sees.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use super::super::{DueTimes, ScheduleError};
use super::walker::{Text, walk};
use crate::function::Schedule;

/// Zones whose clocks are set at odd times, by odd spans, into another day, or by a whole one.
const ZONES: &[&str] = &[
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Asuncion",
    "America/Caracas",
    "America/Havana",
    "America/New_York",
    "America/Nuuk",
    "America/St_Johns",
    "Antarctica/Casey",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
    "UTC",
];

/// A field of single values, ranges, steps and lists.
fn field(first: u8, last: u8) -> impl Strategy<Value = String> {
    let value = first..=last;
    let range = (first..last).prop_flat_map(move |start| (Just(start), start + 1..=last));
    let item = prop_oneof![
        6 => value.clone().prop_map(|value| value.to_string()),
        1 => range.clone().prop_map(|(start, end)| format!("{start}-{end}")),
        1 => (range, 1_u8..5).prop_map(|((start, end), step)| format!("{start}-{end}/{step}")),
        1 => (2_u8..7).prop_map(|step| format!("*/{step}")),
        1 => (value, 2_u8..7).prop_map(|(start, step)| format!("{start}/{step}")),
    ];
    prop_oneof![
        1 => Just("*".to_owned()),
        4 => item.clone(),
        1 => (item.clone(), item).prop_map(|(one, two)| format!("{one},{two}")),
    ]
}

/// An hour in which clocks are often set.
fn hour() -> impl Strategy<Value = String> {
    prop_oneof![
        field(0, 23),
        select(vec!["0", "1", "2", "3", "23", "0,2", "1-3", "22,23,0"]).prop_map(str::to_owned),
    ]
}

fn day() -> impl Strategy<Value = String> {
    let special = select(vec![
        "*", "?", "L", "LW", "15W", "1W", "30W", "31", "1,L", "29-31", "*/2", "25/2",
    ]);
    prop_oneof![4 => Just("*".to_owned()), 1 => field(1, 31), 1 => special.prop_map(str::to_owned)]
}

fn month() -> impl Strategy<Value = String> {
    let special = select(vec!["JAN/3", "MAR-MAY", "oct,NOV", "3,4,9,10", "1/2"]);
    prop_oneof![4 => Just("*".to_owned()), 1 => field(1, 12), 1 => special.prop_map(str::to_owned)]
}

fn weekday() -> impl Strategy<Value = String> {
    let special = select(vec![
        "SUN", "7", "0,7", "5-7", "fri-sun", "MON-FRI", "SUN,TUE", "SUN#5", "0#1", "SATL", "5L",
        "MON/2", "6#2,0L", "?", "*/2",
    ]);
    prop_oneof![3 => Just("*".to_owned()), 1 => field(0, 6), 2 => special.prop_map(str::to_owned)]
}

/// A text of five fields.
fn text() -> impl Strategy<Value = String> {
    (field(0, 59), hour(), day(), month(), weekday()).prop_map(
        |(minute, hour, day, month, weekday)| format!("{minute} {hour} {day} {month} {weekday}"),
    )
}

/// A change of a clock, or any moment in a zone without one.
fn change() -> impl Strategy<Value = (TimeZone, Timestamp)> {
    // 1973 to 2037; before, Liberia's clock was some seconds off
    (select(ZONES), 94_694_400_i64..2_145_916_800).prop_map(|(name, second)| {
        let zone = TimeZone::get(name).expect("a zone");
        let moment = Timestamp::from_second(second - second % 60).expect("a moment");
        let change = zone
            .following(moment)
            .next()
            .map(|change| change.timestamp());
        let change = change.filter(|change| change.as_second() < 4_000_000_000);
        (zone, change.unwrap_or(moment))
    })
}

/// The due times of a text; `None` if there are never any.
fn times(text: &str, zone: &TimeZone) -> Option<DueTimes> {
    // texts are constants everywhere else
    let schedule = Schedule::Cron(String::leak(text.to_owned()));
    match DueTimes::new(&schedule, zone.iana_name()) {
        Ok(times) => Some(times),
        Err(ScheduleError::Never { .. }) => None,
        Err(fault) => panic!("{fault}"),
    }
}

fn listed(times: &DueTimes, start: Timestamp, end: Timestamp) -> Vec<Timestamp> {
    let first = times.after(start);
    std::iter::successors(first, |due| times.after(*due))
        .take_while(|due| *due <= end)
        .collect()
}

/// Compares everything that can be asked with what the walker sees from `start` until `end`.
fn check(
    text: &str,
    zone: &TimeZone,
    (start, end): (Timestamp, Timestamp),
    step: SignedDuration,
) -> Result<(), TestCaseError> {
    let seen = walk(&Text::read(text), zone, (start, end), step);
    let Some(times) = times(text, zone) else {
        prop_assert_eq!(seen, []);
        return Ok(());
    };
    let found = listed(&times, start, end);
    prop_assert_eq!(&found, &seen);
    prop_assert!(found.is_sorted_by(|one, next| one < next));
    for most in [0, 1, 7, 1000] {
        let passed = times.between(start, end, most);
        prop_assert_eq!(passed.count, seen.len() as u64);
        let latest = &seen[seen.len().saturating_sub(most)..];
        prop_assert_eq!(passed.latest, latest);
    }
    Ok(())
}

/// No more due times on a day than the text names.
fn check_days(text: &str, zone: &TimeZone, due: &[Timestamp]) -> Result<(), TestCaseError> {
    let text = Text::read(text);
    if text.is_fixed() {
        let mut days = HashMap::new();
        for due in due {
            *days.entry(zone.to_datetime(*due).date()).or_insert(0) += 1;
        }
        // what a gap leaves out at the end of a day is made up for on the next
        let most = days.values().max().copied().unwrap_or(0);
        prop_assert!(most <= text.times() + 1, "{:?}", days);
    }
    Ok(())
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn minutes(text in text(), (zone, change) in change(), before in 1_i64..2_000) {
        let start = change - SignedDuration::from_mins(before);
        let end = start + SignedDuration::from_hours(72);
        check(&text, &zone, (start, end), MINUTE)?;
        if let Some(times) = times(&text, &zone) {
            check_days(&text, &zone, &listed(&times, start, end))?;
        }
    }

    #[test]
    fn seconds(second in field(0, 59), text in text(), (zone, change) in change(), before in 0_i64..1_500) {
        let text = format!("{second} {text}");
        let start = change - SignedDuration::from_secs(before);
        check(&text, &zone, (start, start + SignedDuration::from_secs(4_000)), SECOND)?;
    }

    #[test]
    fn a_restart_at_any_moment_goes_on_alike(
        text in text(),
        (zone, change) in change(),
        before in 1_i64..2_000,
        restarts in prop::collection::vec(0_i64..172_800_000, 1..8),
    ) {
        let start = change - SignedDuration::from_mins(before);
        let end = start + SignedDuration::from_hours(48);
        if let Some(times) = times(&text, &zone) {
            let due = listed(&times, start, end);
            for restart in restarts {
                let restart = start + SignedDuration::from_millis(restart);
                let rest: Vec<_> = due.iter().copied().filter(|due| *due > restart).collect();
                prop_assert_eq!(listed(&times, restart, end), rest, "{}", restart);
            }
        }
    }
}
