//! The managed instance: many events at once, each with a state of its own.

use std::collections::{HashMap, HashSet};

use super::Refusal;
use crate::script::{Event, Posting};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    None,
    Response,
    Error,
}

#[derive(Debug, Default)]
pub(super) struct Managed {
    running: HashMap<String, (Answer, Option<Posting>)>,
    timed_out: HashSet<String>,
    init_failed: bool,
}

impl Managed {
    pub(super) fn hand(&mut self, event: &Event) {
        self.running
            .insert(event.id.clone(), (Answer::None, event.posting));
    }

    pub(super) fn posting(&self, id: &str) -> Option<Posting> {
        self.running.get(id).and_then(|(_, posting)| *posting)
    }

    pub(super) fn begin(
        &mut self,
        id: &str,
        is_error: bool,
        mode_is_wrong: bool,
    ) -> Result<(), Refusal> {
        let Some((answer, _)) = self.running.get_mut(id) else {
            // told once
            return Err(match self.timed_out.remove(id) {
                true => Refusal::LATE,
                false => Refusal::ID,
            });
        };
        match (*answer, is_error) {
            (Answer::None, false) => *answer = Answer::Response,
            // an error cuts the answer that is under way
            (Answer::None | Answer::Response, true) => *answer = Answer::Error,
            (Answer::Response | Answer::Error, _) => return Err(Refusal::ID),
        }
        if mode_is_wrong {
            self.running.remove(id);
            return Err(Refusal::MODE);
        }
        Ok(())
    }

    pub(super) fn end(&mut self, id: &str, is_error: bool) -> Result<(), Refusal> {
        let expected = if is_error {
            Answer::Error
        } else {
            Answer::Response
        };
        match self.running.get(id) {
            // an error has come for it meanwhile
            Some((answer, _)) if *answer != expected => return Err(Refusal::CONTAINER),
            Some(_) => drop(self.running.remove(id)),
            None if self.timed_out.remove(id) => return Err(Refusal::LATE),
            None => {}
        }
        Ok(())
    }

    pub(super) fn time_out(&mut self, id: &str) {
        if self.running.remove(id).is_some() {
            self.timed_out.insert(id.to_owned());
        }
    }

    pub(super) fn init_error(&mut self) -> Result<(), Refusal> {
        if self.init_failed {
            return Err(Refusal::STATE);
        }
        self.init_failed = true;
        Ok(())
    }
}
