//! The error that serde carries through one pass: first what is wrong, then, once a reader has located it, also where.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};

use crate::config::error::ConfigError;
use crate::config::quote;
use crate::config::suggest::nearest;

/// One mistake of one pass; boxed, since serde returns it from every call.
#[derive(Debug)]
pub(super) struct Fault(pub(super) Box<Mistake>);

#[derive(Debug)]
pub(super) enum Mistake {
    /// A value is wrong: `shown` may hold it, `hidden` does not.
    Value { shown: String, hidden: String },
    /// A key that has no default is missing.
    Missing(&'static str),
    /// A type that decodes maps itself does not know a key.
    Unknown {
        key: String,
        known: &'static [&'static str],
    },
    /// The place is known, and so it is decided what may be shown.
    Located(Located),
}

#[derive(Debug)]
pub(super) struct Located {
    /// The value, or the table that lacks a key.
    pub(super) path: String,
    pub(super) missing: Option<&'static str>,
    pub(super) error: ConfigError,
}

impl Fault {
    /// Makes a fault of what was found, in a form with the value and in one without it.
    pub(super) fn value(shown: &str, hidden: &str, expected: impl Display) -> Self {
        Self(Box::new(Mistake::Value {
            shown: format!("found {shown}, expected {expected}"),
            hidden: format!("found {hidden}, expected {expected}"),
        }))
    }

    /// Makes a fault of what was found, described without its value.
    pub(super) fn kind(found: &str, expected: impl Display) -> Self {
        Self::value(found, found, expected)
    }
}

impl Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self(Box::new(Mistake::Value {
            shown: quote::message(&message.to_string()),
            hidden: "the hidden value is not accepted".to_owned(),
        }))
    }

    // the kind alone: a list of secrets may have been given as one string
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::kind(kind(found), expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let shown = match found {
            Unexpected::Str(text) => quote::value(text),
            Unexpected::Bool(value) => format!("`{value}`"),
            Unexpected::Unsigned(value) => format!("`{value}`"),
            Unexpected::Signed(value) => format!("`{value}`"),
            Unexpected::Float(value) => format!("`{value}`"),
            other => kind(other).to_owned(),
        };
        Self::value(&shown, HIDDEN, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::kind(&format!("{length} elements"), expected)
    }

    // a variant can hold a secret, which a user may have written in its place: only what is nearly a name is shown
    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        let list = format!("one of `{}`", known.join("`, `"));
        match nearest(found, known.iter().copied()) {
            Some(name) => {
                let expected = format!("{list}, did you mean `{name}`?");
                Self::value(&quote::value(found), HIDDEN, expected)
            }
            None => Self::kind("another name", list),
        }
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        let key = key.to_owned();
        Self(Box::new(Mistake::Unknown { key, known }))
    }

    fn missing_field(key: &'static str) -> Self {
        Self(Box::new(Mistake::Missing(key)))
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self::kind(&format!("`{key}` under two of its names"), "one of them")
    }
}

/// How a message calls a value that it must not show.
pub(super) const HIDDEN: &str = "a hidden value";

fn kind(found: Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "an integer",
        Unexpected::Float(_) => "a float",
        Unexpected::Char(_) | Unexpected::Str(_) => "a string",
        Unexpected::Bytes(_) => "bytes",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "an array",
        Unexpected::Map => "a table",
        Unexpected::UnitVariant => "the name of a variant alone",
        _ => "a value of another type",
    }
}

// for users' types that wrap it in an error of their own
impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Mistake::Value { hidden, .. } => f.write_str(hidden),
            Mistake::Missing(key) => write!(f, "`{key}` is not set"),
            Mistake::Unknown { key, .. } => write!(f, "there is no key {}", quote::value(key)),
            Mistake::Located(located) => located.error.fmt(f),
        }
    }
}

impl std::error::Error for Fault {}
