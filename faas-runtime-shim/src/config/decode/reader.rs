//! One value of the tree on its way into a type: where it is, and how much of it a message may show.
//!
//! A scalar that was asked for as such is shown; never what stands where a list, a table or a variant belongs, since there
//! may be secrets inside of these. What the value gives is in `values.rs`, what serde asks for in `deserializer.rs`.

use std::fmt::Display;

use serde::de::Error;

use super::fault::{Fault, HIDDEN, Located, Mistake};
use super::pass::Pass;
use super::path::Path;
use crate::config::error::ConfigError;
use crate::config::provenance::Provenance;
use crate::config::tree::{Entry, Value};
use crate::config::{layer, quote, suggest};

#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) value: &'a Value,
    pub(super) set_by: &'a Provenance,
    pub(super) path: &'a Path<'a>,
    pub(super) pass: &'a Pass,
    pub(super) in_secret: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(entry: &'a Entry, path: &'a Path<'a>, pass: &'a Pass) -> Self {
        Self {
            value: &entry.value,
            set_by: &entry.set_by,
            path,
            pass,
            in_secret: false,
        }
    }

    /// Goes on to a value inside this one.
    pub(super) fn at(self, entry: &'a Entry, path: &'a Path<'a>) -> Self {
        Self {
            value: &entry.value,
            set_by: &entry.set_by,
            path,
            ..self
        }
    }

    /// Reads a text that stands in the place of this value, such as the key of a map.
    pub(super) fn with(self, value: &'a Value, path: &'a Path<'a>) -> Self {
        Self {
            value,
            path,
            ..self
        }
    }

    pub(super) fn is_left_out(self, path: Path<'_>) -> bool {
        self.pass.is_left_out(path)
    }

    /// Says where a fault is, unless a reader further inside has done so.
    pub(super) fn locate(self, fault: Fault) -> Fault {
        let path = self.path.to_string();
        let (missing, error) = match *fault.0 {
            Mistake::Located(_) => return fault,
            Mistake::Value { shown, hidden } => {
                let reason = if self.is_hidden() { hidden } else { shown };
                let set_by = self.set_by.clone();
                (
                    None,
                    ConfigError::WrongValue {
                        key: path.clone(),
                        set_by,
                        reason,
                    },
                )
            }
            Mistake::Missing(key) => (Some(key), self.missing(key)),
            Mistake::Unknown { key, known } => (None, self.unknown(&key, self.set_by, known)),
        };
        let located = Located {
            path,
            missing,
            error,
        };
        let fault = Fault(Box::new(Mistake::Located(located)));
        if self.in_secret {
            self.pass.keep_in_secret(fault);
            return Fault::custom("");
        }
        fault
    }

    fn is_hidden(self) -> bool {
        let holds_secret = match self.value {
            Value::Table(table) => table.values().any(Entry::holds_secret),
            Value::Array(entries) => entries.iter().any(Entry::holds_secret),
            _ => false,
        };
        self.in_secret || self.set_by.is_secret() || holds_secret
    }

    fn missing(self, key: &str) -> ConfigError {
        let key = Path::Key(self.path, key).to_string();
        let mend = if key.contains('[') {
            "add it to this element of the array".to_owned()
        } else {
            let (variable, file) = (layer::variable(&key), layer::flat_name(&key));
            format!("set it in faas.toml, as {variable} or as the secret file {file}")
        };
        ConfigError::MissingKey { key, mend }
    }

    pub(super) fn unknown(self, key: &str, set_by: &Provenance, known: &[&str]) -> ConfigError {
        ConfigError::UnknownKey {
            key: Path::Key(self.path, key).to_string(),
            set_by: set_by.clone(),
            nearest: suggest::nearest(key, known.iter().copied()).map(str::to_owned),
            known: known.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// Refuses a value that may be shown.
    pub(super) fn refuse(self, expected: impl Display) -> Fault {
        let kind = self.value.kind();
        let shown = match self.value {
            Value::Text(text) => quote::value(text),
            Value::String(text) => format!("the string {}", quote::value(text)),
            Value::Integer(value) => format!("the integer `{value}`"),
            Value::Float(value) => format!("the float `{value}`"),
            Value::Boolean(value) => format!("the boolean `{value}`"),
            Value::Datetime(text) => format!("the date or time `{text}`"),
            Value::Null | Value::Array(_) | Value::Table(_) => kind.to_owned(),
        };
        self.locate(Fault::value(&shown, HIDDEN, expected))
    }

    /// Refuses a value that must not be shown.
    pub(super) fn refuse_kind(self, expected: impl Display) -> Fault {
        self.locate(Fault::kind(self.value.kind(), expected))
    }

    /// Refuses text for a reason that shows nothing of it.
    pub(super) fn refuse_text(self, reason: String) -> Fault {
        self.locate(Fault(Box::new(Mistake::Value {
            hidden: reason.clone(),
            shown: reason,
        })))
    }
}
