//! Writing and removing, with or without a condition.
//!
//! A write without a condition returns a version. One with a condition is a type of its own, since it has two good ends: the
//! version, or a [`Conflict`].

use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use faas_runtime_shim::services::{self, Conflict, USER, When, check_key};

use super::GlobalKv;
use crate::KvError;

/// A value on its way into a key.
///
/// # Errors
///
/// Its result is a [`KvError`]; `?` makes an [`Error`](crate::Error) of it.
///
/// # Cancel safety
///
/// Dropped half-way, the value may have been written or not.
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Put {
    kv: GlobalKv,
    put: Result<Box<services::Put>, KvError>,
}

impl Put {
    pub(super) fn new(kv: &GlobalKv, key: String, value: Bytes) -> Self {
        let put = services::Put {
            space: USER.into(),
            key: key.into(),
            value,
            ttl: None,
            when: When::Always,
        };
        Self {
            kv: kv.clone(),
            put: put.check().map(|()| Box::new(put)),
        }
    }

    pub(super) fn failed(kv: &GlobalKv, error: KvError) -> Self {
        Self {
            kv: kv.clone(),
            put: Err(error),
        }
    }

    /// Lets the key exist for this long; without it, and unless it is written again, for ever.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        if let Ok(put) = &mut self.put {
            put.ttl = Some(ttl);
        }
        self
    }

    /// Writes only if the key does not exist, or its time is over.
    ///
    /// # Examples
    ///
    /// ```
    /// # use faas::{Error, GlobalKv};
    /// # async fn claim(kv: GlobalKv) -> Result<(), Error> {
    /// match kv.put("leader", "instance-7").if_absent().await? {
    ///     Ok(version) => println!("we lead, by version {version}"),
    ///     Err(conflict) => println!("somebody leads already, by version {:?}", conflict.found),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn if_absent(self) -> PutIf {
        self.when(When::Absent)
    }

    /// Writes only if the key still has this version.
    pub fn if_version(self, version: u64) -> PutIf {
        self.when(When::Version(version))
    }

    fn when(mut self, when: When) -> PutIf {
        if let Ok(put) = &mut self.put {
            put.when = when;
        }
        PutIf(self)
    }

    async fn send(self) -> Result<Result<u64, Conflict>, KvError> {
        self.kv.application.kv().put(*self.put?).await
    }
}

impl IntoFuture for Put {
    type Output = Result<u64, KvError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let written = self.send().await?;
            written.map_err(|conflict| unasked(&conflict))
        })
    }
}

/// A value on its way into a key that has to be in a certain state: `.await?` returns the new version, or a [`Conflict`].
///
/// A conflict is an error too, of the kind that asks for another attempt: `.await??` leaves it to whoever repeats the
/// invocation.
///
/// # Errors
///
/// Its result is a [`KvError`]; `?` makes an [`Error`](crate::Error) of it.
///
/// # Cancel safety
///
/// Dropped half-way, the value may have been written or not.
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct PutIf(Put);

impl PutIf {
    /// Lets the key exist for this long; without it, and unless it is written again, for ever.
    pub fn ttl(self, ttl: Duration) -> Self {
        Self(self.0.ttl(ttl))
    }
}

impl IntoFuture for PutIf {
    type Output = Result<Result<u64, Conflict>, KvError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.0.send())
    }
}

/// A key on its way out.
///
/// # Errors
///
/// Its result is a [`KvError`]; `?` makes an [`Error`](crate::Error) of it.
///
/// # Cancel safety
///
/// Dropped half-way, the key may have been removed or not.
#[derive(Debug)]
#[must_use = "nothing is removed until it is awaited"]
pub struct Delete {
    kv: GlobalKv,
    delete: services::Delete,
}

impl Delete {
    pub(super) fn new(kv: &GlobalKv, key: String) -> Self {
        Self {
            kv: kv.clone(),
            delete: services::Delete {
                space: USER.into(),
                key: key.into(),
                when: When::Always,
            },
        }
    }

    /// Removes it only if it still has this version.
    pub fn if_version(mut self, version: u64) -> DeleteIf {
        self.delete.when = When::Version(version);
        DeleteIf(self)
    }

    async fn send(self) -> Result<Result<bool, Conflict>, KvError> {
        check_key(&self.delete.key)?;
        self.kv.application.kv().delete(self.delete).await
    }
}

impl IntoFuture for Delete {
    type Output = Result<bool, KvError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let removed = self.send().await?;
            removed.map_err(|conflict| unasked(&conflict))
        })
    }
}

/// A key on its way out that has to have a certain version: `.await?` returns `Ok(true)`, or a [`Conflict`].
///
/// # Errors
///
/// Its result is a [`KvError`]; `?` makes an [`Error`](crate::Error) of it.
///
/// # Cancel safety
///
/// Dropped half-way, the key may have been removed or not.
#[derive(Debug)]
#[must_use = "nothing is removed until it is awaited"]
pub struct DeleteIf(Delete);

impl IntoFuture for DeleteIf {
    type Output = Result<Result<bool, Conflict>, KvError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.0.send())
    }
}

/// A store that finds a conflict where no condition was made.
fn unasked(conflict: &Conflict) -> KvError {
    KvError::Unreachable {
        why: format!("{conflict}, although any state would have done"),
    }
}
