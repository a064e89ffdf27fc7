//! The instance that serves one event after the other, and the one that is restored before.

use super::Refusal;
use crate::script::{Event, Posting};

/// How far the runtime is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Phase {
    #[default]
    Started,
    InitError,
    /// It waits for the restore.
    RestoreReady,
    Restoring,
    RestoreError,
    /// It waits for an event.
    Ready,
    Running,
    Responding,
    ResponseSent,
}

#[derive(Debug, Default)]
pub(super) struct Classic {
    phase: Phase,
    /// From its way out to the next poll after its answer.
    current: Option<Event>,
}

impl Classic {
    pub(super) fn poll(&mut self) -> Result<(), Refusal> {
        match self.phase {
            // it may skip the wait for a restore
            Phase::Started | Phase::Restoring | Phase::ResponseSent => {
                self.current = None;
                self.phase = Phase::Ready;
                Ok(())
            }
            Phase::Ready | Phase::Running => Ok(()),
            Phase::InitError | Phase::RestoreReady | Phase::RestoreError | Phase::Responding => {
                Err(Refusal::STATE)
            }
        }
    }

    pub(super) fn again(&self) -> Option<&Event> {
        self.current
            .as_ref()
            .filter(|_| self.phase == Phase::Running)
    }

    pub(super) fn hand(&mut self, event: &Event) {
        self.current = Some(event.clone());
        self.phase = Phase::Running;
    }

    pub(super) fn posting(&self, id: &str) -> Option<Posting> {
        self.current
            .as_ref()
            .filter(|event| event.id == id)
            .and_then(|event| event.posting)
    }

    /// The id is looked at before the state.
    pub(super) fn begin(&mut self, id: &str, mode_is_wrong: bool) -> Result<(), Refusal> {
        if self.current.as_ref().is_none_or(|event| event.id != id) {
            return Err(Refusal::ID);
        }
        if self.phase != Phase::Running {
            return Err(Refusal::STATE);
        }
        self.phase = Phase::Responding;
        if mode_is_wrong {
            // there is no way on from here: the instance ends at the time-out
            return Err(Refusal::MODE);
        }
        Ok(())
    }

    pub(super) fn end(&mut self, id: &str) {
        let is_current = self.current.as_ref().is_some_and(|event| event.id == id);
        if is_current && [Phase::Running, Phase::Responding].contains(&self.phase) {
            self.phase = Phase::ResponseSent;
        }
    }

    pub(super) fn init_error(&mut self) -> Result<(), Refusal> {
        match self.phase {
            Phase::Started => self.phase = Phase::InitError,
            // taken as the error of a restore
            Phase::Restoring => self.phase = Phase::RestoreError,
            _ => return Err(Refusal::STATE),
        }
        Ok(())
    }

    pub(super) fn restore_next(&mut self) -> Result<(), Refusal> {
        match self.phase {
            Phase::Started => {
                self.phase = Phase::RestoreReady;
                Ok(())
            }
            _ => Err(Refusal::STATE),
        }
    }

    pub(super) fn restored(&mut self) {
        self.phase = Phase::Restoring;
    }

    pub(super) fn restore_error(&mut self) -> Result<(), Refusal> {
        match self.phase {
            Phase::Restoring => {
                self.phase = Phase::RestoreError;
                Ok(())
            }
            _ => Err(Refusal::STATE),
        }
    }
}
