//! The rules of attributes: their names and their values (CloudEvents 1.0.2, sections 2 and 3).
//!
//! URIs are held to little: `dataschema` to a scheme, `source` to be there, as senders are careless with both.

use crate::config::quote;
use crate::rfc3339;

/// The one version that is spoken here.
pub(super) const VERSION: &str = "1.0";

/// An attribute of an event breaks a rule of CloudEvents.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AttributeError {
    /// A value is not what its attribute holds.
    #[error("attribute `{name}` is {found}, expected {expected}")]
    Value {
        /// The attribute's name.
        name: String,
        /// The value as a message shows it.
        found: String,
        /// What the attribute holds.
        expected: &'static str,
    },

    /// An extension cannot have its name.
    #[error("{found} cannot be the name of an extension, expected {expected}")]
    Name {
        /// The name as a message shows it.
        found: String,
        /// What names are.
        expected: &'static str,
    },

    /// HTTP has no room for an extension.
    #[error("extension {found} finds no room in an HTTP header, expected {expected}")]
    Header {
        /// The name as a message shows it.
        found: String,
        /// What finds room.
        expected: &'static str,
    },
}

impl AttributeError {
    pub(super) fn value(name: &str, value: &str, expected: &'static str) -> Self {
        Self::Value {
            name: name.to_owned(),
            found: match value {
                "" => "empty".to_owned(),
                _ => quote::value(value),
            },
            expected,
        }
    }
}

/// Holds the value of an attribute with a legal name to its rules.
pub(super) fn check(name: &str, value: &str) -> Result<(), AttributeError> {
    let expected = match name {
        _ if value.chars().any(is_disallowed) => {
            "text without control characters and noncharacters"
        }
        "specversion" if value != VERSION => "`1.0`, the only version that is understood here",
        "id" | "source" | "type" | "subject" if value.is_empty() => "some text",
        "datacontenttype" if !is_header_text(value) => {
            "a media type in ASCII, such as `application/json`"
        }
        "dataschema" if !has_scheme(value) => {
            "an absolute URI, such as `https://example.com/user.json`"
        }
        "time" if rfc3339::parse(value).is_none() => {
            "a time in the form of RFC 3339, such as `2026-11-21T12:03:04Z`"
        }
        _ => return Ok(()),
    };
    Err(AttributeError::value(name, value, expected))
}

/// Holds an extension's name to its rules. That names have at most 20 characters is advice only, and senders do not take it.
pub(crate) fn check_extension(name: &str) -> Result<(), AttributeError> {
    let is_legal = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9');
    let expected = if name.is_empty() || !name.bytes().all(is_legal) {
        "letters from `a` to `z` and digits"
    } else if name == "data" || is_core(name) {
        "a name that CloudEvents does not use itself"
    } else {
        return Ok(());
    };
    Err(AttributeError::Name {
        found: quote::value(name),
        expected,
    })
}

/// Tells whether an attribute is one of CloudEvents' own, all of which are texts.
pub(super) fn is_core(name: &str) -> bool {
    matches!(
        name,
        "specversion"
            | "id"
            | "source"
            | "type"
            | "datacontenttype"
            | "dataschema"
            | "subject"
            | "time"
    )
}

/// Section 2.4, "String". Lone surrogates are impossible here.
pub(crate) fn is_disallowed(character: char) -> bool {
    let code = u32::from(character);
    character.is_control() || matches!(code, 0xfdd0..=0xfdef) || code & 0xfffe == 0xfffe
}

/// It leaves as `Content-Type`, which is never percent-encoded.
fn is_header_text(value: &str) -> bool {
    let is_printable = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    is_printable && !value.is_empty() && value.trim_ascii() == value
}

/// RFC 3986, section 3.1.
fn has_scheme(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| {
        let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(is_legal)
    })
}
