//! Configuration files and settings.

use serde::Deserialize;

use crate::config::{Configuration, Period, Secret, Size};

/// A configuration, behind whose NUL bytes come further settings such as `db.url=…`, decodes alike twice; no secret gets
/// into a message.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn config_toml(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let mut parts = text.split('\0');
    let file = parts.next().unwrap_or_default();
    unfinished(file);
    let Ok(mut configuration) = Configuration::from_toml(file, "faas.toml") else {
        return;
    };
    // more of them only take time
    for part in parts.take(8) {
        let (key, value) = part.split_once('=').unwrap_or(("settings.secret", part));
        let _was_set = configuration.set(key, value).is_ok();
        hidden(value);
    }
    assert!(!format!("{configuration:?}").is_empty());
    let mut sections = configuration
        .sections_under("")
        .expect("the root is a table");
    sections.push("settings".to_owned());
    for section in sections {
        let decode = || match configuration.section::<Settings>(&section) {
            Ok(settings) => format!("{settings:?}"),
            Err(errors) => {
                assert!(errors.iter().count() > 0, "no mistake is named");
                errors.to_string()
            }
        };
        assert_eq!(decode(), decode());
    }
}

/// One field of each sort.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Settings {
    flag: bool,
    small: i8,
    large: u64,
    float: f64,
    text: String,
    letter: char,
    period: Option<Period>,
    size: Option<Size>,
    secret: Option<Secret<String>>,
    numbers: Vec<u16>,
    pair: (u8, String),
    choice: Option<Choice>,
    table: std::collections::BTreeMap<String, i64>,
    inner: Option<Box<Self>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only shown")]
enum Choice {
    None,
    One(u8),
    Two(u8, u8),
    Named { of: Vec<String> },
}

/// A secret at the end of a file that is no TOML stays out of the message.
fn unfinished(file: &str) {
    let text = format!("{file}{MARK}");
    if let Err(error) = Configuration::from_toml(&text, "faas.toml") {
        let shown = error.to_string();
        assert!(file.contains(MARK) || !shown.contains(MARK), "{shown}");
    }
}

/// A secret that does not fit its type stays out of the messages.
fn hidden(value: &str) {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct Hidden {
        number: Secret<u32>,
        numbers: Secret<Vec<u32>>,
        table: Secret<std::collections::BTreeMap<String, bool>>,
    }

    let mut configuration = Configuration::empty();
    for key in ["hidden.number", "hidden.numbers", "hidden.table"] {
        let set = configuration.set(key, &format!("{value}{MARK}"));
        assert!(set.is_ok(), "{set:?}");
    }
    let read = configuration.section::<Hidden>("hidden");
    let shown = read.err().expect("the mark is no number").to_string();
    assert!(!shown.contains(MARK), "{shown}");
}

const MARK: &str = "hunter2";
