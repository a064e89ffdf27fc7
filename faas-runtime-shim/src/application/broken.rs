//! Bodies that break off, and what that stands for.

use super::late::Late;
use crate::error::chain;
use crate::invocation::{Failure, FailureKind};

/// Why a body broke off, kept through the layers around it: an adapter that has sent nothing yet can still answer with
/// another status, and one that has can tell its platform.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .0.message)]
pub(crate) struct BrokenOff(pub(crate) Failure);

impl BrokenOff {
    /// Tells what a body's error stands for.
    pub(crate) fn failure_in(error: &axum::Error) -> Failure {
        // each body of axum's around another has wrapped it, and repeats its words
        let mut innermost: &(dyn std::error::Error + 'static) = error;
        while innermost.is::<axum::Error>()
            && let Some(inner) = innermost.source()
        {
            innermost = inner;
        }
        let mut next = Some(innermost);
        while let Some(error) = next {
            if let Some(Self(failure)) = error.downcast_ref() {
                return failure.clone();
            }
            if error.is::<Late>() {
                return Failure::new(FailureKind::Deadline, "Timeout", error.to_string());
            }
            next = error.source();
        }
        Failure::new(FailureKind::Retry, "BrokenBody", chain(innermost))
    }
}
