//! The bounds of a request's body, which a route may lift once it has bounds of its own.
//!
//! The server that reads the body holds one end, the request's extensions the other. A call of gRPC is why: its messages
//! have their own largest size, and where they are a stream, that may be silent for hours.

#![cfg_attr(
    not(all(test, feature = "host")),
    allow(
        dead_code,
        reason = "the server makes bounds and routes lift them: not every build has both"
    )
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// How much, and how slowly, a request's body may come in; clones stand for the same body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds(Arc<State>);

#[derive(Debug, Default)]
struct State {
    held: AtomicU8,
    /// Nobody reads the rest.
    abandoned: AtomicBool,
}

/// Why a body was given up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// It paused for too long.
    Late = 1,
    /// It grew past the limit.
    Large = 2,
}

const INTACT: u8 = 0;
const LONG: u8 = 3;
const PATIENT: u8 = 4;

impl Bounds {
    /// Lets the body be as long as it likes from now on; one that was given up stays so.
    pub(crate) fn lift(&self) {
        self.change(&[INTACT], LONG);
    }

    /// Lets the body be as long as it likes, and silent between two messages.
    pub(crate) fn await_messages(&self) {
        self.change(&[INTACT, LONG], PATIENT);
    }

    /// Says whether the body may be as long as it likes.
    pub(crate) fn is_lifted(&self) -> bool {
        matches!(self.held(), LONG | PATIENT)
    }

    /// Says whether the body may be silent between two messages.
    pub(crate) fn is_patient(&self) -> bool {
        self.held() == PATIENT
    }

    /// Gives the body up, as it has gone out of its bounds.
    pub(crate) fn give_up(&self, fault: Fault) {
        match fault {
            Fault::Large => self.change(&[INTACT], fault as u8),
            Fault::Late => self.change(&[INTACT, LONG, PATIENT], fault as u8),
        }
    }

    pub(crate) fn fault(&self) -> Option<Fault> {
        [Fault::Late, Fault::Large]
            .into_iter()
            .find(|fault| *fault as u8 == self.held())
    }

    /// Says that nobody reads the rest of the body.
    pub(crate) fn abandon(&self) {
        self.0.abandoned.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.0.abandoned.load(Ordering::Relaxed)
    }

    fn held(&self) -> u8 {
        self.0.held.load(Ordering::Relaxed)
    }

    fn change(&self, from: &[u8], to: u8) {
        // what came first holds
        let change = |held: u8| from.contains(&held).then_some(to);
        let held = &self.0.held;
        let _ = held.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
    }
}

#[cfg(test)]
mod tests {
    //! What comes first holds.

    use super::*;

    #[test]
    fn a_lifted_body_is_not_too_large() {
        let bounds = Bounds::default();
        assert!(!bounds.is_lifted());
        bounds.clone().lift();
        bounds.give_up(Fault::Large);
        assert!(bounds.is_lifted() && !bounds.is_patient());
        bounds.await_messages();
        assert!(bounds.is_lifted() && bounds.is_patient());
        assert_eq!(bounds.fault(), None);
        bounds.give_up(Fault::Late);
        assert_eq!(bounds.fault(), Some(Fault::Late));
    }

    #[test]
    fn a_body_that_was_given_up_stays_so() {
        for fault in [Fault::Late, Fault::Large] {
            let bounds = Bounds::default();
            bounds.give_up(fault);
            bounds.lift();
            bounds.await_messages();
            assert_eq!(bounds.fault(), Some(fault));
            assert!(!bounds.is_lifted());
        }
    }
}
