//! Configuration: `faas.toml`, then secret mounts, then the environment, merged into one tree of which each value knows
//! where it was set.
//!
//! | layer | names `url` of section `db` by |
//! |---|---|
//! | `faas.toml` (path in `FAAS_CONFIG`) | `[db]`, `url = "…"` |
//! | secret mounts (`FAAS_SECRETS=dir[:dir]`, default `/run/secrets/faas`) | the file `DB__URL` or `db/url` |
//! | environment | `FAAS__DB__URL` |
//!
//! Only `load.rs` touches files. A section becomes a type in `decode`, which reports all its mistakes at once and never
//! shows a secret. What the keys mean is left to those who ask for a section.

mod decode;
mod error;
mod file;
mod json;
mod layer;
mod load;
mod nesting;
mod period;
mod provenance;
pub(crate) mod quote;
mod secret;
mod size;
pub(crate) mod suggest;
mod tree;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;

use self::tree::{Entry, Table, Value};
use crate::env::Env;

pub use self::error::{ConfigError, ConfigErrors};
pub use self::period::{Period, PeriodError};
pub use self::provenance::Provenance;
pub use self::secret::Secret;
pub use self::size::{Size, SizeError};

/// The merged settings of an application.
///
/// Names from the environment, secret files and [`set`](Self::set) stand for the keys of the file whatever their case and
/// with `_` for any character that is no letter or digit. Their values are text, parsed to what the type asks for: lists
/// by commas or as JSON arrays, tables as JSON objects, an empty text as `None`. Values of the file keep their types.
///
/// A key that the type of a section does not have is a mistake, unless the type is flattened, untagged or tagged inside:
/// those take text as strings only and keep unknown keys to themselves.
///
/// `Debug` prints keys and where they were set, never a value.
///
/// # Examples
///
/// ```
/// use faas_runtime_shim::config::{Configuration, Secret};
///
/// #[derive(serde::Deserialize)]
/// struct Db {
///     url: Secret<String>,
///     pool_size: u32,
/// }
///
/// let mut configuration = Configuration::from_toml("[db]\npool_size = 4", "faas.toml")?;
/// configuration.set("db.url", "postgres://localhost/shop")?;
/// let db: Db = configuration.section("db")?;
/// assert_eq!(db.url.expose(), "postgres://localhost/shop");
/// assert_eq!(db.pool_size, 4);
///
/// configuration.set("db.pool_size", "many")?;
/// let errors = configuration.section::<Db>("db").err().ok_or("no error")?;
/// assert_eq!(
///     errors.to_string(),
///     "`db.pool_size` (set by the program): found `many`, expected an integer from 0 to 4294967295",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Configuration {
    root: Table,
}

impl Configuration {
    /// Makes a configuration in which nothing is set.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads the text of a `faas.toml`; `path` is what messages call it.
    ///
    /// # Errors
    ///
    /// Fails if the text is not TOML or is nested too deeply. The message shows the key on the wrong line, never its value.
    pub fn from_toml(text: &str, path: &str) -> Result<Self, ConfigError> {
        file::table(text, path).map(|root| Self { root })
    }

    /// Reads and merges all layers: the file, the secret mounts, the environment.
    ///
    /// # Errors
    ///
    /// Fails if `FAAS_CONFIG` or `FAAS_SECRETS` names what does not exist or cannot be read, if a file is not what it
    /// should be, or if two names of one layer set the same key.
    pub fn load(env: &Env) -> Result<Self, ConfigError> {
        load::configuration(env)
    }

    /// Lays `other` over this configuration: what it sets wins.
    pub fn overlay(&mut self, other: Self) {
        tree::merge(&mut self.root, other.root);
    }

    /// Sets one key, such as `db.url`, to a text that is read as environment variables are.
    ///
    /// # Errors
    ///
    /// Fails if the key has an empty part or more than 64 of them.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), ConfigError> {
        let setting = layer::Setting {
            path: key.split('.').map(str::to_owned).collect(),
            text: value.to_owned(),
            set_by: Provenance::Program,
        };
        tree::merge(&mut self.root, layer::table([setting])?);
        Ok(())
    }

    /// Decodes a section, such as `db` or `queues.orders`; one that is not set decodes as an empty table.
    ///
    /// # Errors
    ///
    /// Fails if a key is unknown or missing or has a wrong value, and names all of these that can be found.
    pub fn section<T: DeserializeOwned>(&self, section: &str) -> Result<T, ConfigErrors> {
        let entry = tree::find(&self.root, section)?;
        decode::section(section, entry.as_deref())
    }

    /// Decodes a single key, such as `queues.durability`; `None` if it is not set.
    ///
    /// # Errors
    ///
    /// Fails for a wrong value.
    pub fn value<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ConfigErrors> {
        match tree::find(&self.root, key)? {
            Some(entry) => decode::section(key, Some(&entry)).map(Some),
            None => Ok(None),
        }
    }

    /// Lists the sections directly under `prefix`, such as `queues`; under the empty prefix, those at the top.
    ///
    /// # Errors
    ///
    /// Fails if `prefix` is set to something that is not a table.
    pub fn sections_under(&self, prefix: &str) -> Result<Vec<String>, ConfigErrors> {
        let root = Cow::Borrowed(&self.root);
        let table = if prefix.is_empty() {
            Some(root)
        } else {
            match tree::find(&self.root, prefix)? {
                Some(entry) => Some(tree::as_table(prefix, entry)?),
                None => None,
            }
        };
        let table = table.unwrap_or_default();
        let sections = table.iter().filter(|(_, entry)| entry.is_section());
        Ok(sections.map(|(name, _)| name.clone()).collect())
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.root.iter().map(|(key, entry)| (key, Keys(entry))))
            .finish()
    }
}

/// Prints the keys below an entry. Whether a value is a secret is known only to the type that asks for it, so none is shown.
struct Keys<'a>(&'a Entry);

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.value {
            Value::Table(table) => f
                .debug_map()
                .entries(table.iter().map(|(key, entry)| (key, Keys(entry))))
                .finish(),
            _ => fmt::Display::fmt(&self.0.set_by, f),
        }
    }
}
