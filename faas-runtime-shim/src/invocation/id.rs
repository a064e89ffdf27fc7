//! Invocation ids that cost nothing until somebody reads them.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// The id of an invocation: the platform's text, or 32 hexadecimal digits of our own that are written when first read.
#[derive(Clone, Debug)]
pub struct InvocationId(Form);

#[derive(Clone, Debug)]
enum Form {
    Given(Arc<str>),
    Own {
        number: u64,
        text: OnceLock<Box<str>>,
    },
}

impl InvocationId {
    /// Takes the platform's id.
    #[must_use]
    pub fn given(id: impl Into<Arc<str>>) -> Self {
        Self(Form::Given(id.into()))
    }

    /// Makes an id that no other invocation of this process has, and by chance none of any other process.
    #[must_use]
    pub fn own() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(Form::Own {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            text: OnceLock::new(),
        })
    }

    /// Makes the ids of this process differ from those of others that were copied from it, as by a snapshot.
    #[cfg(all(feature = "aws-lambda", not(target_family = "wasm")))]
    pub(crate) fn reseed() {
        let mut bytes = [[0; 8]; 2];
        for (half, bytes) in SALT.iter().zip(&mut bytes) {
            match getrandom::fill(bytes) {
                Ok(()) => half.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed),
                Err(error) => tracing::warn!("the system has no randomness for ids: {error}"),
            }
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::Given(text) => text,
            Form::Own { number, text } => text.get_or_init(|| {
                let keys = process_keys();
                let half =
                    |at: usize| keys[at].hash_one((number, SALT[at].load(Ordering::Relaxed)));
                format!("{:016x}{:016x}", half(0), half(1)).into()
            }),
        }
    }
}

/// What [`InvocationId::reseed`] draws. New keys would not do: the standard library counts them up from the first ones of a
/// thread, in every copy alike.
static SALT: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];

/// Hash keys drawn once per process from the system's randomness, which is all that `RandomState` is used for here.
fn process_keys() -> &'static [RandomState; 2] {
    static KEYS: OnceLock<[RandomState; 2]> = OnceLock::new();
    KEYS.get_or_init(|| [RandomState::new(), RandomState::new()])
}

impl Default for InvocationId {
    fn default() -> Self {
        Self::own()
    }
}

impl fmt::Display for InvocationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    //! Ids are stable, distinct and of one form.

    use super::*;

    #[test]
    fn own_ids_are_stable_and_distinct() {
        let (one, two) = (InvocationId::own(), InvocationId::own());
        assert_eq!(one.as_str(), one.as_str());
        assert_ne!(one.as_str(), two.as_str());
        assert_eq!(one.as_str().len(), 32);
        assert!(one.as_str().bytes().all(|b| b.is_ascii_hexdigit()));
    }

    #[cfg(all(feature = "aws-lambda", not(target_family = "wasm")))]
    #[test]
    fn a_copy_of_the_process_makes_other_ids() {
        let id = |number| {
            InvocationId(Form::Own {
                number,
                text: OnceLock::new(),
            })
        };
        let (before, kept) = (id(7), id(7));
        assert_eq!(before.as_str(), kept.as_str());
        InvocationId::reseed();
        let after = id(7);
        assert_ne!(before.as_str(), after.as_str());
        assert_ne!(before.as_str()[..16], after.as_str()[..16]);
        assert_ne!(before.as_str()[16..], after.as_str()[16..]);
        assert_eq!(before.as_str(), kept.as_str(), "an id that was read stays");
    }
}
