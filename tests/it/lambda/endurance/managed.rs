//! Many events at once, whose answers are sent whole.

use super::super::api::{Event, Mode};
use super::super::invocations::replied;
use super::super::probe::Probe;
use super::many::Many;
use super::{Dice, Fate, invocations, length};

const SLOTS: usize = 16;

#[test]
fn no_fault_loses_or_doubles_an_answer() {
    let mut dice = Dice::new();
    let seed = dice.seed;
    let mode = Mode::Managed { polls: SLOTS };
    let probe = Probe::of_mode(mode, &[("FAAS_FUNCTION", "counted")]);
    let many = Many {
        probe: &probe,
        slots: SLOTS,
    };
    let filler = "x".repeat(100_000);
    let (warm, size) = many.warm(|| Event::new(filler.as_str()));
    let draw = |dice: &mut Dice, number| {
        let body = format!("[{number},\"{}\"]", &filler[..length(dice)]);
        let fate = match Fate::drawn(dice) {
            // costs a classic instance, and here this answer alone
            Fate::Refused(413) => Fate::Refused(500),
            fate => fate,
        };
        (Event::new(body.as_str()), fate, body)
    };
    many.play(&mut dice, draw, |answer, body| {
        let (_, end) = answer.invocation().unwrap();
        assert_eq!(end, "response");
        if answer.status != 0 {
            assert_eq!(answer.body, body.as_bytes(), "FAAS_SEED={seed}");
        }
    });
    let tally = probe.answer(Event::new(r#""tally""#));
    replied(&tally, (warm + invocations()).to_string());
    probe.waiting(SLOTS);
    size.is_kept(&probe, SLOTS, seed);
}
