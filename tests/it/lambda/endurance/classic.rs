//! One event after the other.

use super::super::api::{At, Event, Framing, Poll};
use super::super::invocations::replied;
use super::super::probe::Probe;
use super::{Dice, Fate, Size, before_event, framing, invocations, length};

#[test]
fn no_fault_loses_or_doubles_an_answer() {
    let mut dice = Dice::new();
    let seed = dice.seed;
    let probe = Probe::of("counted");
    let filler = "x".repeat(100_000);
    for _ in 0..200 {
        probe.api.polls([Poll::Hand(Event::new(filler.as_str()))]);
        probe.drained(1);
    }
    let size = Size::of(&probe);
    for number in 0..invocations() {
        let body = format!("[{number},\"{}\"]", &filler[..length(&mut dice)]);
        let mut event = Event::new(body.as_str()).framed(framing(&mut dice));
        if dice.below(20) == 0 {
            // an answer may get lost in the end of the connection: its event comes again
            event = event.framed(Framing::ThenClose);
        }
        let id = event.id().to_owned();
        let mut fate = Fate::drawn(&mut dice);
        probe.api.posts([fate.posting(&mut dice)]);
        if fate == Fate::Cut(At::Nothing) {
            // the platform never saw it, so the event comes again and is answered then
            fate = Fate::Answered;
        }
        probe.api.polls(
            before_event(&mut dice)
                .into_iter()
                .chain([Poll::Hand(event)]),
        );
        let answers = probe.drained(1);
        let [answer] = &answers[..] else {
            panic!("{answers:?} of one event: FAAS_SEED={seed}");
        };
        let of = answer.invocation().unwrap();
        assert_eq!(of, (id, "response"), "FAAS_SEED={seed}");
        fate.is_of(answer, seed);
        if answer.status != 0 {
            assert_eq!(answer.body, body.as_bytes(), "FAAS_SEED={seed}");
        }
    }
    // what the last answer's loss does to the connection is over with one more round
    let handed = probe.api.handed();
    let tally = probe.answer(Event::new(r#""tally""#));
    replied(&tally, handed.to_string());
    probe.idle();
    size.is_kept(&probe, 1, seed);
}
