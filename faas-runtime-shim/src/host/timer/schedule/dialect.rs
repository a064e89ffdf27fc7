//! The cron texts that `#[faas::timer]` takes, put into words that croner reads in the same sense.
//!
//! Which texts those are is checked at compile time (`cron` in `faas-macros`); this only translates.

/// A cron text in croner's words.
#[derive(Debug, PartialEq)]
pub(super) struct Translated {
    pub(super) text: String,
    /// Whether second, minute and hour name times of the day, and not a rhythm.
    pub(super) fixed: bool,
}

/// Translates; `None` if it has neither five nor six fields.
pub(super) fn translate(text: &str) -> Option<Translated> {
    let text = text.trim();
    let nickname = NICKNAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    let mut fields: Vec<&str> = nickname
        .map_or(text, |(_, meaning)| meaning)
        .split_whitespace()
        .collect();
    if fields.len() == 5 {
        fields.insert(0, "0");
    }
    if fields.len() != LAST.len() {
        return None;
    }
    let fixed = fields
        .iter()
        .take(3)
        .all(|field| !field.contains(['*', '-', '/']));
    let translated = fields.iter().zip(LAST);
    let translated: Vec<String> = translated.map(|(field, last)| ended(field, last)).collect();
    Some(Translated {
        text: translated.join(" "),
        fixed,
    })
}

/// What croner does not know by all of these names.
const NICKNAMES: &[(&str, &str)] = &[
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// The last value of each field that a step from a value goes up to.
const LAST: [&str; 6] = ["59", "59", "23", "31", "12", "6"];

/// Gives each step from a value an end, which croner asks for: `5/15` is `5-59/15`.
fn ended(field: &str, last: &str) -> String {
    let items = field.split(',').map(|item| match item.split_once('/') {
        Some((start, step)) if start != "*" && !start.contains('-') => {
            format!("{start}-{last}/{step}")
        }
        _ => item.to_owned(),
    });
    items.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str, fixed: bool) {
        let expected = Translated {
            text: expected.to_owned(),
            fixed,
        };
        assert_eq!(translate(text), Some(expected), "{text}");
    }

    #[test]
    fn five_fields_get_a_second() {
        check("30 2 * * MON-FRI", "0 30 2 * * MON-FRI", true);
        check("10 30 2 * * 1", "10 30 2 * * 1", true);
        check("  0\t3 * *\n* ", "0 0 3 * * *", true);
    }

    #[test]
    fn nicknames_are_written_out() {
        check("@Midnight", "0 0 0 * * *", true);
        check(" @hourly ", "0 0 * * * *", false);
        check("@weekly", "0 0 0 * * 0", true);
    }

    #[test]
    fn steps_from_a_value_end_with_their_field() {
        check("5/15,3 0/6 * * *", "0 5-59/15,3 0-23/6 * * *", false);
        check(
            "1/2 0 0 1/3 JAN/3 MON/2",
            "1-59/2 0 0 1-31/3 JAN-12/3 MON-6/2",
            false,
        );
        check("*/5 1-9/2 * * *", "0 */5 1-9/2 * * *", false);
    }

    #[test]
    fn lists_are_fixed_times_and_ranges_are_not() {
        check("0,30 2,14 * * *", "0 0,30 2,14 * * *", true);
        check("0 8-18 * * *", "0 0 8-18 * * *", false);
        check("0 3 1-7 * 1-5", "0 0 3 1-7 * 1-5", true);
    }

    #[test]
    fn other_numbers_of_fields_are_refused() {
        for text in ["", "0 3 * *", "0 0 3 * * * 2027", "@reboot"] {
            assert_eq!(translate(text), None, "{text}");
        }
    }
}
