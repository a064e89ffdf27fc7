//! What schedules mean.

mod clocks;
mod laws;
mod table;
mod walker;

use std::time::Duration;

use jiff::Timestamp;

use super::{DueTimes, ScheduleError};
use crate::function::Schedule;
use crate::startup::{self, StartError};

/// The due times of a cron text.
fn cron(text: &'static str, zone: &str) -> DueTimes {
    DueTimes::new(&Schedule::Cron(text), Some(zone)).expect(text)
}

fn every(distance: Duration) -> DueTimes {
    DueTimes::new(&Schedule::Every(distance), None).expect("a distance")
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect(text)
}

/// The first `most` due times later than `start`.
fn after(times: &DueTimes, start: &str, most: usize) -> Vec<String> {
    let first = times.after(moment(start));
    std::iter::successors(first, |due| times.after(*due))
        .take(most)
        .map(|due| due.to_string())
        .collect()
}

/// A start with it says what the page of its code shows.
#[test]
fn a_schedule_that_cannot_be_kept() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let error = DueTimes::new(&Schedule::Every(3_000_000 * DAY), None).unwrap_err();
    let timer = startup::tests::origin("jubilee", 4);
    startup::tests::check(&StartError::no_schedule(&timer, &error.to_string()));
}

#[test]
fn a_cron_text_is_meant_in_its_zone() {
    assert_eq!(
        after(
            &cron("0 3 * * *", "Asia/Shanghai"),
            "2026-01-01T00:00:00Z",
            2
        ),
        ["2026-01-01T19:00:00Z", "2026-01-02T19:00:00Z"]
    );
    assert_eq!(
        after(&cron("15,45 30 3 * * 1", "UTC"), "2026-01-01T00:00:00Z", 2),
        ["2026-01-05T03:30:15Z", "2026-01-05T03:30:45Z"]
    );
}

#[test]
fn a_due_time_is_later_than_what_it_is_asked_for() {
    let times = cron("0 3 * * *", "UTC");
    for (asked, due) in [
        ("2026-01-01T02:59:59.999999999Z", "2026-01-01T03:00:00Z"),
        ("2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"),
        ("2026-01-01T03:00:00.000000001Z", "2026-01-02T03:00:00Z"),
        ("1969-12-31T02:59:59.5Z", "1969-12-31T03:00:00Z"),
        ("1969-12-31T03:00:00.5Z", "1970-01-01T03:00:00Z"),
    ] {
        assert_eq!(after(&times, asked, 1), [due], "{asked}");
    }
}

#[test]
fn distances_are_multiples_since_the_epoch() {
    assert_eq!(
        after(
            &every(Duration::from_secs(5 * 60)),
            "2026-01-01T00:01:02Z",
            2
        ),
        ["2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z"]
    );
    assert_eq!(
        after(
            &every(Duration::from_millis(400)),
            "1969-12-31T23:59:59.5Z",
            3
        ),
        [
            "1969-12-31T23:59:59.6Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00.4Z"
        ]
    );
    let week = every(Duration::from_secs(7 * 86_400));
    assert_eq!(
        after(&week, "2026-01-01T00:00:00Z", 1),
        ["2026-01-08T00:00:00Z"]
    );
}

#[test]
fn rare_days_are_found_years_away() {
    let leap = cron("0 0 29 2 *", "Europe/Berlin");
    assert_eq!(
        after(&leap, "2096-03-01T00:00:00Z", 1),
        ["2104-02-28T23:00:00Z"]
    );
    let fifth = cron("30 2 * 2 MON#5", "America/New_York");
    assert_eq!(
        after(&fifth, "2024-03-01T00:00:00Z", 2),
        ["2044-02-29T07:30:00Z", "2072-02-29T07:30:00Z"]
    );
}

#[test]
fn mistakes_say_what_was_expected() {
    let check = |text: &'static str, zone: Option<&str>, expected: &str| {
        let fault = DueTimes::new(&Schedule::Cron(text), zone).expect_err(text);
        assert!(fault.to_string().contains(expected), "{fault}");
    };
    check(
        "0 3 * *",
        None,
        "`0 3 * *` is not a cron text: it has 4 fields; expected 5",
    );
    check("61 3 * * *", None, "`61 3 * * *` is not a cron text");
    check("@reboot", None, "or a nickname such as `@daily`");
    check("0 0 30 2 *", None, "`0 0 30 2 *` never comes due");
    check(
        "0 3 * * *",
        Some("Mars/Base"),
        "`Mars/Base` is not a time zone",
    );
    let too_long = Duration::from_secs(u64::MAX);
    for distance in [Duration::ZERO, too_long] {
        let fault = DueTimes::new(&Schedule::Every(distance), None).expect_err("no distance");
        assert!(matches!(fault, ScheduleError::Every { .. }), "{fault}");
    }
}

#[test]
fn the_ends_of_the_calendar_are_survived() {
    let zones = ["UTC", "Europe/Berlin", "Pacific/Apia"];
    let texts = ["* * * * * *", "0 3 * * *", "0 0 29 2 *"];
    for (zone, text) in zones
        .into_iter()
        .flat_map(|zone| texts.map(|text| (zone, text)))
    {
        let times = cron(text, zone);
        assert_eq!(times.after(Timestamp::MAX), None, "{text} {zone}");
        let first = times.after(Timestamp::MIN);
        assert!(
            first.is_none_or(|first| first > Timestamp::MIN),
            "{text} {zone}"
        );
        let passed = times.between(Timestamp::MIN, Timestamp::MAX, 3);
        assert!(passed.latest.len() <= 3, "{text} {zone}");
    }
    let times = every(Duration::from_nanos(1));
    assert_eq!(times.after(Timestamp::MAX), None);
    let passed = times.between(Timestamp::MIN, Timestamp::MAX, 3);
    assert_eq!(
        (passed.count, passed.latest.len()),
        (50 * 365 * 86_400_000_000_000, 3)
    );
}

#[test]
fn what_passed_is_counted_and_its_latest_listed() {
    let (last, now) = (
        moment("2016-01-01T00:00:00Z"),
        moment("2026-01-01T00:00:00Z"),
    );
    for times in [
        every(Duration::from_secs(1)),
        cron("* * * * * *", "Europe/Berlin"),
    ] {
        let passed = times.between(last, now, 1000);
        assert_eq!(passed.count, 315_619_200);
        assert_eq!(passed.latest.len(), 1000);
        assert_eq!(passed.latest[0].to_string(), "2025-12-31T23:43:21Z");
        assert_eq!(passed.latest[999], now);
    }
    let daily = cron("0 3 * * *", "UTC");
    let passed = daily.between(
        moment("2026-01-01T03:00:00Z"),
        moment("2026-01-03T03:00:00Z"),
        5,
    );
    let passed: (u64, Vec<String>) = (
        passed.count,
        passed.latest.iter().map(ToString::to_string).collect(),
    );
    assert_eq!(
        passed,
        (
            2,
            vec![
                "2026-01-02T03:00:00Z".to_owned(),
                "2026-01-03T03:00:00Z".to_owned()
            ]
        )
    );
}

#[test]
fn nothing_passes_while_the_clock_runs_back() {
    let times = every(Duration::from_secs(1));
    let (early, late) = (
        moment("2026-01-01T00:00:00Z"),
        moment("2026-01-01T01:00:00Z"),
    );
    assert_eq!(times.between(late, early, 10).count, 0);
    assert_eq!(times.between(early, early, 10).count, 0);
    assert_eq!(times.between(early, late, 0).latest, []);
}
