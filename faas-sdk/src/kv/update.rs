//! Changing a value by what it was.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::GlobalKv;
use crate::KvError;

/// A change of a value on its way: made by [`GlobalKv::update`].
///
/// # Errors
///
/// Its result is a [`KvError`]; `?` makes an [`Error`](crate::Error) of it. A key that others change all the time is given up
/// after a hundred attempts.
///
/// # Cancel safety
///
/// Dropped half-way, the change may have been written or not.
#[must_use = "nothing is changed until it is awaited"]
pub struct Update<'a, T, F> {
    kv: GlobalKv,
    key: String,
    change: F,
    ttl: Option<Duration>,
    value: PhantomData<fn() -> T>,
    /// What `change` borrows.
    scope: PhantomData<&'a ()>,
}

impl<T, F> Update<'_, T, F> {
    pub(super) fn new(kv: &GlobalKv, key: String, change: F) -> Self {
        Self {
            kv: kv.clone(),
            key,
            change,
            ttl: None,
            value: PhantomData,
            scope: PhantomData,
        }
    }

    /// Lets the key exist for this long from now on; without it, it keeps the time that it has.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }
}

impl<T, F> Update<'_, T, F>
where
    T: Serialize + DeserializeOwned + Send,
    F: FnMut(Option<T>) -> T + Send,
{
    async fn run(self) -> Result<T, KvError> {
        let Self {
            kv,
            key,
            mut change,
            ttl,
            value: _,
            scope: _,
        } = self;
        for _ in 0..MOST_ATTEMPTS {
            let (old, version, expires) = match kv.entry::<T>(&key).await? {
                None => (None, None, None),
                Some(entry) => (Some(entry.value), Some(entry.version), entry.expires),
            };
            let new = change(old);
            let put = kv.put(&*key, &new);
            let mut put = match version {
                None => put.if_absent(),
                Some(version) => put.if_version(version),
            };
            let now = kv.application.clock().wall();
            let kept = expires.map(|expires| expires.duration_since(now).unwrap_or_default());
            if let Some(ttl) = ttl.or(kept) {
                put = put.ttl(ttl);
            }
            if put.await?.is_ok() {
                return Ok(new);
            }
        }
        Err(KvError::Contended {
            key: key.into(),
            times: MOST_ATTEMPTS,
        })
    }
}

/// Each failed attempt is somebody else's success; who fails so often stands in a crowd that should not share one key.
const MOST_ATTEMPTS: u32 = 100;

impl<'a, T, F> IntoFuture for Update<'a, T, F>
where
    T: Serialize + DeserializeOwned + Send + 'a,
    F: FnMut(Option<T>) -> T + Send + 'a,
{
    type Output = Result<T, KvError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<T, F> fmt::Debug for Update<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update")
            .field("key", &self.key)
            .field("ttl", &self.ttl)
            .finish_non_exhaustive()
    }
}
