//! The table of changed clocks (`tests/fixtures/timers/dst.tsv`): our answers, and where croner alone has others.
//!
//! A third opinion stands in it too, which `tests/peers/dst_peer.py` keeps up.

use std::time::Duration;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;

use super::super::dialect::translate;
use super::{DueTimes, after, moment};
use crate::config::Period;
use crate::function::Schedule;

const TABLE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/timers/dst.tsv"
));

/// A line of the table.
#[derive(Debug)]
struct Row {
    zone: &'static str,
    schedule: &'static str,
    from: &'static str,
    due: Vec<&'static str>,
    croner: &'static str,
    cronsim: &'static str,
    why: &'static str,
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
    let rows: Vec<Row> = lines.skip(1).map(row).collect();
    assert!(rows.len() > 100, "{} rows", rows.len());
    rows
}

fn row(line: &'static str) -> Row {
    let cells: Vec<&str> = line.split('\t').collect();
    let &[zone, _, schedule, from, due, croner, cronsim, why] = cells.as_slice() else {
        panic!("not eight cells: {line}");
    };
    Row {
        zone,
        schedule,
        from,
        due: due.split(' ').collect(),
        croner,
        cronsim,
        why,
    }
}

fn schedule(row: &Row) -> Schedule {
    match row.schedule.strip_prefix("every ") {
        None => Schedule::Cron(row.schedule),
        Some(period) => {
            let period: Period = period.parse().expect("a period");
            Schedule::Every(Duration::from(period))
        }
    }
}

/// What croner says of the zone's clock itself.
fn by_croner(row: &Row) -> String {
    let Some(text) = translate(row.schedule).filter(|_| !row.schedule.starts_with("every")) else {
        return "-".to_owned();
    };
    let parser = CronParser::builder()
        .seconds(Seconds::Optional)
        .year(Year::Disallowed)
        .build();
    let cron: Cron = parser.parse(&text.text).expect("a cron text");
    let zone = TimeZone::get(row.zone).expect("a zone");
    let mut from = moment(row.from).to_zoned(zone);
    let mut due = Vec::new();
    while due.len() < row.due.len() {
        match cron.find_next_occurrence(&from, false) {
            Ok(next) => {
                due.push(next.timestamp().to_string());
                from = next;
            }
            Err(error) => {
                due.push(format!("{error:?}"));
                break;
            }
        }
    }
    if due == row.due {
        "=".to_owned()
    } else {
        due.join(" ")
    }
}

#[test]
fn due_times_are_those_of_the_table() {
    for row in rows() {
        let zone = (!row.schedule.starts_with("every")).then_some(row.zone);
        let times = DueTimes::new(&schedule(&row), zone).expect(row.schedule);
        assert_eq!(after(&times, row.from, row.due.len()), row.due, "{row:?}");
        // a restart at any due time goes on alike
        for (index, due) in row.due.iter().enumerate() {
            let rest = &row.due[index + 1..];
            assert_eq!(after(&times, due, rest.len()), rest, "after {due}: {row:?}");
        }
        let last = row.due[row.due.len() - 1];
        let passed = times.between(moment(row.from), moment(last), row.due.len());
        let listed: Vec<_> = passed.latest.iter().map(ToString::to_string).collect();
        assert_eq!(
            (passed.count, listed.iter().map(String::as_str).collect()),
            (row.due.len() as u64, row.due.clone()),
            "{row:?}"
        );
    }
}

#[test]
fn croner_alone_differs_where_the_table_says_so() {
    let rows = rows();
    let wrong: Vec<String> = rows
        .iter()
        .map(|row| (row, by_croner(row)))
        .filter(|(row, found)| row.croner != found)
        .map(|(row, found)| format!("{} `{}` {}: {found}", row.zone, row.schedule, row.from))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_difference_is_explained() {
    for row in rows() {
        for (name, answer) in [("croner", row.croner), ("cronsim", row.cronsim)] {
            let differs = !["=", "-"].contains(&answer);
            assert_eq!(
                row.why.contains(&format!("{name}: ")),
                differs,
                "{name}: {row:?}"
            );
        }
    }
}
