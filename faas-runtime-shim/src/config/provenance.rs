//! Where a value was set: what a message needs so that its reader opens the right file.

use std::fmt;
use std::sync::Arc;

/// Where a value of the configuration was set.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Provenance {
    /// A line of `faas.toml`.
    File {
        /// The path of the file.
        path: Arc<str>,
        /// The line, counted from 1.
        line: usize,
    },
    /// A file of a secret mount. Its text is never shown.
    Secret {
        /// The path of the file.
        path: Arc<str>,
    },
    /// An environment variable.
    Environment {
        /// The name of the variable.
        name: Arc<str>,
    },
    /// A call of [`Configuration::set`](super::Configuration::set).
    Program,
}

impl Provenance {
    pub(super) fn is_secret(&self) -> bool {
        matches!(self, Self::Secret { .. })
    }

    /// Says whether names come from where `-`, `.` and case cannot be spelled, so that `ORDERS_DEAD` means `orders-dead`.
    pub(super) fn is_loose(&self) -> bool {
        !matches!(self, Self::File { .. })
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{path} line {line}"),
            Self::Secret { path } => write!(f, "secret file {path}"),
            Self::Environment { name } => write!(f, "environment variable {name}"),
            Self::Program => f.write_str("set by the program"),
        }
    }
}
