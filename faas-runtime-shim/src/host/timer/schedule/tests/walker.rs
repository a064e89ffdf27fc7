//! A second way to due times, as plain as can be: it watches the zone's clock second by second, or minute by minute, and
//! compares what it shows with the text. Slow, and without any of croner.

use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A cron text, field by field.
pub(super) struct Text<'t>([&'t str; 6]);

impl<'t> Text<'t> {
    pub(super) fn read(text: &'t str) -> Self {
        let mut fields: Vec<&str> = text.split(' ').collect();
        if fields.len() == 5 {
            fields.insert(0, "0");
        }
        Self(fields.try_into().expect("six fields"))
    }

    pub(super) fn is_fixed(&self) -> bool {
        let time = self.0[..3].concat();
        !time.contains(['*', '-', '/'])
    }

    /// How many times of a day it names, if it is fixed.
    pub(super) fn times(&self) -> usize {
        self.0[..3]
            .iter()
            .map(|field| field.split(',').count())
            .product()
    }

    fn names(&self, shown: DateTime) -> bool {
        let [second, minute, hour, day, month, weekday] = self.0;
        let every = |field: &str| field == "*" || field == "?";
        let of_month = day.split(',').any(|item| is_day(item, shown));
        let of_week = weekday.split(',').any(|item| is_weekday(item, shown));
        has(second, i64::from(shown.second()), 0, 59)
            && has(minute, i64::from(shown.minute()), 0, 59)
            && has(hour, i64::from(shown.hour()), 0, 23)
            && has(month, i64::from(shown.month()), 1, 12)
            && match (every(day), every(weekday)) {
                (true, true) => true,
                (true, false) => of_week,
                (false, true) => of_month,
                (false, false) => of_month || of_week,
            }
    }
}

fn has(field: &str, value: i64, first: i64, last: i64) -> bool {
    field
        .split(',')
        .any(|item| contains(item, value, first, last))
}

fn contains(item: &str, value: i64, first: i64, last: i64) -> bool {
    let (base, step) = match item.split_once('/') {
        Some((base, step)) => (base, step.parse().expect("a step")),
        None => (item, 1),
    };
    let (start, end) = match base.split_once('-') {
        _ if base == "*" || base == "?" => (first, last),
        Some((start, end)) => (number(start), number(end)),
        None if base.len() < item.len() => (number(base), last),
        None => (number(base), number(base)),
    };
    // Sunday at the end of a week
    let end = if end < start { end + 7 } else { end };
    (start..=end)
        .step_by(step)
        .any(|named| named == value || (last == 6 && named % 7 == value))
}

fn number(text: &str) -> i64 {
    let weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let months = [
        "", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let find = |names: &[&str]| {
        names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text))
    };
    match find(&weekdays).or_else(|| find(&months)) {
        Some(number) => i64::try_from(number).expect("small"),
        None => text.parse().expect("a number"),
    }
}

fn is_day(item: &str, shown: DateTime) -> bool {
    let date = shown.date();
    let last = date.last_of_month();
    match item.strip_suffix('W') {
        _ if item == "L" => date == last,
        Some("L") => {
            let mut day = last;
            while is_weekend(day.weekday()) {
                day = day.yesterday().expect("a day");
            }
            date == day
        }
        Some(near) => {
            let near: i8 = near.parse().expect("a day");
            // the nearest working day of this month
            let distance = |day: i8| (day - near).abs();
            let days = (1..=last.day())
                .filter(|day| !is_weekend(date.with().day(*day).build().expect("a day").weekday()));
            near <= last.day() && days.min_by_key(|day| distance(*day)) == Some(date.day())
        }
        None => contains(item, i64::from(date.day()), 1, 31),
    }
}

fn is_weekend(weekday: Weekday) -> bool {
    matches!(weekday, Weekday::Saturday | Weekday::Sunday)
}

fn is_weekday(item: &str, shown: DateTime) -> bool {
    let date = shown.date();
    let weekday = i64::from(date.weekday().to_sunday_zero_offset());
    if let Some((day, week)) = item.split_once('#') {
        let week: i8 = week.parse().expect("a week");
        return number(day) % 7 == weekday && (date.day() - 1) / 7 + 1 == week;
    }
    match item.strip_suffix('L') {
        Some(day) => number(day) % 7 == weekday && date.day() + 7 > date.last_of_month().day(),
        None => contains(item, weekday, 0, 6),
    }
}

/// All due times later than `start` until `end`, which are whole minutes unless `step` is a second.
pub(super) fn walk(
    text: &Text<'_>,
    zone: &TimeZone,
    (start, end): (Timestamp, Timestamp),
    step: SignedDuration,
) -> Vec<Timestamp> {
    let shows = |moment: Timestamp| zone.to_datetime(moment);
    // clocks are set when a minute begins
    let minute = start - SignedDuration::from_secs(start.as_second() % 60 + 1);
    let earlier = (0..48 * 60).map(|minutes| shows(minute - SignedDuration::from_mins(minutes)));
    let mut before = shows(start);
    let mut latest = earlier.fold(before, DateTime::max);
    let mut moment = start;
    let mut due = Vec::new();
    while moment < end {
        moment += step;
        let shown = shows(moment);
        let is_new = shown > latest;
        let mut is_due = text.names(shown) && (is_new || !text.is_fixed());
        let leapt = before + step;
        if text.is_fixed() && shown.duration_since(leapt) < A_DAY {
            let mut missing = leapt;
            while missing < shown {
                is_due |= text.names(missing);
                missing += step;
            }
        }
        if is_due {
            due.push(moment);
        }
        latest = latest.max(shown);
        before = shown;
    }
    due
}

/// Where so much is left out, nothing is made up for.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);
