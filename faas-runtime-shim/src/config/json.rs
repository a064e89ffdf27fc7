//! Arrays and objects in texts, such as those of environment variables, are JSON.

use super::provenance::Provenance;
use super::tree::{Entry, MOST_LEVELS, Table, Value};

/// Says whether a text is meant to be a JSON object.
pub(super) fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// Says whether a text is meant to be a JSON array.
pub(super) fn is_array(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

/// Reads an object. The reason for a failure shows nothing of the text.
pub(super) fn object(text: &str, set_by: &Provenance) -> Result<Table, String> {
    match parse(text, set_by)? {
        Value::Table(table) if is_object(text) => Ok(table),
        _ => Err("found other text, expected a JSON object".to_owned()),
    }
}

/// Reads an array. The reason for a failure shows nothing of the text.
pub(super) fn array(text: &str, set_by: &Provenance) -> Result<Vec<Entry>, String> {
    match parse(text, set_by)? {
        Value::Array(entries) => Ok(entries),
        _ => Err("found other text, expected a JSON array".to_owned()),
    }
}

fn parse(text: &str, set_by: &Provenance) -> Result<Value, String> {
    // serde_json's syntax errors name a place and a rule, never the input
    let json = serde_json::from_str(text)
        .map_err(|error| format!("found text that is not JSON ({error})"))?;
    value(json, set_by, 0)
}

fn value(json: serde_json::Value, set_by: &Provenance, level: usize) -> Result<Value, String> {
    if level > MOST_LEVELS {
        return Err(format!(
            "found JSON nested deeper than {MOST_LEVELS} levels"
        ));
    }
    let entry = |json| {
        Ok(Entry {
            value: value(json, set_by, level + 1)?,
            set_by: set_by.clone(),
        })
    };
    Ok(match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(boolean) => Value::Boolean(boolean),
        serde_json::Value::Number(number) => match number.as_i128() {
            Some(integer) => Value::Integer(integer),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(string) => Value::String(string),
        serde_json::Value::Array(elements) => Value::Array(
            elements
                .into_iter()
                .map(entry)
                .collect::<Result<_, String>>()?,
        ),
        serde_json::Value::Object(members) => Value::Table(
            members
                .into_iter()
                .map(|(key, json)| Ok((key, entry(json)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}
