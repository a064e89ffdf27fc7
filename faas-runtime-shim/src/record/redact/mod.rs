//! What is taken out of a recording before it is written: whatever stands under the name of a credential.
//!
//! Pure. Names are judged in [`names`], the forms in which names stand beside values are read in [`json`] and [`text`].
//! Nothing is looked into that is no text: what is compressed, encrypted or binary stays as it is. Start at [`Redactor`].

mod json;
mod names;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use self::names::Names;

/// What stands where something was taken out.
pub const REDACTED: &str = "[redacted]";

/// Takes credentials out.
#[derive(Clone, Debug, Default)]
pub(super) struct Redactor {
    names: Names,
}

impl Redactor {
    /// Makes one that takes out what stands under these names too.
    pub(super) fn new(more: &[String]) -> Self {
        Self {
            names: Names::new(more),
        }
    }

    /// Returns what may be kept of a value that stands under a name, such as a header's.
    pub(super) fn named<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        if self.names.is_secret(name) {
            Cow::Borrowed(REDACTED)
        } else {
            self.text(value)
        }
    }

    /// Tells whether nothing may be kept of what stands under a name.
    pub(super) fn is_secret(&self, name: &str) -> bool {
        self.names.is_secret(name)
    }

    /// Returns what may be kept of a text in which names may stand in any form.
    pub(super) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let trimmed = text.trim_start();
        if trimmed.starts_with(['{', '[', '"']) && json::is_document(text) {
            return json::redacted(self, text).map_or(Cow::Borrowed(text), Cow::Owned);
        }
        text::redacted(&self.names, text).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Returns what may be kept of a form: `name=value` pairs with `&` between them, as in queries.
    pub(super) fn form<'a>(&self, form: &'a str) -> Cow<'a, str> {
        let mut is_changed = false;
        let pairs: Vec<_> = form
            .split('&')
            .map(|pair| {
                let kept = self.pair(pair);
                is_changed |= kept.is_some();
                kept.map_or(Cow::Borrowed(pair), Cow::Owned)
            })
            .collect();
        if is_changed {
            Cow::Owned(pairs.join("&"))
        } else {
            Cow::Borrowed(form)
        }
    }

    /// Returns what may be kept of one pair, if that is not all.
    fn pair(&self, pair: &str) -> Option<String> {
        let (name, value) = pair.split_once('=')?;
        if value.is_empty() {
            return None;
        }
        if self.names.is_secret(&decoded(name)) {
            return Some(format!("{name}={REDACTED}"));
        }
        let plain = decoded(value);
        match self.text(&plain) {
            Cow::Borrowed(_) => None,
            Cow::Owned(kept) => Some(format!(
                "{name}={}",
                utf8_percent_encode(&kept, NON_ALPHANUMERIC)
            )),
        }
    }

    /// Returns what may be kept of a request's target.
    pub(super) fn target(&self, target: &str) -> String {
        match target.split_once('?') {
            None => self.text(target).into_owned(),
            Some((path, query)) => format!("{}?{}", self.text(path), self.form(query)),
        }
    }
}

/// Reads what a form says. What is no UTF-8 behind its escapes is no name that anybody has.
fn decoded(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().into_owned()
}
