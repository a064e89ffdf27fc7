//! Keys with values that every instance sees: reading, writing, changing what others change too, listing.
//!
//! [`GlobalKv`] is the parameter. What a store is, and which there are, is told by
//! [`KeyValue`](faas_runtime_shim::services::KeyValue).

mod scan;
mod update;
mod write;

use std::fmt;
use std::time::SystemTime;

use axum::extract::FromRequestParts;
use bytes::Bytes;
use faas_runtime_shim::application::Application;
use faas_runtime_shim::services::{self, USER, check_key};
use http::request;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use self::scan::{Page, Scan, Walk};
pub use self::update::Update;
pub use self::write::{Delete, DeleteIf, Put, PutIf};
pub use faas_runtime_shim::services::Conflict;

use crate::extract::{FromInvocation, Needs, Nothing, Parts, Slot};
use crate::{Error, KvError};

/// Keys with values that every instance of the application sees: on the host in a file on this machine's disk, elsewhere in
/// the store that `kv.url` names.
///
/// It is a parameter of every function, resource and hook. Values are JSON of any `serde` type, or bytes. Keys are texts of 1
/// to 1024 bytes, values at most 1 MiB. Each write gives the key a new *version*, by which a later write can be made to fail if
/// anybody else has written in between.
///
/// | | |
/// |---|---|
/// | [`get`](Self::get), [`get_bytes`](Self::get_bytes) | the value |
/// | [`entry`](Self::entry), [`entry_bytes`](Self::entry_bytes) | the value with its version and when its time is over |
/// | [`put`](Self::put), [`put_bytes`](Self::put_bytes) | writes; `.ttl(…)`, `.if_absent()`, `.if_version(…)` |
/// | [`update`](Self::update) | reads, changes and writes, as often as it takes |
/// | [`delete`](Self::delete) | removes; `.if_version(…)` |
/// | [`scan`](Self::scan) | lists the keys that begin alike |
///
/// All methods that take a key refuse one of the wrong length by [`KvError::Refused`].
///
/// # Examples
///
/// ```standalone_crate
/// use std::time::Duration;
///
/// use faas::testing::App;
/// use faas::{Error, GlobalKv, Path};
///
/// #[faas::http(POST, "/visits/{page}")]
/// async fn visit(Path(page): Path<String>, kv: GlobalKv) -> Result<String, Error> {
///     let count = kv.update(format!("visits/{page}"), |old: Option<u64>| old.unwrap_or(0) + 1).await?;
///     Ok(count.to_string())
/// }
///
/// #[faas::http(POST, "/sessions/{name}")]
/// async fn log_in(Path(name): Path<String>, kv: GlobalKv) -> Result<(), Error> {
///     kv.put("session", &name).ttl(Duration::from_secs(60)).await?;
///     Ok(())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// let post = |path| http::Request::post(path).body("").unwrap();
/// app.http(post("/visits/home")).await;
/// assert_eq!(app.http(post("/visits/home")).await.text(), "2");
///
/// app.http(post("/sessions/ada")).await;
/// assert_eq!(app.kv().get("session").await.unwrap(), Some("ada".to_owned()));
/// app.clock().advance(Duration::from_secs(60));
/// assert_eq!(app.kv().get::<String>("session").await.unwrap(), None);
/// # }
/// ```
#[derive(Clone)]
pub struct GlobalKv {
    application: Application,
}

impl GlobalKv {
    pub(crate) fn of(application: &Application) -> Self {
        Self {
            application: application.clone(),
        }
    }

    /// Reads the value of a key; `None` if there is none, or its time is over.
    ///
    /// # Errors
    ///
    /// Fails for a value that is no JSON of a `T`, and if the store cannot be asked.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, KvError> {
        Ok(self.entry(key).await?.map(|entry| entry.value))
    }

    /// Reads the value of a key with its version.
    ///
    /// # Errors
    ///
    /// Fails for a value that is no JSON of a `T`, and if the store cannot be asked.
    ///
    /// # Examples
    ///
    /// A loop that gives up as soon as the account is too low, and begins anew if somebody was quicker:
    ///
    /// ```
    /// use faas::{Error, GlobalKv};
    ///
    /// async fn withdraw(kv: &GlobalKv, account: &str, amount: u64) -> Result<u64, Error> {
    ///     loop {
    ///         let Some(balance) = kv.entry::<u64>(account).await? else {
    ///             return Err(Error::reject("there is no such account"));
    ///         };
    ///         let Some(rest) = balance.value.checked_sub(amount) else {
    ///             return Err(Error::reject("there is not so much in the account"));
    ///         };
    ///         if kv.put(account, &rest).if_version(balance.version).await?.is_ok() {
    ///             return Ok(rest);
    ///         }
    ///     }
    /// }
    /// ```
    pub async fn entry<T: DeserializeOwned>(&self, key: &str) -> Result<Option<Entry<T>>, KvError> {
        let entry = self.entry_bytes(key).await?;
        entry.map(Entry::decode).transpose()
    }

    /// Reads the value of a key as it was written.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot be asked.
    pub async fn get_bytes(&self, key: &str) -> Result<Option<Bytes>, KvError> {
        Ok(self.entry_bytes(key).await?.map(|entry| entry.value))
    }

    /// Reads the value of a key as it was written, with its version.
    ///
    /// # Errors
    ///
    /// Fails if the store cannot be asked.
    pub async fn entry_bytes(&self, key: &str) -> Result<Option<Entry<Bytes>>, KvError> {
        check_key(key)?;
        let entry = self.application.kv().get(USER, key).await?;
        Ok(entry.map(|entry| Entry::of(key.into(), entry)))
    }

    /// Writes a value as JSON: `.await` returns the key's new version.
    pub fn put<T: Serialize + ?Sized>(&self, key: impl Into<String>, value: &T) -> Put {
        let key = key.into();
        match encode(&key, value) {
            Ok(value) => self.put_bytes(key, value),
            Err(error) => Put::failed(self, error),
        }
    }

    /// Writes bytes: `.await` returns the key's new version.
    pub fn put_bytes(&self, key: impl Into<String>, value: impl Into<Bytes>) -> Put {
        Put::new(self, key.into(), value.into())
    }

    /// Removes a key: `.await` tells whether there was one.
    pub fn delete(&self, key: impl Into<String>) -> Delete {
        Delete::new(self, key.into())
    }

    /// Changes a value by what it was: reads it, calls `change`, and writes what that returns, unless somebody else has written
    /// in between; then all of it is done again. `.await` returns what was written.
    ///
    /// `change` is called once or several times, so it does nothing else. A key with a time keeps it, unless
    /// [`Update::ttl`] sets a new one.
    pub fn update<'a, T, F>(&self, key: impl Into<String>, change: F) -> Update<'a, T, F>
    where
        T: Serialize + DeserializeOwned + Send + 'a,
        F: FnMut(Option<T>) -> T + Send + 'a,
    {
        Update::new(self, key.into(), change)
    }

    /// Lists the keys that begin with `prefix`, with their values: `.await` returns a page of them.
    ///
    /// It is no picture of one moment: what is written meanwhile may be in it or not.
    pub fn scan<T: DeserializeOwned>(&self, prefix: impl Into<String>) -> Scan<T> {
        Scan::new(self, prefix.into())
    }
}

impl fmt::Debug for GlobalKv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GlobalKv").finish_non_exhaustive()
    }
}

impl<Tr> FromInvocation<Tr> for GlobalKv {
    type Takes = Nothing;

    fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, Error> {
        Ok(Self::of(parts.application()))
    }

    fn needs(needs: &mut Needs) {
        needs.kv();
    }
}

impl<S: Sync> FromRequestParts<S> for GlobalKv {
    type Rejection = Error;

    fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Error>> {
        std::future::ready(Parts::of(parts).map(|parts| Self::of(parts.application())))
    }
}

/// A key with its value.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry<T> {
    /// The key.
    pub key: String,
    /// The value.
    pub value: T,
    /// What tells this value from all others that the key has had: for `.if_version(…)`.
    pub version: u64,
    /// When its time is over, if ever.
    pub expires: Option<SystemTime>,
}

impl Entry<Bytes> {
    fn of(key: String, entry: services::Entry) -> Self {
        let services::Entry {
            value,
            version,
            expires,
        } = entry;
        Self {
            key,
            value,
            version,
            expires,
        }
    }

    fn decode<T: DeserializeOwned>(self) -> Result<Entry<T>, KvError> {
        match serde_json::from_slice(&self.value) {
            Ok(value) => Ok(Entry {
                key: self.key,
                value,
                version: self.version,
                expires: self.expires,
            }),
            Err(error) => Err(KvError::Unreadable {
                key: self.key.into(),
                why: error.to_string(),
            }),
        }
    }
}

fn encode<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<Bytes, KvError> {
    match serde_json::to_vec(value) {
        Ok(text) => Ok(text.into()),
        Err(error) => Err(KvError::Unwritable {
            key: key.into(),
            why: error.to_string(),
        }),
    }
}
