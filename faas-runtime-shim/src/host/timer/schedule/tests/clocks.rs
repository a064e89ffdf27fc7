//! Clocks that are set forwards and back.

use super::{after, cron};

#[test]
fn fixed_times_in_a_gap_are_due_at_its_end() {
    // New York leaps from 02:00 to 03:00
    let expected = ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"];
    let times = cron("30 2 * * *", "America/New_York");
    assert_eq!(after(&times, "2026-03-07T12:00:00Z", 2), expected);
    // one moment before the gap's end
    assert_eq!(after(&times, "2026-03-08T06:59:59Z", 2), expected);
    assert_eq!(after(&times, "2026-03-08T07:00:00Z", 1), expected[1..]);
}

#[test]
fn fixed_times_in_an_overlap_are_due_once_even_after_a_restart() {
    let times = cron("30 1 * * *", "America/New_York");
    let expected = ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"];
    assert_eq!(after(&times, "2026-10-31T12:00:00Z", 2), expected);
    // in the second pass: from 06:00Z on the clock shows 01:00 to 02:00 again
    for restarted in [
        "2026-11-01T05:30:00Z",
        "2026-11-01T06:00:00Z",
        "2026-11-01T06:29:59Z",
    ] {
        assert_eq!(after(&times, restarted, 1), expected[1..], "{restarted}");
    }
}

#[test]
fn intervals_follow_the_time_that_passes() {
    let times = cron("*/30 * * * *", "America/New_York");
    assert_eq!(
        after(&times, "2026-11-01T04:59:00Z", 6),
        [
            "2026-11-01T05:00:00Z",
            "2026-11-01T05:30:00Z",
            "2026-11-01T06:00:00Z",
            "2026-11-01T06:30:00Z",
            "2026-11-01T07:00:00Z",
            "2026-11-01T07:30:00Z"
        ]
    );
    let at_two = cron("*/30 2 * * *", "America/New_York");
    assert_eq!(
        after(&at_two, "2026-03-07T12:00:00Z", 1),
        ["2026-03-09T06:00:00Z"]
    );
}

#[test]
fn a_day_that_is_left_out_has_no_due_times() {
    let times = cron("0 3 * * *", "Pacific/Apia");
    assert_eq!(
        after(&times, "2011-12-29T00:00:00Z", 2),
        ["2011-12-29T13:00:00Z", "2011-12-30T13:00:00Z"]
    );
}
