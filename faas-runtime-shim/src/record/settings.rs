//! `[record]` of `faas.toml`: what recordings keep.

use serde::Deserialize;

use super::form::{Recording, Writer};
use super::redact::Redactor;
use super::tape::Tape;
use crate::config::{Configuration, Size};
use crate::startup::{StartError, StartErrors};

/// What recordings keep.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The longest body that is kept.
    pub(super) max_body: Size,
    /// Whether bodies are kept.
    pub(super) bodies: bool,
    redactor: Redactor,
}

/// `[record]`.
#[derive(Deserialize)]
#[serde(default)]
struct Section {
    max_body: Size,
    redact: Vec<String>,
    bodies: bool,
}

impl Default for Section {
    fn default() -> Self {
        Self {
            max_body: MAX_BODY,
            redact: Vec::new(),
            bodies: true,
        }
    }
}

/// What nearly all services send, and little enough to look at.
const MAX_BODY: Size = Size::from_bytes(1024 * 1024);

impl Settings {
    /// Reads the section.
    pub(super) fn read(configuration: &Configuration) -> Result<Self, StartErrors> {
        let section: Section = configuration
            .section("record")
            .map_err(|errors| StartError::configuration(errors.to_string()))?;
        Ok(Self {
            max_body: section.max_body,
            bodies: section.bodies,
            redactor: Redactor::new(&section.redact),
        })
    }

    /// Makes those for a comparison: all of a body is kept.
    pub(super) fn for_comparison() -> Self {
        Self {
            max_body: Size::from_bytes(u64::MAX),
            bodies: true,
            redactor: Redactor::default(),
        }
    }

    /// Writes what was recorded in its form.
    pub(super) fn form(&self, tape: &Tape) -> Recording {
        let writer = Writer {
            redactor: &self.redactor,
            bodies: self.bodies,
            cut: false,
        };
        writer.recording(tape)
    }
}
