//! What a timer does in each situation.

use std::time::Duration;

use super::*;
use crate::function::Schedule;

/// A timer that is due every minute, looked at `now` seconds after the epoch.
struct Minutely {
    policy: Policy,
    look: Look,
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a moment")
}

fn minutely(missed: Missed, overlap: Overlap) -> Minutely {
    Minutely {
        policy: Policy { missed, overlap },
        look: Look {
            mark: None,
            now: at(0),
            awake: at(0),
            pending: 0,
        },
    }
}

impl Minutely {
    /// The last due time that was dealt with.
    fn last(mut self, second: i64) -> Self {
        let left_out = self.look.mark.map_or(0, |mark| mark.left_out);
        let last = at(second);
        self.look.mark = Some(Mark {
            last,
            left_out,
            served: None,
        });
        self
    }

    fn awake(mut self, second: i64) -> Self {
        self.look.awake = at(second);
        self
    }

    fn pending(mut self, ticks: u64) -> Self {
        self.look.pending = ticks;
        self
    }

    fn now(mut self, second: i64) -> Plan {
        self.look.now = at(second);
        self.look.awake = self.look.awake.min(self.look.now);
        let times = DueTimes::new(&Schedule::Every(Duration::from_secs(60)), None);
        plan(&times.expect("a distance"), self.policy, self.look)
    }
}

/// Due times with how many were missed before, what is written down, and when to look again, in seconds.
#[track_caller]
fn check(plan: &Plan, ticks: &[(i64, u32)], mark: Option<(i64, u32)>, next: i64) {
    let found: Vec<_> = plan
        .ticks
        .iter()
        .map(|due| (due.at.as_second(), due.missed))
        .collect();
    assert_eq!(found, ticks);
    let found = plan.mark.map(|mark| (mark.last.as_second(), mark.left_out));
    assert_eq!(found, mark);
    assert_eq!(plan.next, Some(at(next)));
}

#[test]
fn a_new_timer_begins_now() {
    for missed in [Missed::Skip, Missed::Once, Missed::All] {
        let plan = minutely(missed, Overlap::Skip).now(6_001);
        check(&plan, &[], Some((6_001, 0)), 6_060);
    }
}

#[test]
fn a_due_time_is_served_once() {
    for overlap in [Overlap::Skip, Overlap::Queue, Overlap::Allow] {
        let timer = || minutely(Missed::Once, overlap).last(60);
        check(&timer().now(119), &[], None, 120);
        check(&timer().now(120), &[(120, 0)], Some((120, 0)), 180);
    }
    check(
        &minutely(Missed::Once, Overlap::Skip).last(120).now(121),
        &[],
        None,
        180,
    );
}

#[test]
fn what_no_scheduler_saw_is_made_up_for_as_the_policy_says() {
    let timer = |missed| minutely(missed, Overlap::Skip).last(60).awake(330);
    check(&timer(Missed::Skip).now(330), &[], Some((300, 4)), 360);
    check(
        &timer(Missed::Once).now(330),
        &[(300, 3)],
        Some((300, 0)),
        360,
    );
    let all = [(120, 0), (180, 0), (240, 0), (300, 0)];
    check(&timer(Missed::All).now(330), &all, Some((300, 0)), 360);
}

#[test]
fn making_up_is_bounded_and_the_rest_is_counted() {
    let plan = minutely(Missed::All, Overlap::Skip)
        .last(0)
        .awake(600_000)
        .now(600_000);
    assert_eq!(plan.ticks.len(), MOST);
    assert_eq!(
        (plan.ticks[0].at, plan.ticks[0].missed),
        (at(540_060), 9_000)
    );
    assert!(plan.ticks[1..].iter().all(|due| due.missed == 0));
    assert_eq!(
        plan.mark,
        Some(Mark {
            last: at(600_000),
            left_out: 0,
            served: Some(at(600_000)),
        })
    );
}

#[test]
fn a_look_that_comes_late_loses_nothing_while_awake() {
    for missed in [Missed::Skip, Missed::Once, Missed::All] {
        let timer = minutely(missed, Overlap::Queue).last(60).awake(61);
        check(&timer.now(190), &[(120, 0), (180, 0)], Some((180, 0)), 240);
    }
}

#[test]
fn skip_serves_what_came_due_just_before_the_start() {
    let timer = |now| {
        minutely(Missed::Skip, Overlap::Skip)
            .last(60)
            .awake(now)
            .now(now)
    };
    check(&timer(125), &[(120, 0)], Some((120, 0)), 180);
    check(&timer(126), &[], Some((120, 1)), 180);
    check(&timer(185), &[(180, 1)], Some((180, 0)), 240);
}

#[test]
fn a_due_time_while_the_last_run_goes_on_is_left_out_and_told() {
    let timer = || minutely(Missed::Once, Overlap::Skip).last(60).awake(60);
    check(&timer().pending(1).now(120), &[], Some((120, 1)), 180);
    // several at once overlap each other
    check(&timer().now(180), &[(180, 1)], Some((180, 0)), 240);
    let mut later = timer().last(120);
    later.look.mark = Some(Mark {
        last: at(120),
        left_out: 1,
        served: None,
    });
    check(&later.now(180), &[(180, 1)], Some((180, 0)), 240);
}

#[test]
fn a_run_that_goes_on_does_not_keep_missed_ones_from_being_made_up() {
    let timer = |missed| {
        let timer = minutely(missed, Overlap::Skip).last(60);
        timer.awake(200).pending(1).now(250)
    };
    check(&timer(Missed::Once), &[(180, 1)], Some((240, 1)), 300);
    check(
        &timer(Missed::All),
        &[(120, 0), (180, 0)],
        Some((240, 1)),
        300,
    );
}

#[test]
fn due_times_queue_up_to_a_bound() {
    for overlap in [Overlap::Queue, Overlap::Allow] {
        let timer = |pending| minutely(Missed::Once, overlap).last(60).pending(pending);
        check(&timer(3).now(120), &[(120, 0)], Some((120, 0)), 180);
        check(&timer(MOST as u64).now(120), &[], Some((120, 1)), 180);
        check(
            &timer(MOST as u64 - 1).now(180),
            &[(180, 1)],
            Some((180, 0)),
            240,
        );
    }
}

#[test]
fn a_clock_that_is_set_back_repeats_nothing() {
    let timer = || {
        minutely(Missed::All, Overlap::Skip)
            .last(7_200)
            .awake(3_600)
    };
    check(&timer().now(3_600), &[], None, 7_260);
    check(&timer().now(7_260), &[(7_260, 0)], Some((7_260, 0)), 7_320);
}

#[test]
fn a_clock_that_was_wrong_by_days_does_not_stop_the_timer() {
    let day = 86_400;
    let timer = || minutely(Missed::All, Overlap::Skip).last(2 * day);
    check(&timer().now(day), &[], None, 2 * day + 60);
    check(&timer().now(day - 1), &[], Some((day - 1, 0)), day);
}

#[test]
fn nothing_is_next_at_the_end_of_the_calendar() {
    let times = DueTimes::new(&Schedule::Every(Duration::from_secs(3_600)), None);
    let times = times.expect("a distance");
    let mut timer = minutely(Missed::All, Overlap::Queue);
    timer.look.mark = Some(Mark {
        last: Timestamp::MIN,
        left_out: u32::MAX,
        served: None,
    });
    timer.look.now = Timestamp::MAX;
    timer.look.awake = Timestamp::MAX;
    let plan = plan(&times, timer.policy, timer.look);
    assert_eq!(plan.next, None);
    assert_eq!(plan.ticks.len(), MOST);
    assert_eq!(plan.ticks[0].missed, u32::MAX);
}

#[test]
fn what_was_served_last_is_kept() {
    let mut timer = minutely(Missed::Once, Overlap::Skip).last(60).awake(60);
    let served = |plan: &Plan| plan.mark.and_then(|mark| mark.served);
    timer.look.now = at(120);
    let times = DueTimes::new(&Schedule::Every(Duration::from_secs(60)), None);
    let times = times.expect("a distance");
    let first = plan(&times, timer.policy, timer.look);
    assert_eq!(served(&first), Some(at(120)));
    timer.look.mark = first.mark;
    timer.look.pending = 1;
    timer.look.now = at(180);
    let second = plan(&times, timer.policy, timer.look);
    assert_eq!(served(&second), Some(at(120)));
    assert_eq!(second.mark.map(|mark| mark.last), Some(at(180)));
}
