//! The dialect: what passes, what does not, and what is said then.

use proptest::prelude::*;

use super::{CronFault, check};

#[track_caller]
fn passes(texts: &[&str]) {
    for text in texts {
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

/// `expected` is a part of what is said.
#[track_caller]
fn refuses(text: &str, expected: &str) {
    let fault = check(text).expect_err(text).to_string();
    assert!(fault.contains(expected), "no `{expected}` in\n{fault}");
}

#[test]
fn what_passes() {
    passes(&[
        "* * * * *",
        "0 3 * * *",
        "00 03 * * *",
        "30 0 3 * * *",
        "*/5 * * * * *",
        "0,30 8-18 * * 1-5",
        "0-30/10,45 */2 * * *",
        "5/15 0/6 * * *",
        "0 0 1,15 * *",
        "0 0 L * *",
        "0 0 l * *",
        "0 0 LW * *",
        "0 0 15W,L * *",
        "0 0 1w * *",
        "0 0 ? * MON",
        "0 0 * * ?",
        "0 0 * jan-Mar,DEC *",
        "0 0 1 JAN/3 *",
        "0 0 * * MON-FRI",
        "0 0 * * fri-sun",
        "0 0 * * 5-7",
        "0 0 * * 0,7",
        "0 0 * * MON/2",
        "0 0 * * FRI#5",
        "0 0 * * 1#1,3#3",
        "0 0 * * 5L",
        "0 0 * * SUNL",
        "0 0 13 * FRI",
        "  0\t3 * *\n* ",
        "@daily",
        "@Midnight",
        " @hourly ",
    ]);
}

#[test]
fn wrong_numbers_of_fields() {
    for (text, found) in [
        ("", 0),
        (" ", 0),
        ("0", 1),
        ("0 0 * *", 4),
        ("* * * * * * * *", 8),
    ] {
        assert_eq!(check(text), Err(CronFault::Fields { found }), "{text}");
    }
    refuses("0 3 * *", "found 4 fields, expected 5 (minute, hour");
    refuses("5", "found 1 field, expected");
    refuses("0 0 3 * * * 2027", "a year cannot be given");
}

#[test]
fn values_outside_of_a_field() {
    refuses(
        "60 * * * *",
        "found `60` in the minute field, expected a value from 0 to 59",
    );
    refuses("* 24 * * *", "`24` in the hour field");
    refuses("60 0 0 * * *", "`60` in the second field");
    refuses("0 0 0 * *", "`0` in the day of the month field");
    refuses("0 0 32W * *", "`32W`");
    refuses("0 0 * 13 *", "names are `JAN` to `DEC`");
    refuses("0 0 * * 8", "0 and 7 are Sunday");
    refuses("0 0 * MON *", "`MON` in the month field");
    refuses("0 0 * * JAN", "`JAN` in the day of the week field");
    refuses("0 0 * * MONDAY", "`MONDAY`");
    refuses("1,61 * * * *", "`61`");
    refuses("0 -1 * * *", "`-1`");
    refuses("+1 * * * *", "`+1`");
    refuses("1.5 * * * *", "`1.5`");
    refuses("٣ * * * *", "`٣`");
    refuses("99999999999999999999 * * * *", "`99999999999999999999`");
}

#[test]
fn notations_that_croner_reads_otherwise_or_in_part() {
    for text in [
        "0 0 * * SUN-SUN",
        "0 0 * * 0-SUN",
        "0 0 * * L",
        "0 0 * * 5#L",
        "0 0 * * 5#2L",
        "0 0 * * MON-FRI#2",
        "0 0 * * +MON",
        "0 0 L-3 * *",
        "0 0 L,LW * *",
        "0 0 15W3 * *",
        "0 0 WL * *",
        "0 0 ?/2 * *",
        "0 0 1MON * *",
        "? * * * *",
        "0 0 * ? *",
        "1,,2 * * * *",
        ", * * * *",
        "1, * * * *",
        "*,5 * * * *",
        "/5 * * * *",
        "5/ * * * *",
        "1-2-3 * * * *",
        "1/2/3 * * * *",
        "1- * * * *",
        "-",
        "@daily @hourly",
        "H * * * *",
    ] {
        assert!(check(text).is_err(), "{text}");
    }
    refuses("0 0 * * SUN-SUN", "`SUN` for one day, or `*` for all");
    refuses("0 0 L,LW * *", "one of `L` and `LW`");
    refuses(
        "1,,2 * * * *",
        "found `1,,2` in the minute field, expected a value before and after",
    );
    refuses("*,5 * * * *", "`*` alone");
    refuses("0 0 * * 5#L", "`FRIL` the last Friday");
    refuses("/5 * * * *", "before the `/`");
}

#[test]
fn ranges_that_go_down_come_with_two_that_go_up() {
    for (text, instead) in [
        ("0 22-2 * * *", "0 22-23,0-2 * * *"),
        ("0 23-0 * * *", "0 23,0 * * *"),
        ("0 0 28-3 * *", "0 0 28-31,1-3 * *"),
        ("0 0 * 11-2 *", "0 0 * 11-12,1-2 *"),
        ("0 0 * nov-Feb *", "0 0 * NOV-DEC,JAN-FEB *"),
        ("0 0 * * FRI-MON", "0 0 * * FRI-SAT,SUN-MON"),
        ("0 0 * * 5-1", "0 0 * * 5-6,0-1"),
    ] {
        let field = instead.split(' ').find(|field| field.contains(','));
        let expected = format!(
            "such as `{}`",
            field.expect("the one in place of the range")
        );
        refuses(text, &expected);
        passes(&[instead]);
    }
    refuses("0 22-2/2 * * *", "a range that goes up");
    refuses("0 0 * * 7-2", "a range that goes up");
}

#[test]
fn steps_that_no_second_value_follows() {
    refuses(
        "*/90 * * * *",
        "a step from 1 to 59, or `0` alone, or the argument `every = \"90m\"`",
    );
    refuses("*/600 * * * * *", "`every = \"600s\"`");
    refuses("0 */24 * * *", "a step from 1 to 23, or `0` alone");
    refuses("10-20/30 * * * *", "a step from 1 to 10, or `10` alone");
    refuses("59/2 * * * *", "`59` without a step");
    refuses("0 0 1 */12 *", "a step from 1 to 11, or `1` alone");
    refuses("*/0 * * * *", "a step from 1 to 59");
    refuses("*/x * * * *", "a step from 1 to 59");
    refuses("0 0 * * 7/2", "a step from Sunday as `0/2`");
    passes(&[
        "*/59 * * * *",
        "0 */23 * * *",
        "0 0 */30 * *",
        "0 0 * * */6",
    ]);
}

#[test]
fn days_that_never_come() {
    for text in [
        "0 0 30 2 *",
        "0 0 31 2 ?",
        "0 0 30,31 FEB *",
        "0 0 30W 2 *",
        "0 0 31 4,6,9,11 *",
        "0 0 0 31 APR *",
        "0 0 30/1 2 *",
    ] {
        assert!(
            matches!(check(text), Err(CronFault::Never { .. })),
            "{text}"
        );
    }
    refuses(
        "0 0 31 4,6 *",
        "no day of the month in `31` exists in a month of `4,6`",
    );
    passes(&[
        "0 0 29 2 *",
        "0 0 29W 2 *",
        "0 0 29-31 2 *",
        "0 0 30 2,3 *",
        "0 0 31 * *",
        "0 0 31,L 2 *",
        "0 0 LW 2 *",
        "0 0 30 2 MON",
        "0 0 * 2 MON#5",
    ]);
}

#[test]
fn texts_for_other_schedulers() {
    for (text, instead) in [
        ("rate(5 minutes)", "`every = \"5m\"`"),
        ("rate(1 hour)", "`every = \"1h\"`"),
        ("RATE( 7  days )", "`every = \"7d\"`"),
        ("rate(0 minutes)", "such as `every = \"5m\"`"),
        ("rate()", "such as `every = \"5m\"`"),
        ("cron(0 12 * * ? *)", "expected `0 12 * * *`"),
        ("cron(15 10 ? * 2-6 *)", "expected `15 10 * * 1-5`"),
        ("cron(0 8 ? * MON-FRI *)", "expected `0 8 * * MON-FRI`"),
        ("cron(0 8 ? * 6L *)", "expected `0 8 * * 5L`"),
        ("cron(0 8 ? * 3#2 *)", "expected `0 8 * * 2#2`"),
        ("cron(0 8 ? * L *)", "expected `0 8 * * 6`"),
        ("cron(0/15 * ? * 1,7 *)", "expected `0/15 * * * 0,6`"),
        ("cron(0 8 ? * 8 *)", "weekdays count from Sunday as 0"),
        ("cron(0 8 ? * 10 *)", "weekdays count from Sunday as 0"),
        ("cron(0 8 1 1 ? 2027)", "without `cron( )` and a year"),
        ("cron(0 8 * * *)", "such as `0 3 * * MON-FRI`"),
        ("cron(", "such as `0 3 * * MON-FRI`"),
        ("at(2027-01-01T00:00:00)", "cannot fire at one date"),
        ("@every 1h30m", "`every = \"1h30m\"`"),
        ("@reboot", "`#[faas::on_start]`"),
        (
            "CRON_TZ=Asia/Tokyo 0 3 * * *",
            "`timezone = \"Asia/Tokyo\"`",
        ),
        ("TZ=", "`timezone = \"Asia/Shanghai\"`"),
    ] {
        refuses(text, instead);
        assert!(
            matches!(check(text), Err(CronFault::Foreign { .. })),
            "{text}"
        );
    }
    refuses("@dayly", "found `@dayly`, expected @yearly, @annually");
}

#[test]
fn long_texts_and_control_characters_are_shown_in_part() {
    let fault = check(&format!("{} * * * *", "9".repeat(100_000))).expect_err("no minute");
    assert!(fault.to_string().len() < 400, "{fault}");
    refuses("\u{1b}[31m * * * *", "found `\\u{1b}[31m`");
}

proptest! {
    #[test]
    fn any_text_is_answered(text in ".*", cron in "[-0-9*/,?#LWSUNJAN@()= ]{0,60}") {
        for text in [text, cron] {
            if let Err(fault) = check(&text) {
                prop_assert!(!fault.to_string().is_empty());
            }
        }
    }

    #[test]
    fn letter_case_and_spaces_change_nothing(
        fields in prop::collection::vec("[0-9*/,?#-]{1,4}|L|LW|[0-9]W|(mon|SUN|Feb)([-/L#][0-9Lwed]{1,3})?", 5..7),
    ) {
        let text = fields.join(" ");
        let expected = check(&text).is_ok();
        prop_assert_eq!(check(&text.to_lowercase()).is_ok(), expected);
        prop_assert_eq!(check(&text.to_uppercase()).is_ok(), expected);
        prop_assert_eq!(check(&format!("\t{}\n", fields.join("  "))).is_ok(), expected);
    }
}
