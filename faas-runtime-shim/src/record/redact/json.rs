//! Names in JSON: members of objects at any depth, also of documents within strings. All else stays as it was written, with
//! its numbers, its order and its doubled members.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::{REDACTED, Redactor};

/// Tells whether a text is one JSON document.
pub(super) fn is_document(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Returns what may be kept of a [document](is_document), if that is not all.
pub(super) fn redacted(redactor: &Redactor, document: &str) -> Option<String> {
    let mut scan = Scan {
        redactor,
        rest: document,
        kept: String::with_capacity(document.len()),
        is_changed: false,
    };
    scan.run();
    scan.is_changed.then_some(scan.kept)
}

/// A walk over the tokens of a document that a parser has accepted.
struct Scan<'a> {
    redactor: &'a Redactor,
    rest: &'a str,
    kept: String,
    is_changed: bool,
}

impl<'a> Scan<'a> {
    fn run(&mut self) {
        while let Some(first) = self.rest.chars().next() {
            if first != '"' {
                let next = self.rest.find('"').unwrap_or(self.rest.len());
                self.keep(next);
                continue;
            }
            let string = self.take(string_end(self.rest));
            // only a name has a colon behind it
            if !self.rest.trim_start().starts_with(':') {
                self.string(string);
                continue;
            }
            self.kept.push_str(string);
            let colon = self.rest.find(':').map_or(0, |at| at + 1);
            self.keep(colon);
            self.keep(self.rest.len() - self.rest.trim_start().len());
            // AWS API Gateway: beside an authoriser's claims stands `jwt`, and they are no credential
            let holds_claims = string == "\"jwt\"" && self.rest.starts_with('{');
            if self.redactor.is_secret(&decoded(string)) && !holds_claims {
                let value = self.take(value_end(self.rest));
                // what is not there is no credential
                if matches!(value, "null" | "\"\"") {
                    self.kept.push_str(value);
                } else {
                    self.kept.push('"');
                    self.kept.push_str(REDACTED);
                    self.kept.push('"');
                    self.is_changed = true;
                }
            }
        }
    }

    /// Writes a string that is a value, or what may be kept of it.
    fn string(&mut self, string: &str) {
        match self.redactor.text(&decoded(string)) {
            Cow::Owned(kept) if kept != decoded(string) => {
                self.kept
                    .push_str(&serde_json::Value::from(kept).to_string());
                self.is_changed = true;
            }
            _ => self.kept.push_str(string),
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn keep(&mut self, length: usize) {
        let kept = self.take(length);
        self.kept.push_str(kept);
    }
}

fn decoded(string: &str) -> String {
    // half a surrogate pair is no text, but a parser that skips it takes it
    serde_json::from_str(string).unwrap_or_else(|_| string.trim_matches('"').to_owned())
}

/// Where the string ends that the text begins with.
fn string_end(text: &str) -> usize {
    let mut is_escaped = true;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Where the value ends that the text begins with.
fn value_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        match byte {
            b'"' => {
                at += string_end(&text[at..]);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}
