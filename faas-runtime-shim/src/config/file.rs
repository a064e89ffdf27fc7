//! The text of `faas.toml` becomes a tree.

use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::error::ConfigError;
use super::nesting;
use super::provenance::Provenance;
use super::tree::{Entry, MOST_LEVELS, Table, Value};

pub(super) fn table(text: &str, path: &str) -> Result<Table, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file = File {
        text,
        path: path.into(),
        newlines: text.match_indices('\n').map(|(index, _)| index).collect(),
    };
    if let Some(line) = nesting::too_deep(text) {
        return Err(ConfigError::TooDeep {
            set_by: file.line(line),
        });
    }
    let parsed = DeTable::parse(text)
        .map_err(|error| file.wrong(error.span().unwrap_or_default(), error.message()))?;
    file.table(parsed.into_inner(), 1)
}

struct File<'a> {
    text: &'a str,
    path: Arc<str>,
    newlines: Vec<usize>,
}

impl File<'_> {
    fn table(&self, table: DeTable<'_>, level: usize) -> Result<Table, ConfigError> {
        table
            .into_iter()
            .map(|(key, value)| {
                let entry = self.entry(value.into_inner(), key.span(), level)?;
                Ok((key.into_inner().into_owned(), entry))
            })
            .collect()
    }

    fn entry(
        &self,
        value: DeValue<'_>,
        span: Range<usize>,
        level: usize,
    ) -> Result<Entry, ConfigError> {
        let set_by = self.line(self.line_number(span.start));
        if level > MOST_LEVELS {
            return Err(ConfigError::TooDeep { set_by });
        }
        let value = match value {
            DeValue::String(string) => Value::String(string.into_owned()),
            DeValue::Integer(integer) => {
                match i128::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(integer) => Value::Integer(integer),
                    Err(_) => return Err(self.wrong(span, "an integer of more than 128 bits")),
                }
            }
            DeValue::Float(float) => match float.as_str().parse() {
                Ok(float) => Value::Float(float),
                Err(_) => return Err(self.wrong(span, "a float that cannot be represented")),
            },
            DeValue::Boolean(boolean) => Value::Boolean(boolean),
            DeValue::Datetime(datetime) => Value::Datetime(datetime.to_string()),
            DeValue::Array(elements) => Value::Array(
                elements
                    .into_iter()
                    .map(|element| {
                        let span = element.span();
                        self.entry(element.into_inner(), span, level + 1)
                    })
                    .collect::<Result<_, _>>()?,
            ),
            DeValue::Table(table) => Value::Table(self.table(table, level + 1)?),
        };
        Ok(Entry { value, set_by })
    }

    fn line(&self, line: usize) -> Provenance {
        Provenance::File {
            path: Arc::clone(&self.path),
            line,
        }
    }

    fn line_number(&self, position: usize) -> usize {
        self.newlines.partition_point(|newline| *newline < position) + 1
    }

    fn wrong(&self, span: Range<usize>, reason: &str) -> ConfigError {
        let line = self.line_number(span.start);
        let before = self.text.get(..span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        let content = self.text.get(start..).unwrap_or_default();
        let content = content.lines().next().unwrap_or_default();
        let is_shown = nesting::is_complete(self.text.get(..start).unwrap_or_default());
        ConfigError::Syntax {
            path: self.path.to_string(),
            line,
            column,
            reason: reason.to_owned(),
            excerpt: if is_shown {
                excerpt(content)
            } else {
                "…".to_owned()
            },
        }
    }
}

/// Shows as much of a line as cannot be a value: `key = …` or `[section…`. Before the text is parsed any value could be a
/// secret, also one whose quotes are missing, so a line of another form shows nothing.
fn excerpt(line: &str) -> String {
    const LONGEST: usize = 80;
    let start = line.trim_start();
    let key_at = |text: &str| {
        let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        text.find(|c| !is_key(c)).unwrap_or(text.len())
    };
    let brackets = start.len() - start.trim_start_matches('[').len();
    let end = brackets + key_at(start.get(brackets..).unwrap_or_default());
    let (key, rest) = start.split_at(end);
    let closing = if brackets == 1 { "]" } else { "]]" };
    let is_header = matches!(brackets, 1 | 2) && rest.starts_with(closing);
    // base64 ends in `=`, so an assignment is only what has something other than `=` behind it
    let value = rest.trim_start().strip_prefix('=').map(str::trim);
    let is_assignment = brackets == 0 && value.is_some_and(|value| !matches!(value, "" | "="));
    if end == brackets || end > LONGEST {
        "…".to_owned()
    } else if is_header {
        format!("{key}{closing}")
    } else if is_assignment {
        format!("{key} = …")
    } else {
        "…".to_owned()
    }
}

#[cfg(test)]
mod tests {
    //! What a message shows of a line that is wrong.

    use super::*;

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(excerpt(line), expected, "{line}");
    }

    #[test]
    fn keys_are_shown_and_values_are_not() {
        check("  password = hunter2", "password = …");
        check("db.password=\"hunter2", "db.password = …");
        check("[db] hunter2", "[db]");
        check("[[queues.orders]]", "[[queues.orders]]");
    }

    #[test]
    fn what_could_be_a_value_is_not_shown() {
        for line in [
            "hunter2",
            "password hunter2",
            "password: hunter2",
            "\"hunter2\",",
            "[hunter2, \"x\"]",
            "[[[hunter2]]]",
            "MIIEvQIBADANBg==",
            "MIIEvQIBADANBg=",
            "MIIEvQ = ",
            "= hunter2",
            "",
        ] {
            check(line, "…");
        }
    }
}
