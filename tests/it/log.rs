//! What a process writes, line by line while it runs.

use std::io::{BufRead, BufReader};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use crate::process::PATIENCE;

/// The lines that a process writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<(Mutex<Vec<String>>, Condvar)>);

impl Log {
    /// Reads lines as they come, on a thread of its own.
    pub(crate) fn follow(&self, from: impl std::io::Read + Send + 'static) -> JoinHandle<()> {
        let log = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                let (lines, grown) = &*log.0;
                lines
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
                grown.notify_all();
            }
        })
    }

    /// Waits for a JSON line of this sort.
    pub(crate) fn line(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        let (lines, grown) = &*self.0;
        let lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
        let find = |lines: &[String]| {
            let values = lines
                .iter()
                .filter_map(|line| serde_json::from_str(line).ok());
            values.into_iter().find(|value| is_it(value))
        };
        let (lines, _) = grown
            .wait_timeout_while(lines, PATIENCE, |lines| find(lines).is_none())
            .unwrap_or_else(PoisonError::into_inner);
        find(&lines).unwrap_or_else(|| panic!("no such line in:\n{}", lines.join("\n")))
    }

    /// Waits for the JSON line with this message.
    pub(crate) fn message(&self, text: &str) -> Value {
        self.line(|line| message(line) == text)
    }

    /// Reads what has been written as JSON lines; anything else is a mistake.
    pub(crate) fn values(&self) -> Vec<Value> {
        let text = self.text();
        let value = |line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        text.lines().map(value).collect()
    }

    pub(crate) fn text(&self) -> String {
        let (lines, _) = &*self.0;
        lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .join("\n")
    }
}

/// Reads the message of a log line.
pub(crate) fn message(line: &Value) -> String {
    line["message"].as_str().unwrap_or_default().to_owned()
}
