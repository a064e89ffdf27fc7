//! Recognises schedules as AWS, Go and crontab files write them, and says what to write here.

use std::num::NonZeroU32;

use super::check_fields;
use super::fault::{CronFault, shown};

/// The fault of a text that other schedulers read and ours does not.
pub(super) fn recognise(text: &str) -> Option<CronFault> {
    let lower = text.to_ascii_lowercase();
    let inside = |name: &str| {
        let inside = lower.strip_prefix(name)?.trim_start().strip_prefix('(')?;
        Some(inside.strip_suffix(')').unwrap_or(inside).trim())
    };
    let hint = if let Some(rate) = inside("rate") {
        aws_rate(rate)
    } else if let Some(cron) = inside("cron") {
        aws_cron(cron)
    } else if inside("at").is_some() {
        "a schedule that repeats: a timer cannot fire at one date only".to_owned()
    } else if let Some(time) = lower.strip_prefix("@every ") {
        format!("the argument `every = \"{}\"`", shown(time.trim()))
    } else if lower == "@reboot" {
        "a fn with `#[faas::on_start]`".to_owned()
    } else {
        let (key, rest) = text.split_once('=')?;
        if !["TZ", "CRON_TZ"].contains(&key) {
            return None;
        }
        let zone = rest.split_whitespace().next().unwrap_or("Asia/Shanghai");
        format!(
            "the argument `timezone = \"{}\"` beside the text",
            shown(zone)
        )
    };
    Some(CronFault::foreign(text, hint))
}

/// `rate(value unit)`, see "Rate-based schedules" in the Amazon EventBridge Scheduler user guide.
fn aws_rate(inside: &str) -> String {
    let mut words = inside.split_whitespace();
    let every = match (words.next().map(str::parse::<NonZeroU32>), words.next()) {
        (Some(Ok(times)), Some("minute" | "minutes")) => format!("{times}m"),
        (Some(Ok(times)), Some("hour" | "hours")) => format!("{times}h"),
        (Some(Ok(times)), Some("day" | "days")) => format!("{times}d"),
        _ => return "the argument `every`, such as `every = \"5m\"`".to_owned(),
    };
    format!("the argument `every = \"{every}\"`")
}

/// `cron(minute hour day month weekday year)`, see "Cron-based schedules" in the same guide.
fn aws_cron(inside: &str) -> String {
    let fields: Vec<&str> = inside.split_whitespace().collect();
    if let [minute, hour, day, month, weekday, "*"] = fields.as_slice()
        && let Some(weekday) = weekdays_from_zero(weekday)
    {
        let day = day.replace('?', "*");
        let ours = format!("{minute} {hour} {day} {month} {weekday}").to_ascii_uppercase();
        if check_fields(&ours).is_ok() {
            return format!("`{ours}`");
        }
    }
    "five fields without `cron( )` and a year, such as `0 3 * * MON-FRI`; weekdays count from Sunday as 0, not 1".to_owned()
}

/// Weekdays that count from Sunday as 1, counted from 0.
fn weekdays_from_zero(text: &str) -> Option<String> {
    let mut from_zero = String::new();
    let mut before = ',';
    for c in text.chars() {
        // After a `/` stands a step and after a `#` a week, not a day.
        match c.to_digit(10) {
            Some(_) if before.is_ascii_digit() => return None,
            Some(day @ 1..=7) if ",-".contains(before) => from_zero += &(day - 1).to_string(),
            Some(_) if ",-".contains(before) => return None,
            _ if c == '?' => from_zero.push('*'),
            // Alone, `L` is the last day of the week.
            _ if text == "l" => from_zero.push('6'),
            _ => from_zero.push(c),
        }
        before = c;
    }
    Some(from_zero)
}
