//! What the passes over a section have found, and what the next one leaves out or makes up.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::fault::{Fault, Located, Mistake};
use super::path::Path;
use crate::config::error::ConfigError;

#[derive(Debug, Default)]
pub(super) struct Pass {
    /// The values that are left out.
    wrong: BTreeSet<String>,
    /// The tables that lack a key, with that key, which is made up.
    lacking: BTreeSet<(String, &'static str)>,
    /// The mistakes by their keys. Unknown keys arrive while a pass runs.
    errors: RefCell<BTreeMap<String, ConfigError>>,
    /// The mistake inside a secret, whose own error tells nothing.
    in_secret: RefCell<Option<Fault>>,
}

impl Pass {
    /// Takes in what ended a pass; returns whether the next one gets further.
    pub(super) fn learn(&mut self, fault: Fault, section: &str) -> bool {
        // more than anyone reads at once
        const MOST_PASSES: usize = 100;
        let Mistake::Located(located) = *fault.0 else {
            return false;
        };
        let Located {
            path,
            missing,
            error,
        } = located;
        let key = missing.map_or_else(|| path.clone(), |key| below(&path, key));
        if !self.is_consequence(&key) {
            self.report(key, error);
        }
        let learned = match missing {
            Some(key) => self.lacking.insert((path.clone(), key)),
            None => false,
        };
        (learned || self.leave_out(path, section))
            && self.wrong.len() + self.lacking.len() < MOST_PASSES
    }

    /// Says whether what is wrong with `key` may come of what was left out or made up in it.
    fn is_consequence(&self, key: &str) -> bool {
        let is_inside = |path: &str| {
            path.strip_prefix(key).is_some_and(|rest| {
                key.is_empty() || rest.is_empty() || rest.starts_with(['.', '['])
            })
        };
        self.wrong.iter().any(|path| is_inside(path))
            || self
                .lacking
                .iter()
                .any(|(path, key)| is_inside(&below(path, key)))
    }

    /// Leaves out a value, or if it cannot be left out where it is, the table or array around it.
    fn leave_out(&mut self, mut path: String, section: &str) -> bool {
        while path.len() > section.len() {
            if self.wrong.insert(path.clone()) {
                return true;
            }
            path.truncate(path.rfind(['.', '[']).unwrap_or_default());
        }
        false
    }

    pub(super) fn is_left_out(&self, path: Path<'_>) -> bool {
        !self.wrong.is_empty() && self.wrong.contains(&path.to_string())
    }

    /// Lists the keys that are made up in the table at `path`.
    pub(super) fn made_up(&self, path: &Path<'_>) -> Vec<&'static str> {
        if self.lacking.is_empty() {
            return Vec::new();
        }
        let path = path.to_string();
        let lacking = self.lacking.iter().filter(|(table, _)| *table == path);
        lacking.map(|(_, key)| *key).collect()
    }

    /// Records a mistake; the first one about a key counts.
    pub(super) fn report(&self, key: String, error: ConfigError) {
        self.errors.borrow_mut().entry(key).or_insert(error);
    }

    pub(super) fn into_errors(self) -> Vec<ConfigError> {
        self.errors.into_inner().into_values().collect()
    }

    /// Begins a secret: what went wrong in another one is forgotten.
    pub(super) fn enter_secret(&self) {
        self.in_secret.take();
    }

    /// Keeps the innermost mistake inside a secret.
    pub(super) fn keep_in_secret(&self, fault: Fault) {
        self.in_secret.borrow_mut().get_or_insert(fault);
    }

    pub(super) fn leave_secret(&self) -> Option<Fault> {
        self.in_secret.take()
    }
}

fn below(path: &str, key: &str) -> String {
    Path::Key(&Path::Section(path), key).to_string()
}
