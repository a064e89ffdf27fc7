//! Values that must not be seen.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// A value that is never printed: `Debug` shows `Secret(***)`, and there is neither `Display` nor `Serialize`.
///
/// An error in decoding it tells nothing of the value either, whatever the format.
///
/// # Examples
///
/// ```
/// use faas_runtime_shim::config::Secret;
///
/// let password = Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{password:?}"), "Secret(***)");
/// assert_eq!(password.expose(), "hunter2");
/// ```
#[derive(Clone, Default)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value: the one place to look for when asking who reads a secret.
    #[must_use]
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, Hidden(PhantomData))
    }
}

/// By this name the deserializer of the configuration knows that a value is to be hidden.
pub(super) const NAME: &str = "$faas::Secret";

struct Hidden<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Hidden<T> {
    type Value = Secret<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret value")
    }

    // the cause is dropped since its text may hold the value
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Secret<T>, D::Error> {
        T::deserialize(inner)
            .map(Secret)
            .map_err(|_| Error::custom("the secret value is not of the expected form"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Secret<T>, A::Error> {
        match sequence.next_element() {
            Ok(Some(value)) => Ok(Secret(value)),
            Ok(None) | Err(_) => Err(Error::custom(
                "the secret value is not of the expected form",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    //! What other formats show of a secret.

    use super::*;

    #[test]
    fn json_errors_hide_the_value() {
        let error = serde_json::from_str::<Secret<u16>>(r#""hunter2""#).unwrap_err();
        assert!(
            error.to_string().starts_with("the secret value is not"),
            "{error}"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
        let secret = serde_json::from_str::<Secret<String>>(r#""hunter2""#).unwrap();
        assert_eq!(secret.expose(), "hunter2");
    }
}
