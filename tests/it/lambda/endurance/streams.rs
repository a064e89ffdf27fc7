//! Streamed answers, many at once, some of which fail by themselves.

use std::collections::HashMap;

use super::super::api::{At, Mode, Poll};
use super::super::events::get;
use super::super::probe::Probe;
use super::{Dice, Fate, Size, before_event, framing, invocations};

const SLOTS: usize = 8;
const BATCH: usize = 200;

#[test]
fn no_fault_loses_or_doubles_a_stream() {
    let mut dice = Dice::new();
    let seed = dice.seed;
    let mode = Mode::Managed { polls: SLOTS };
    let probe = Probe::of_mode(mode, &[("FAAS_RESPONSE_MODE", "stream")]);
    let warm = 20 * SLOTS;
    probe
        .api
        .polls((0..warm).map(|_| Poll::Hand(get("/flood/2"))));
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
            let chunks = dice.below(12);
            let breaks = dice.below(10) == 0;
            let (path, body) = match breaks {
                true => ("broken", "piece".repeat(chunks + 1)),
                false => {
                    let lines = (0..chunks).map(|chunk| format!("chunk {chunk}\n"));
                    ("stream", lines.collect())
                }
            };
            let chunks = chunks + usize::from(breaks);
            let fate = Fate::drawn(&mut dice);
            let event = get(&format!("/{path}/{chunks}"))
                .framed(framing(&mut dice))
                .answered(fate.posting(&mut dice));
            expected.insert(event.id().to_owned(), (fate, body, breaks));
            polls.extend(before_event(&mut dice));
            polls.push(Poll::Hand(event));
        }
        let seen = |(fate, _, _): &&(Fate, String, bool)| *fate != Fate::Cut(At::Nothing);
        let seen = expected.values().filter(seen).count();
        probe.api.polls(polls);
        let mut answers = probe.drained(seen);
        probe.waiting(SLOTS);
        answers.extend(probe.drained(0));
        for answer in &answers {
            let (id, _) = answer.invocation().unwrap();
            let known = expected.remove(&id);
            let (fate, body, breaks) =
                known.unwrap_or_else(|| panic!("{id} twice: FAAS_SEED={seed}"));
            fate.is_of(answer, seed);
            if answer.status == 0 {
                continue;
            }
            let (prelude, found) = answer.split();
            assert_eq!(prelude["statusCode"], 200);
            assert_eq!(found, body.as_bytes(), "FAAS_SEED={seed}");
            let trailer = answer.trailer("lambda-runtime-function-error-type");
            assert_eq!(breaks, !trailer.is_empty(), "FAAS_SEED={seed}");
        }
        let unseen = expected
            .values()
            .all(|(fate, _, _)| *fate == Fate::Cut(At::Nothing));
        assert!(unseen, "{expected:?} are lost: FAAS_SEED={seed}");
    }
    size.is_kept(&probe, SLOTS, seed);
}
