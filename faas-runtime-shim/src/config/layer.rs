//! Flat names become a nested layer: `FAAS__DB__URL`, `DB__URL`, `db/url`.

use std::collections::btree_map::Entry as Slot;

use super::error::ConfigError;
use super::provenance::Provenance;
use super::tree::{Entry, MOST_LEVELS, Table, Value};

/// One text and the keys that lead to it.
pub(super) struct Setting {
    pub(super) path: Vec<String>,
    pub(super) text: String,
    pub(super) set_by: Provenance,
}

/// Takes the settings among environment variables. `FAAS_PLATFORM` and its like, with one underscore, are none.
pub(super) fn environment<'a>(
    variables: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Table, ConfigError> {
    let mut variables: Vec<_> = variables
        .filter_map(|(name, text)| Some((name, name.strip_prefix(PREFIX)?, text)))
        .collect();
    variables.sort_unstable(); // messages name the same variable every time
    table(variables.into_iter().map(|(name, path, text)| Setting {
        path: keys(path).collect(),
        text: text.to_owned(),
        set_by: Provenance::Environment { name: name.into() },
    }))
}

const PREFIX: &str = "FAAS__";

/// Splits a flat name into keys.
pub(super) fn keys(name: &str) -> impl Iterator<Item = String> {
    name.split("__").map(str::to_lowercase)
}

/// Spells a dotted key as the environment does.
pub(super) fn flat_name(key: &str) -> String {
    let spell = |c: char| match c {
        '.' => "__".to_owned(),
        c if c.is_ascii_alphanumeric() => c.to_ascii_uppercase().to_string(),
        _ => "_".to_owned(),
    };
    key.chars().map(spell).collect()
}

/// Spells a dotted key as an environment variable.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", flat_name(key))
}

/// Nests the settings of one layer, of which no two may set the same key.
pub(super) fn table(settings: impl IntoIterator<Item = Setting>) -> Result<Table, ConfigError> {
    let mut root = Table::new();
    for setting in settings {
        insert(&mut root, setting)?;
    }
    Ok(root)
}

fn insert(root: &mut Table, setting: Setting) -> Result<(), ConfigError> {
    let Setting { path, text, set_by } = setting;
    if path.iter().any(String::is_empty) {
        return Err(ConfigError::EmptyKey { set_by });
    }
    if path.len() > MOST_LEVELS {
        return Err(ConfigError::TooDeep { set_by });
    }
    let mut values = path.clone();
    let Some(last) = values.pop() else {
        return Err(ConfigError::EmptyKey { set_by });
    };
    let mut table = root;
    for (depth, key) in values.into_iter().enumerate() {
        let below = table.entry(key).or_insert_with(|| Entry {
            value: Value::Table(Table::new()),
            set_by: set_by.clone(),
        });
        table = match &mut below.value {
            Value::Table(table) => table,
            _ => {
                let key = path.get(..=depth).unwrap_or_default().join(".");
                let first = below.set_by.clone();
                return Err(ConfigError::Conflict {
                    key,
                    first,
                    second: set_by,
                });
            }
        };
    }
    match table.entry(last) {
        Slot::Vacant(slot) => {
            let value = Value::Text(text);
            slot.insert(Entry { value, set_by });
            Ok(())
        }
        Slot::Occupied(slot) => Err(ConfigError::Conflict {
            key: path.join("."),
            first: slot.get().set_by.clone(),
            second: set_by,
        }),
    }
}
