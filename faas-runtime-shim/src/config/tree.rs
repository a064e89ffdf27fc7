//! The merged tree: its values, how one layer is laid over another, how a dotted name is found in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::error::ConfigError;
use super::json;
use super::provenance::Provenance;

pub(super) type Table = BTreeMap<String, Entry>;

/// A value and where it was set. No `Debug`: it could be a secret.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) set_by: Provenance,
}

#[derive(Clone)]
pub(super) enum Value {
    /// Of the environment, a secret file or the program: the type that asks decides what it means.
    Text(String),
    String(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    Datetime(String),
    /// JSON's `null`.
    Null,
    Array(Vec<Entry>),
    Table(Table),
}

/// How deep the tree may get, so that the walks over it can be recursive.
pub(super) const MOST_LEVELS: usize = 64;

impl Entry {
    pub(super) fn is_section(&self) -> bool {
        match &self.value {
            Value::Table(_) => true,
            Value::Text(text) => json::is_object(text),
            _ => false,
        }
    }

    /// Says whether the value or one inside it came from a secret mount.
    pub(super) fn holds_secret(&self) -> bool {
        self.set_by.is_secret()
            || match &self.value {
                Value::Table(table) => table.values().any(Self::holds_secret),
                Value::Array(entries) => entries.iter().any(Self::holds_secret),
                _ => false,
            }
    }
}

impl Value {
    /// Names the kind of the value, for messages that must not show it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Boolean(_) => "a boolean",
            Self::Datetime(_) => "a date or time",
            Self::Null => "null",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// Lays `over` over `base`: tables are joined, any other value is replaced.
pub(super) fn merge(base: &mut Table, over: Table) {
    for (key, entry) in over {
        let known = matching_key(base, &key, &entry.set_by).unwrap_or(key);
        match (base.get_mut(&known).map(|entry| &mut entry.value), entry) {
            (
                Some(Value::Table(below)),
                Entry {
                    value: Value::Table(above),
                    ..
                },
            ) => merge(below, above),
            (_, entry) => {
                base.insert(known, entry);
            }
        }
    }
}

/// Finds how the table spells `key` when that comes from where not all characters can be written.
fn matching_key(table: &Table, key: &str, set_by: &Provenance) -> Option<String> {
    if table.contains_key(key) || !set_by.is_loose() {
        return None;
    }
    table.keys().find(|known| same_name(known, key)).cloned()
}

/// Compares names as the environment can write them: case does not count, all that is no letter or digit is `_`.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().map(loose).eq(other.bytes().map(loose))
}

fn loose(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' | b'a'..=b'z' | 0x80.. => byte,
        b'A'..=b'Z' => byte.to_ascii_lowercase(),
        _ => b'_',
    }
}

/// Finds a dotted name. A dot may separate two tables or belong to a key, as in `[binlogs."shop.orders"]`.
pub(super) fn find<'a>(root: &'a Table, name: &str) -> Result<Option<Cow<'a, Entry>>, ConfigError> {
    let mut found = Vec::new();
    search(Cow::Borrowed(root), name, 0, &mut found)?;
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(first), Some(second)) => Err(ConfigError::Conflict {
            key: name.to_owned(),
            first: first.into_owned().set_by,
            second: second.into_owned().set_by,
        }),
        (first, _) => Ok(first),
    }
}

/// Collects what `name[start..]` can mean in `table`.
fn search<'a>(
    table: Cow<'a, Table>,
    name: &str,
    start: usize,
    found: &mut Vec<Cow<'a, Entry>>,
) -> Result<(), ConfigError> {
    let Some(rest) = name.get(start..) else {
        return Ok(());
    };
    if let Some(entry) = lookup(&table, rest) {
        found.push(entry);
    }
    for (dot, _) in rest.match_indices('.') {
        let end = start + dot;
        if let Some(entry) = lookup(&table, &name[start..end]) {
            search(as_table(&name[..end], entry)?, name, end + 1, found)?;
        }
    }
    Ok(())
}

fn lookup<'a>(table: &Cow<'a, Table>, key: &str) -> Option<Cow<'a, Entry>> {
    match table {
        Cow::Borrowed(table) => get(table, key).map(Cow::Borrowed),
        Cow::Owned(table) => get(table, key).cloned().map(Cow::Owned),
    }
}

fn get<'a>(table: &'a Table, key: &str) -> Option<&'a Entry> {
    table.get(key).or_else(|| {
        let mut entries = table.iter();
        entries
            .find(|(known, entry)| entry.set_by.is_loose() && same_name(known, key))
            .map(|(_, entry)| entry)
    })
}

/// Takes an entry for a table, be it written as one or as the text of a JSON object.
pub(super) fn as_table<'a>(
    key: &str,
    entry: Cow<'a, Entry>,
) -> Result<Cow<'a, Table>, ConfigError> {
    let wrong = match entry {
        Cow::Borrowed(Entry {
            value: Value::Table(table),
            ..
        }) => return Ok(Cow::Borrowed(table)),
        Cow::Owned(Entry {
            value: Value::Table(table),
            ..
        }) => return Ok(Cow::Owned(table)),
        other => other,
    };
    let table = match &wrong.value {
        Value::Text(text) => json::object(text, &wrong.set_by),
        other => Err(format!("found {}, expected a table", other.kind())),
    };
    table
        .map(Cow::Owned)
        .map_err(|reason| ConfigError::WrongValue {
            key: key.to_owned(),
            set_by: wrong.set_by.clone(),
            reason,
        })
}
