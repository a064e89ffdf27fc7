//! What can be wrong with a configuration.
//!
//! No variant holds a value that could be a secret: `decode` decides what may be shown before it makes one.

use std::error::Error;
use std::fmt;

use super::provenance::Provenance;
use super::tree::MOST_LEVELS;

/// One mistake in the configuration.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable names a file or directory that does not exist.
    #[error(
        "{variable} names `{path}`, which does not exist; correct the path or unset the variable"
    )]
    NotFound {
        /// The environment variable.
        variable: &'static str,
        /// What it names.
        path: String,
    },
    /// A file or directory cannot be read.
    #[error("`{path}` cannot be read")]
    Read {
        /// The file or directory.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A secret mount holds something other than files and directories, or a link into itself.
    #[error("`{path}` in a secret mount is {found}, expected a file or a directory")]
    Mount {
        /// The entry.
        path: String,
        /// What it is.
        found: &'static str,
    },
    /// A file or a secret mount is larger than any real one.
    #[error("`{path}` has more than {limit}")]
    TooLarge {
        /// The file or directory.
        path: String,
        /// The bound.
        limit: String,
    },
    /// A file is not UTF-8.
    #[error(
        "`{path}` is not UTF-8 text (byte {position}); save it as UTF-8, or as base64 if it is binary"
    )]
    NotText {
        /// The file.
        path: String,
        /// The offset of the first wrong byte.
        position: usize,
    },
    /// The file is not TOML.
    #[error("{path} line {line}, column {column}: {reason}\n  {line} | {excerpt}")]
    Syntax {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
        /// What was found and expected.
        reason: String,
        /// The key on that line; values are left out since any could be a secret.
        excerpt: String,
    },
    /// A value is nested more deeply than any real one.
    #[error("{set_by} is nested deeper than {MOST_LEVELS} levels")]
    TooDeep {
        /// Where it was set.
        set_by: Provenance,
    },
    /// A name has an empty part.
    #[error("{set_by} has an empty key between its separators; write one such as FAAS__DB__URL")]
    EmptyKey {
        /// Where it was set.
        set_by: Provenance,
    },
    /// Two names set one key, or one sets a value and the other a key below it.
    #[error("`{key}` is set twice, by {first} and by {second}; remove one of them")]
    Conflict {
        /// The key.
        key: String,
        /// One of the two.
        first: Provenance,
        /// The other.
        second: Provenance,
    },
    /// A section has no such key.
    #[error("`{key}` ({set_by}): there is no such key{}", known_keys(nearest.as_deref(), known))]
    UnknownKey {
        /// The key.
        key: String,
        /// Where it was set.
        set_by: Provenance,
        /// What was probably meant.
        nearest: Option<String>,
        /// The keys that exist.
        known: Vec<String>,
    },
    /// A key without a default is not set.
    #[error("`{key}` is not set; {mend}")]
    MissingKey {
        /// The key.
        key: String,
        /// Where to set it.
        mend: String,
    },
    /// A value is not what the key asks for.
    #[error("`{key}` ({set_by}): {reason}")]
    WrongValue {
        /// The key.
        key: String,
        /// Where it was set.
        set_by: Provenance,
        /// What was found and expected.
        reason: String,
    },
}

fn known_keys(nearest: Option<&str>, known: &[String]) -> String {
    let meant = match nearest {
        Some(name) => format!(", did you mean `{name}`?"),
        None => ";".to_owned(),
    };
    if known.is_empty() {
        return format!("{meant} this section has none");
    }
    format!("{meant} known keys: `{}`", known.join("`, `"))
}

/// All mistakes that were found in a section; at least one.
#[derive(Debug)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// Hands on `value` unless there are errors.
    pub(super) fn check<T>(errors: Vec<ConfigError>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            Ok(value)
        } else {
            Err(Self(errors))
        }
    }

    pub(super) fn new(errors: Vec<ConfigError>) -> Self {
        Self(errors)
    }

    /// Walks the mistakes.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
            if let Some(cause) = error.source() {
                write!(f, ": {cause}")?; // a list has no one source, so each is told here
            }
        }
        Ok(())
    }
}

impl Error for ConfigErrors {}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self(vec![error])
    }
}

impl Extend<ConfigError> for ConfigErrors {
    fn extend<I: IntoIterator<Item = ConfigError>>(&mut self, errors: I) {
        self.0.extend(errors);
    }
}

impl IntoIterator for ConfigErrors {
    type Item = ConfigError;
    type IntoIter = std::vec::IntoIter<ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
