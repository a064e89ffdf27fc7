//! Many events at once, over as many connections.

use std::collections::HashMap;

use super::super::api::{At, Event, Mode, Poll};
use super::super::invocations::replied;
use super::super::probe::Probe;
use super::{Dice, Fate, Size, before_event, framing, invocations, length};

const SLOTS: usize = 16;
/// So many are out, or wait for a poll, before the test looks at what came.
const BATCH: usize = 200;

#[test]
fn no_fault_loses_or_doubles_an_answer() {
    let mut dice = Dice::new();
    let seed = dice.seed;
    let mode = Mode::Managed { polls: SLOTS };
    let probe = Probe::of_mode(mode, &[("FAAS_FUNCTION", "counted")]);
    let filler = "x".repeat(100_000);
    let warm = 20 * SLOTS;
    probe
        .api
        .polls((0..warm).map(|_| Poll::Hand(Event::new(filler.as_str()))));
    probe.drained(warm);
    probe.waiting(SLOTS);
    let size = Size::of(&probe);
    let all = invocations();
    let mut number = 0;
    while number < all {
        let mut expected = HashMap::new();
        let mut polls = Vec::new();
        for _ in 0..BATCH.min(all - number) {
            number += 1;
            let body = format!("[{number},\"{}\"]", &filler[..length(&mut dice)]);
            let fate = match Fate::drawn(&mut dice) {
                // costs a classic instance, and here this answer alone
                Fate::Refused(413) => Fate::Refused(500),
                fate => fate,
            };
            let event = Event::new(body.as_str())
                .framed(framing(&mut dice))
                .answered(fate.posting(&mut dice));
            expected.insert(event.id().to_owned(), (fate, body));
            polls.extend(before_event(&mut dice));
            if dice.below(3000) == 0 {
                polls.push(Poll::Status(500, "{}"));
            }
            polls.push(Poll::Hand(event));
        }
        let seen = |(fate, _): &&(Fate, String)| *fate != Fate::Cut(At::Nothing);
        let seen = expected.values().filter(seen).count();
        probe.api.polls(polls);
        let mut answers = probe.drained(seen);
        // every event was handed out and every slot has come back, so nothing more will come of these
        probe.waiting(SLOTS);
        answers.extend(probe.drained(0));
        for answer in &answers {
            let (id, end) = answer.invocation().unwrap();
            assert_eq!(end, "response");
            let known = expected.remove(&id);
            let (fate, body) = known.unwrap_or_else(|| panic!("{id} twice: FAAS_SEED={seed}"));
            fate.is_of(answer, seed);
            if answer.status != 0 {
                assert_eq!(answer.body, body.as_bytes(), "FAAS_SEED={seed}");
            }
        }
        let unseen = expected
            .values()
            .all(|(fate, _)| *fate == Fate::Cut(At::Nothing));
        assert!(unseen, "{expected:?} are lost: FAAS_SEED={seed}");
    }
    let tally = probe.answer(Event::new(r#""tally""#));
    replied(&tally, (warm + all).to_string());
    probe.waiting(SLOTS);
    size.is_kept(&probe, SLOTS, seed);
}
