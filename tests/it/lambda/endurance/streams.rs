//! Streamed answers, many at once, some of which fail by themselves.

use super::super::api::Mode;
use super::super::events::get;
use super::super::probe::Probe;
use super::many::Many;
use super::{Dice, Fate};

const SLOTS: usize = 8;

#[test]
fn no_fault_loses_or_doubles_a_stream() {
    let mut dice = Dice::new();
    let seed = dice.seed;
    let mode = Mode::Managed { polls: SLOTS };
    let probe = Probe::of_mode(mode, &[("FAAS_RESPONSE_MODE", "stream")]);
    let many = Many {
        probe: &probe,
        slots: SLOTS,
    };
    let (_, size) = many.warm(|| get("/flood/2"));
    let draw = |dice: &mut Dice, _| {
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
        let fate = Fate::drawn(dice);
        (get(&format!("/{path}/{chunks}")), fate, (body, breaks))
    };
    many.play(&mut dice, draw, |answer, (body, breaks)| {
        if answer.status == 0 {
            return;
        }
        let (prelude, found) = answer.split();
        assert_eq!(prelude["statusCode"], 200);
        assert_eq!(found, body.as_bytes(), "FAAS_SEED={seed}");
        let trailer = answer.trailer("lambda-runtime-function-error-type");
        assert_eq!(breaks, !trailer.is_empty(), "FAAS_SEED={seed}");
    });
    size.is_kept(&probe, SLOTS, seed);
}
