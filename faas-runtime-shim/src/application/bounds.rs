//! The bounds of a request's body, which a route may lift once it has bounds of its own.
//!
//! The server that reads the body holds one end, the request's extensions the other. A call of gRPC is why: its messages
//! have their own largest size, and its stream may be silent for hours.

#![cfg_attr(
    not(all(test, feature = "host")),
    allow(
        dead_code,
        reason = "the server makes bounds and routes lift them: not every build has both"
    )
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// How much, and how slowly, a request's body may come in; clones stand for the same body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds(Arc<AtomicU8>);

/// Why a body was given up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// It paused for too long.
    Late = 1,
    /// It grew past the limit.
    Large = 2,
}

const INTACT: u8 = 0;
const LIFTED: u8 = 3;

impl Bounds {
    /// Lets the body be as long and as slow as it likes from now on; one that was given up stays so.
    pub(crate) fn lift(&self) {
        self.change(LIFTED);
    }

    pub(crate) fn is_lifted(&self) -> bool {
        self.0.load(Ordering::Relaxed) == LIFTED
    }

    /// Gives the body up, unless it has no bounds any more.
    pub(crate) fn give_up(&self, fault: Fault) {
        self.change(fault as u8);
    }

    pub(crate) fn fault(&self) -> Option<Fault> {
        [Fault::Late, Fault::Large]
            .into_iter()
            .find(|fault| *fault as u8 == self.0.load(Ordering::Relaxed))
    }

    fn change(&self, to: u8) {
        // what came first holds
        let _ = self
            .0
            .compare_exchange(INTACT, to, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    //! What comes first holds.

    use super::*;

    #[test]
    fn a_lifted_body_is_not_given_up() {
        let bounds = Bounds::default();
        assert!(!bounds.is_lifted());
        bounds.clone().lift();
        bounds.give_up(Fault::Large);
        assert!(bounds.is_lifted());
        assert_eq!(bounds.fault(), None);
    }

    #[test]
    fn a_body_that_was_given_up_stays_so() {
        for fault in [Fault::Late, Fault::Large] {
            let bounds = Bounds::default();
            bounds.give_up(fault);
            bounds.lift();
            assert_eq!(bounds.fault(), Some(fault));
            assert!(!bounds.is_lifted());
        }
    }
}
