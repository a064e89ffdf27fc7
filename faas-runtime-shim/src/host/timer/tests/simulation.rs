//! Schedulers that crash, whose stores fail and whose clocks are set: however that goes, no due time is sent twice, and each is
//! either sent or counted as left out.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::host::timer::schedule::DueTimes;
use crate::host::timer::{decode, timestamp};

#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many seconds go by.
    Pass(u64),
    /// The wall clock is set by so many seconds.
    Set(i64),
    /// An instance begins, or ends as a process that is killed.
    Toggle(usize),
    /// What becomes of the next calls.
    Fates(Fate, usize),
    /// How many ticks wait.
    Pending(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fate = prop::sample::select(vec![Fate::Refused, Fate::Unconfirmed]);
    let step = prop_oneof![
        6 => (1_u64..40).prop_map(Step::Pass),
        1 => (100_u64..5_000).prop_map(Step::Pass),
        1 => (-2_000_i64..2_000).prop_map(Step::Set),
        3 => (0_usize..3).prop_map(Step::Toggle),
        2 => (fate, 1_usize..4).prop_map(|(fate, calls)| Step::Fates(fate, calls)),
        1 => (0_u64..2).prop_map(Step::Pending),
    ];
    prop::collection::vec(step, 1..40)
}

fn policies() -> impl Strategy<Value = (Missed, Overlap)> {
    let missed = prop::sample::select(vec![Missed::Skip, Missed::Once, Missed::All]);
    let overlap = prop::sample::select(vec![Overlap::Skip, Overlap::Queue, Overlap::Allow]);
    (missed, overlap)
}

/// Lets all of it happen, and returns what is written down in the end.
fn simulate(timer: &Timer, steps: Vec<Step>) -> Shared {
    let (clock, lease) = (Wall::default(), Shared::default());
    let mut instances = [const { None }; 3];
    let start = || Some(Instance::start(&clock, vec![timer.clone()], &lease));
    instances[0] = start();
    for step in steps {
        match step {
            Step::Pass(seconds) => {
                // time is not divided alike for everybody
                for part in [seconds / 3, seconds - seconds / 3] {
                    clock.steady.advance(Duration::from_secs(part));
                    for instance in instances.iter_mut().flatten() {
                        instance.works();
                    }
                }
            }
            Step::Set(by) => clock.set(by),
            Step::Toggle(index) => {
                instances[index] = match instances[index].take() {
                    Some(_) => None,
                    None => start(),
                };
            }
            Step::Fates(fate, calls) => {
                let mut book = lease.book();
                book.fates.push_back(Fate::Done);
                book.fates.extend(std::iter::repeat_n(fate, calls));
            }
            Step::Pending(ticks) => lease.book().pending = ticks,
        }
    }
    lease
}

proptest! {
    #[test]
    fn each_due_time_is_sent_once_or_left_out(
        period in 1_u64..90,
        (missed, overlap) in policies(),
        steps in steps(),
    ) {
        let timer = timer("t", every(period), missed, overlap);
        let lease = simulate(&timer, steps);
        let book = lease.book();
        let Some((mark, _)) = book.marks.get("t") else {
            prop_assert!(book.sent.is_empty());
            return Ok(());
        };
        let origin = ManualClock::new().wall();
        let mut sent = BTreeSet::new();
        let mut accounted = u64::from(mark.left_out);
        for (name, message) in &book.sent {
            let tick = decode(name, &message.content, origin).expect("a tick");
            accounted += 1 + u64::from(tick.missed);
            prop_assert!(sent.last().is_none_or(|last| *last < tick.due), "not in order");
            prop_assert!(sent.insert(tick.due), "sent twice");
        }
        let times = DueTimes::new(&every(period), None).expect("a distance");
        let passed = times.between(timestamp(origin), mark.last, 0);
        prop_assert_eq!(accounted, passed.count);
        if missed == Missed::All && overlap == Overlap::Queue && passed.count < 1000 {
            prop_assert_eq!(sent.len() as u64, passed.count - u64::from(mark.left_out), "all are made up for");
        }
    }
}
