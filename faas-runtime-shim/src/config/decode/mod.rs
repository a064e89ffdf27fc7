//! A section becomes a type.
//!
//! Serde stops at the first mistake. To report all of them, a section is decoded again with what was wrong left out and
//! what was missing made up, until nothing new turns up; nothing made up ever reaches the caller. Begin with `section`,
//! then `reader.rs`.

mod access;
mod deserializer;
mod fault;
mod made_up;
mod pass;
mod path;
mod reader;
mod values;

use serde::de::DeserializeOwned;

use self::pass::Pass;
use self::path::Path;
use self::reader::Reader;
use super::error::ConfigErrors;
use super::provenance::Provenance;
use super::tree::{Entry, Table, Value};

/// Decodes the entry of a section, or an empty table if there is none.
pub(super) fn section<T: DeserializeOwned>(
    name: &str,
    entry: Option<&Entry>,
) -> Result<T, ConfigErrors> {
    let nothing = Entry {
        value: Value::Table(Table::new()),
        set_by: Provenance::Program,
    };
    let entry = entry.unwrap_or(&nothing);
    let path = Path::Section(name);
    let mut pass = Pass::default();
    loop {
        let reader = Reader::new(entry, &path, &pass);
        let decoded = T::deserialize(reader).map_err(|fault| reader.locate(fault));
        match decoded {
            Ok(value) => return ConfigErrors::check(pass.into_errors(), value),
            Err(fault) => {
                if !pass.learn(fault, name) {
                    return Err(ConfigErrors::new(pass.into_errors()));
                }
            }
        }
    }
}
