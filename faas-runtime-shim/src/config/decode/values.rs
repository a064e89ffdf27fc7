//! What a value of the tree, or text, gives as a number, a boolean, a list, a table, a name.

use std::borrow::Cow;

use serde::de::Expected;

use super::fault::Fault;
use super::reader::Reader;
use crate::config::tree::{self, Entry, Table, Value};
use crate::config::{json, layer};

impl<'a> Reader<'a> {
    pub(super) fn integer(self, least: i128, most: i128) -> Result<i128, Fault> {
        let integer = match self.value {
            Value::Integer(integer) => Some(*integer),
            Value::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        integer
            .filter(|integer| (least..=most).contains(integer))
            .ok_or_else(|| {
                let quoted =
                    matches!(self.value, Value::String(text) if text.parse::<i128>().is_ok());
                let mend = if quoted { ", without quotes" } else { "" };
                self.refuse(format_args!("an integer from {least} to {most}{mend}"))
            })
    }

    pub(super) fn float(self) -> Result<f64, Fault> {
        match self.value {
            Value::Float(float) => Ok(*float),
            #[expect(
                clippy::cast_precision_loss,
                reason = "`4` is a usual way to write 4.0"
            )]
            Value::Integer(integer) => Ok(*integer as f64),
            Value::Text(text) => text.trim().parse().map_err(|_| self.refuse("a number")),
            _ => Err(self.refuse("a number")),
        }
    }

    pub(super) fn boolean(self) -> Result<bool, Fault> {
        let text = match self.value {
            Value::Boolean(boolean) => return Ok(*boolean),
            Value::Text(text) => text.trim(),
            _ => return Err(self.refuse("`true` or `false`, without quotes")),
        };
        let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is_one_of(["true", "1", "yes", "on"]) {
            Ok(true)
        } else if is_one_of(["false", "0", "no", "off"]) {
            Ok(false)
        } else {
            Err(self.refuse("`true` or `false`"))
        }
    }

    pub(super) fn text(self, expected: &dyn Expected) -> Result<&'a str, Fault> {
        match self.value {
            Value::Text(text) | Value::String(text) | Value::Datetime(text) => Ok(text),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => {
                Err(self.refuse(format_args!("{expected}; put it in quotes")))
            }
            Value::Null | Value::Array(_) | Value::Table(_) => Err(self.refuse(expected)),
        }
    }

    pub(super) fn elements(self) -> Result<Cow<'a, [Entry]>, Fault> {
        match self.value {
            Value::Array(entries) => Ok(Cow::Borrowed(entries)),
            Value::Text(text) if json::is_array(text) => json::array(text, self.set_by)
                .map(Cow::Owned)
                .map_err(|reason| self.refuse_text(reason)),
            Value::Text(text) if text.trim().is_empty() => Ok(Cow::default()),
            Value::Text(text) => {
                let entry = |element: &str| Entry {
                    value: Value::Text(element.trim().to_owned()),
                    set_by: self.set_by.clone(),
                };
                Ok(text.split(',').map(entry).collect())
            }
            _ => Err(self.refuse_kind("an array")),
        }
    }

    pub(super) fn table(self) -> Result<Cow<'a, Table>, Fault> {
        match self.value {
            Value::Table(table) => Ok(Cow::Borrowed(table)),
            Value::Text(text) if json::is_object(text) => json::object(text, self.set_by)
                .map(Cow::Owned)
                .map_err(|reason| self.refuse_text(reason)),
            Value::Text(_) => Err(self.refuse_kind(format_args!(
                "a JSON object, or one name per key such as {}__KEY",
                layer::variable(&self.path.to_string())
            ))),
            _ => Err(self.refuse_kind("a table")),
        }
    }
}

/// Finds the name that a key means.
pub(super) fn spelled<'k>(key: &'k str, entry: &Entry, names: &[&'k str]) -> Option<&'k str> {
    spelled_text(key, entry.set_by.is_loose(), names)
}

pub(super) fn spelled_text<'k>(key: &'k str, is_loose: bool, names: &[&'k str]) -> Option<&'k str> {
    let mut near = names
        .iter()
        .filter(|name| is_loose && tree::same_name(name, key));
    let exact = names.iter().find(|name| **name == key);
    exact.or_else(|| near.next()).copied()
}
