//! What came of one thing that a platform has handed over: gathered where invocations end, read by its adapter.
//!
//! A batch is many invocations, of one function or several, and an adapter that only sees bytes come and go knows none of
//! them. It asks by putting [`Figures`] into the facts; who does not ask pays for an empty place there.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::metrics::OutcomeKind;
use super::metrics::own::{Figure, Unit};

/// Where what came of the invocations is gathered.
#[derive(Debug, Default)]
pub struct Figures(Mutex<Vec<Part>>);

/// What came of the invocations of one function.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) function: &'static str,
    #[cfg_attr(
        not(any(feature = "aws-lambda", test)),
        expect(dead_code, reason = "of adapters that tell about each invocation")
    )]
    pub(crate) trigger: &'static str,
    /// How many there were.
    pub(crate) items: u64,
    /// How many of them did not succeed.
    pub(crate) failed: u64,
    /// That of the first that did not succeed.
    pub(crate) outcome: OutcomeKind,
    pub(crate) cold_start: bool,
    pub(crate) own: Vec<Figure>,
}

impl Figures {
    /// An invocation of this function has come to its end.
    pub(crate) fn ended(
        &self,
        function: &'static str,
        trigger: &'static str,
        kind: OutcomeKind,
        cold_start: bool,
    ) {
        let mut parts = self.parts();
        let part = part(&mut parts, function, trigger);
        part.items += 1;
        part.cold_start |= cold_start;
        if kind != OutcomeKind::Success {
            if part.failed == 0 {
                part.outcome = kind;
            }
            part.failed += 1;
        }
    }

    /// A handler of this function has told a figure.
    pub(crate) fn own(
        &self,
        function: &'static str,
        trigger: &'static str,
        (name, value, unit): (&'static str, f64, Unit),
    ) {
        let mut parts = self.parts();
        let own = &mut part(&mut parts, function, trigger).own;
        Figure::add(own, name, value, unit);
    }

    /// Takes what has been gathered, in the order in which the functions came.
    #[cfg_attr(
        not(any(feature = "aws-lambda", test)),
        expect(dead_code, reason = "of adapters that tell about each invocation")
    )]
    pub(crate) fn take(&self) -> Vec<Part> {
        std::mem::take(&mut self.parts())
    }

    fn parts(&self) -> MutexGuard<'_, Vec<Part>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn part<'a>(
    parts: &'a mut Vec<Part>,
    function: &'static str,
    trigger: &'static str,
) -> &'a mut Part {
    let known = parts.iter().position(|part| part.function == function);
    let index = known.unwrap_or_else(|| {
        parts.push(Part {
            function,
            trigger,
            items: 0,
            failed: 0,
            outcome: OutcomeKind::Success,
            cold_start: false,
            own: Vec::new(),
        });
        parts.len() - 1
    });
    &mut parts[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_has_a_part_of_its_own() {
        let figures = Figures::default();
        figures.ended("save", "queue", OutcomeKind::Success, true);
        figures.own("save", "queue", ("orders", 2.0, Unit::Count));
        figures.ended("note", "queue", OutcomeKind::Success, false);
        figures.ended("save", "queue", OutcomeKind::Reject, false);
        figures.ended("save", "queue", OutcomeKind::Panic, false);
        figures.own("save", "queue", ("orders", 3.0, Unit::Count));
        figures.own("save", "queue", ("share", 3.0, Unit::Percent));
        figures.own("save", "queue", ("share", 4.0, Unit::Percent));
        let parts = figures.take();
        let [save, note] = &parts[..] else {
            panic!("{parts:?}");
        };
        assert_eq!((save.function, save.trigger), ("save", "queue"));
        assert_eq!((save.items, save.failed, save.cold_start), (3, 2, true));
        assert_eq!(save.outcome, OutcomeKind::Reject);
        assert_eq!(save.own[0].values, [5.0]);
        assert_eq!(save.own[1].values, [3.0, 4.0]);
        assert_eq!((note.items, note.failed, note.cold_start), (1, 0, false));
        assert_eq!(note.outcome, OutcomeKind::Success);
        assert!(figures.take().is_empty());
    }

    #[test]
    fn of_one_name_no_more_is_kept_than_a_line_may_hold() {
        let figures = Figures::default();
        for value in 0..200 {
            figures.own("f", "http", ("wait", f64::from(value), Unit::Seconds));
        }
        let values = &figures.take()[0].own[0].values;
        assert_eq!(values.len(), Figure::MOST_VALUES);
        assert_eq!(values[99], 99.0);
    }
}
