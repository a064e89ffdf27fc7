//! The process environment as a value.
//!
//! Everything below [`Env::from_process`] gets its settings as an argument, so that codecs stay pure and tests run side
//! by side with different environments. This is the only file that reads the real one.

use std::fmt;
use std::sync::Arc;

/// A snapshot of environment variables, cheap to clone.
///
/// Variables that are no UTF-8 text are left out, and known by their names alone. `Debug` prints the names alone: values can be credentials.
///
/// # Examples
///
/// ```
/// use faas_runtime_shim::env::Env;
///
/// let env = Env::from_pairs([("PORT", "3000")]);
/// assert_eq!(env.get("PORT"), Some("3000"));
/// assert_eq!(env.get("HOME"), None);
/// ```
#[derive(Clone, Default)]
pub struct Env {
    variables: Arc<[(Box<str>, Box<str>)]>,
    /// The names of those whose values are no text.
    unreadable: Arc<[Box<str>]>,
}

impl Env {
    /// Takes the snapshot of the running process.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the real environment is read"
    )]
    pub fn from_process() -> Self {
        let text = |value: std::ffi::OsString| value.into_string().ok().map(String::into_boxed_str);
        let (mut variables, mut unreadable) = (Vec::new(), Vec::new());
        for (name, value) in std::env::vars_os() {
            match (text(name), text(value)) {
                (Some(name), Some(value)) => variables.push((name, value)),
                (Some(name), None) => unreadable.push(name),
                (None, _) => {}
            }
        }
        Self {
            variables: variables.into(),
            unreadable: unreadable.into(),
        }
    }

    /// Walks the names of variables that are set to what is no UTF-8 text.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.unreadable.iter().map(|name| &**name)
    }

    /// Makes an environment of the given variables; the first of two with one name counts.
    #[must_use]
    pub fn from_pairs<N: Into<Box<str>>, V: Into<Box<str>>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self {
            variables: pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            unreadable: Arc::default(),
        }
    }

    /// Returns the value of a variable, if it is set.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Returns the value of a variable that is set and not empty.
    #[must_use]
    pub fn get_filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Walks all variables in the order of the process.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables
            .iter()
            .map(|(name, value)| (&**name, &**value))
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}
