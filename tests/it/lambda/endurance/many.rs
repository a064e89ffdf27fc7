//! Many events at once, over as many connections, batch after batch.

use std::collections::HashMap;
use std::fmt::Debug;

use super::super::api::{At, Event, Poll, Request};
use super::super::probe::Probe;
use super::{Dice, Fate, Size, before_event, framing, invocations};

/// So many are out, or wait for a poll, before the test looks at what came.
const BATCH: usize = 200;

/// An instance that asks over this many connections.
pub(super) struct Many<'a> {
    pub(super) probe: &'a Probe,
    pub(super) slots: usize,
}

impl Many<'_> {
    /// Hands out a few events for each connection, and tells how many; from then on the instance may not grow.
    pub(super) fn warm(&self, event: impl Fn() -> Event) -> (usize, Size) {
        let warm = 20 * self.slots;
        self.probe.api.polls((0..warm).map(|_| Poll::Hand(event())));
        self.probe.drained(warm);
        self.probe.waiting(self.slots);
        (warm, Size::of(self.probe))
    }

    /// Hands out what is drawn, and looks at each answer with what was drawn beside its event. Every event is answered
    /// once, or lost as its fate says.
    pub(super) fn play<E: Debug>(
        &self,
        dice: &mut Dice,
        mut draw: impl FnMut(&mut Dice, usize) -> (Event, Fate, E),
        check: impl Fn(&Request, E),
    ) {
        let seed = dice.seed;
        let all = invocations();
        let mut number = 0;
        while number < all {
            let mut expected = HashMap::new();
            let mut polls = Vec::new();
            for _ in 0..BATCH.min(all - number) {
                number += 1;
                let (event, fate, beside) = draw(dice, number);
                let event = event.framed(framing(dice)).answered(fate.posting(dice));
                expected.insert(event.id().to_owned(), (fate, beside));
                polls.extend(before_event(dice));
                if dice.below(3000) == 0 {
                    polls.push(Poll::Status(500, "{}"));
                }
                polls.push(Poll::Hand(event));
            }
            let seen = |(fate, _): &&(Fate, E)| *fate != Fate::Cut(At::Nothing);
            let seen = expected.values().filter(seen).count();
            self.probe.api.polls(polls);
            let mut answers = self.probe.drained(seen);
            // every event was handed out and every slot has come back, so nothing more will come of these
            self.probe.waiting(self.slots);
            answers.extend(self.probe.drained(0));
            for answer in &answers {
                let (id, _) = answer.invocation().unwrap();
                let known = expected.remove(&id);
                let (fate, beside) =
                    known.unwrap_or_else(|| panic!("{id} twice: FAAS_SEED={seed}"));
                fate.is_of(answer, seed);
                check(answer, beside);
            }
            let unseen = expected
                .values()
                .all(|(fate, _)| *fate == Fate::Cut(At::Nothing));
            assert!(unseen, "{expected:?} are lost: FAAS_SEED={seed}");
        }
    }
}
