//! What the scheduler does as time goes by.

use super::*;
use crate::host::timer::decode;

/// A clock, what is written down, and the instances.
#[derive(Default)]
struct World {
    clock: Wall,
    lease: Shared,
    instances: Vec<Instance>,
}

impl World {
    fn start(&mut self, timers: Vec<Timer>) {
        self.instances
            .push(Instance::start(&self.clock, timers, &self.lease));
    }

    /// One process with a timer of this distance.
    fn with(schedule: Schedule, missed: Missed) -> Self {
        let mut world = Self::default();
        world.start(vec![timer("t", schedule, missed, Overlap::Queue)]);
        world
    }

    /// Lets time go by, a second at once.
    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.clock.steady.advance(Duration::from_secs(1));
            for instance in &mut self.instances {
                instance.works();
            }
        }
    }

    /// What has been sent: how many seconds after the origin it was due, and how many were missed before.
    fn sent(&self) -> Vec<(u64, u32)> {
        let origin = ManualClock::new().wall();
        let book = self.lease.book();
        let ticks = book.sent.iter().map(|(timer, message)| {
            let tick = decode(timer, &message.content, origin).expect("a tick");
            let due = tick.due.duration_since(origin).expect("a due time");
            (due.as_secs(), tick.missed)
        });
        ticks.collect()
    }
}

#[test]
fn each_due_time_is_sent_when_it_comes() {
    let mut world = World::with(every(60), Missed::Once);
    assert_eq!(world.sent(), []);
    world.pass(59);
    assert_eq!(world.sent(), []);
    world.pass(1);
    assert_eq!(world.sent(), [(60, 0)]);
    world.pass(120);
    assert_eq!(world.sent(), [(60, 0), (120, 0), (180, 0)]);
}

#[test]
fn timers_do_not_wait_for_each_other() {
    let mut world = World::default();
    let timers = [("a", 20), ("b", 50), ("c", 60)];
    let timers =
        timers.map(|(name, period)| timer(name, every(period), Missed::Once, Overlap::Queue));
    world.start(timers.into());
    world.pass(60);
    let names: Vec<_> = world
        .lease
        .book()
        .sent
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    assert_eq!(names.concat(), "aabac");
}

#[test]
fn a_restart_goes_on_where_the_last_process_stopped() {
    for (missed, expected) in [
        (Missed::Skip, vec![(60, 0), (360, 4)]),
        (Missed::Once, vec![(60, 0), (300, 3), (360, 0)]),
        (
            Missed::All,
            vec![(60, 0), (120, 0), (180, 0), (240, 0), (300, 0), (360, 0)],
        ),
    ] {
        let mut world = World::with(every(60), missed);
        world.pass(61);
        world.instances.clear();
        world.pass(260);
        world.start(vec![timer("t", every(60), missed, Overlap::Queue)]);
        world.pass(60);
        assert_eq!(world.sent(), expected, "{missed:?}");
    }
}

#[test]
fn several_instances_send_each_due_time_once() {
    let mut world = World::default();
    for _ in 0..3 {
        world.start(vec![timer("t", every(60), Missed::Once, Overlap::Queue)]);
    }
    world.pass(185);
    assert_eq!(world.sent(), [(60, 0), (120, 0), (180, 0)]);
    // one of them is enough
    world.instances.truncate(1);
    world.pass(60);
    assert_eq!(world.sent()[3..], [(240, 0)]);
}

#[test]
fn a_lease_that_fails_is_tried_again_and_nothing_is_lost_or_doubled() {
    for fate in [Fate::Refused, Fate::Unconfirmed] {
        for missed in [Missed::Skip, Missed::Once, Missed::All] {
            let mut world = World::with(every(60), missed);
            world.lease.book().fates = VecDeque::from([Fate::Done, fate, fate, fate]);
            world.pass(70);
            assert_eq!(world.sent(), [(60, 0)], "{fate:?} {missed:?}");
        }
    }
}

#[test]
fn an_outage_of_minutes_is_no_absence() {
    let mut world = World::with(every(60), Missed::Skip);
    // the pauses grow from a tenth of a second to ten
    world.lease.book().fates = std::iter::repeat_n(Fate::Refused, 20).collect();
    world.pass(240);
    assert_eq!(world.sent(), [(60, 0), (120, 0), (180, 0), (240, 0)]);
}

#[test]
fn a_wall_clock_that_leaps_ahead_has_missed_what_lies_between() {
    for (missed, expected) in [
        (Missed::Skip, vec![(3_720, 61)]),
        (Missed::Once, vec![(3_660, 60), (3_720, 0)]),
    ] {
        let mut world = World::with(every(60), missed);
        world.pass(50);
        world.clock.set(3_620);
        world.pass(60);
        assert_eq!(world.clock.second(), 3_730);
        assert_eq!(world.sent(), expected, "{missed:?}");
    }
}

#[test]
fn a_wall_clock_that_is_corrected_by_seconds_has_missed_nothing() {
    for by in [-5, -1, 1, 5] {
        let mut world = World::with(every(60), Missed::Skip);
        world.pass(57);
        world.clock.set(by);
        world.pass(70);
        assert_eq!(world.sent(), [(60, 0), (120, 0)], "{by}");
    }
}

#[test]
fn a_wall_clock_that_is_set_back_repeats_nothing() {
    let mut world = World::with(every(60), Missed::All);
    world.pass(130);
    world.clock.set(-100);
    world.pass(140);
    assert_eq!(world.clock.second(), 170);
    assert_eq!(world.sent(), [(60, 0), (120, 0)]);
    world.pass(10);
    assert_eq!(world.sent(), [(60, 0), (120, 0), (180, 0)]);
}

#[test]
fn a_run_that_goes_on_keeps_the_next_from_starting() {
    let mut world = World::default();
    world.start(vec![timer("t", every(60), Missed::Once, Overlap::Skip)]);
    world.pass(60);
    world.lease.book().pending = 1;
    world.pass(120);
    world.lease.book().pending = 0;
    world.pass(60);
    assert_eq!(world.sent(), [(60, 0), (240, 2)]);
}

#[test]
fn it_ends_when_it_is_told_to() {
    let clock = Wall::default();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let timers = vec![timer("t", every(60), Missed::Once, Overlap::Queue)];
    let stopped = async { stopped.await.expect("the test is still there") };
    let lease = Arc::new(Shared::default());
    let mut running = Box::pin(run(Arc::new(clock), timers, lease, stopped));
    assert_eq!(poll_immediate(&mut running).now_or_never(), Some(None));
    stop.send(()).expect("it is listened to");
    assert_eq!(poll_immediate(&mut running).now_or_never(), Some(Some(())));
}

#[test]
fn without_timers_it_sleeps() {
    let mut world = World::default();
    world.start(Vec::new());
    world.pass(60);
    assert_eq!(world.sent(), []);
}
