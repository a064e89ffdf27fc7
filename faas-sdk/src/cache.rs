//! Values that an instance keeps for a while, so that it need not fetch them each time.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use faas_runtime_shim::application::Application;
use faas_runtime_shim::clock::Moment;
use faas_runtime_shim::config::Period;
use faas_runtime_shim::error::ErrorKind;
use faas_runtime_shim::function::ConfigSection;
use http::request;
use moka::Expiry;
use moka::future::Cache;
use moka::ops::compute::Op;
use serde::Deserialize;

use crate::extract::{FromInvocation, Needs, Nothing, Parts, Slot};
use crate::outcome::IntoFailure;
use crate::{Config, Error};

/// Values of the type `T` that this instance keeps for a while: what was fetched once need not be fetched again.
///
/// It is a parameter of every function. Each instance has one cache for each type of value; two caches of one kind of value are
/// told apart by a type around it. It promises nothing: any value may be gone at any time, and other instances have other ones.
/// None is handed out in an instance that was restored from a snapshot after it was kept.
/// What all instances have to agree on goes into [`GlobalKv`](crate::GlobalKv).
///
/// `[cache] capacity` says how many values each cache keeps (10000 without it), `[cache] ttl` for how long (`5m`). A reader gets
/// a clone, so large values go in as an `Arc`.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::App;
/// use faas::{Error, Json, LocalCache};
///
/// #[derive(Clone)]
/// struct Rate(f64);
///
/// async fn ask_the_exchange(currency: &str) -> Result<Rate, Error> {
///     println!("asking for {currency}");
///     Ok(Rate(1.25))
/// }
///
/// #[faas::invoke]
/// async fn convert(Json(euros): Json<f64>, rates: LocalCache<Rate>) -> Result<Json<f64>, Error> {
///     let rate = rates.get_or_load("USD", ask_the_exchange("USD")).await?;
///     Ok(Json(euros * rate.0))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// assert_eq!(app.call(convert, 2.0).await.unwrap(), 2.5);
/// assert_eq!(app.call(convert, 4.0).await.unwrap(), 5.0); // and nobody was asked
/// # }
/// ```
pub struct LocalCache<T> {
    application: Application,
    kept: Arc<Kept<T>>,
}

/// What an application keeps of one type.
struct Kept<T> {
    cache: Cache<String, Held<T>>,
    ttl: Duration,
}

#[derive(Clone)]
struct Held<T> {
    value: T,
    /// When its time is over, by the application's clock.
    until: Moment,
    ttl: Duration,
    /// How often the instance had been restored. The clock stands still in a snapshot, so it says nothing of an older value.
    restores: u32,
}

impl<T: Clone + Send + Sync + 'static> LocalCache<T> {
    /// Returns a value that is kept, or runs `load` and keeps what it returns.
    ///
    /// Who asks for a key while its value is being loaded waits for that instead of loading too. An error is not kept: all who
    /// have waited get it, and the next one tries again. If whoever loads is given up or panics, one of those who wait loads.
    ///
    /// # Errors
    ///
    /// Returns the error of `load`.
    pub async fn get_or_load<E: IntoFailure>(
        &self,
        key: impl Into<String>,
        load: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Error> {
        let key = key.into();
        if let Some(value) = self.look(&key).await {
            return Ok(value);
        }
        let ttl = self.kept.ttl;
        let load = async {
            let value = load.await.map_err(IntoFailure::into_failure)?;
            Ok(self.held(value, ttl))
        };
        match self.kept.cache.try_get_with(key, load).await {
            Ok(held) => Ok(held.value),
            Err(error) => Err(Arc::try_unwrap(error).unwrap_or_else(|error| copy(&error))),
        }
    }

    /// Returns a value that is kept.
    pub async fn get(&self, key: &str) -> Option<T> {
        self.look(key).await
    }

    /// Keeps a value.
    pub async fn insert(&self, key: impl Into<String>, value: T) {
        self.insert_with_ttl(key, value, self.kept.ttl).await;
    }

    /// Keeps a value for this long at most.
    pub async fn insert_with_ttl(&self, key: impl Into<String>, value: T, ttl: Duration) {
        let held = self.held(value, ttl);
        self.kept.cache.insert(key.into(), held).await;
    }

    /// Forgets a value.
    pub async fn remove(&self, key: &str) {
        self.kept.cache.invalidate(key).await;
    }

    fn find(parts: &Parts) -> Result<Self, Error> {
        let Config(settings) =
            <Config<Settings> as FromInvocation<()>>::from_invocation(parts, &mut Slot::empty())?;
        let application = parts.application().clone();
        let kept = application.own(|| Kept::new(&settings));
        Ok(Self { application, kept })
    }

    async fn look(&self, key: &str) -> Option<T> {
        let held = self.kept.cache.get(key).await?;
        if !self.is_over(&held) {
            return Some(held.value);
        }
        // another one may have loaded it anew meanwhile
        let entry = self.kept.cache.entry(key.to_owned());
        let removed = entry.and_compute_with(|found| {
            let is_over = found.is_some_and(|entry| self.is_over(entry.value()));
            std::future::ready(if is_over { Op::Remove } else { Op::Nop })
        });
        removed.await;
        None
    }

    fn is_over(&self, held: &Held<T>) -> bool {
        held.until <= self.application.clock().now() || held.restores != self.application.restores()
    }

    fn held(&self, value: T, ttl: Duration) -> Held<T> {
        Held {
            value,
            until: self.application.clock().now().after(ttl),
            ttl,
            restores: self.application.restores(),
        }
    }
}

impl<T: Clone + Send + Sync + 'static> Kept<T> {
    fn new(settings: &Settings) -> Self {
        Self {
            cache: Cache::builder()
                .max_capacity(settings.capacity)
                .expire_after(ByTtl)
                .build(),
            ttl: settings.ttl.into(),
        }
    }
}

/// Frees the memory of values that nobody asks for; whether a value may be used is decided by the application's clock.
struct ByTtl;

impl<T> Expiry<String, Held<T>> for ByTtl {
    fn expire_after_create(&self, _: &String, held: &Held<T>, _: Instant) -> Option<Duration> {
        Some(held.ttl)
    }

    fn expire_after_update(
        &self,
        _: &String,
        held: &Held<T>,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(held.ttl)
    }
}

/// Tells each of those who have waited what has happened.
fn copy(error: &Error) -> Error {
    let text = error.chain();
    let copy = match error.kind() {
        ErrorKind::RetryAfter(delay) => Error::retry_after(delay, text),
        ErrorKind::Reject => Error::reject(text),
        _ => Error::retry(text),
    };
    copy.with_status(error.http_status())
        .with_name(error.name().to_owned())
}

/// `[cache]`.
#[derive(Debug, Deserialize)]
struct Settings {
    /// How many values a cache keeps.
    #[serde(default = "usual_capacity")]
    capacity: u64,
    /// For how long.
    #[serde(default = "usual_ttl")]
    ttl: Period,
}

fn usual_capacity() -> u64 {
    10_000
}

fn usual_ttl() -> Period {
    Duration::from_secs(5 * 60).into()
}

impl ConfigSection for Settings {
    const SECTION: &'static str = "cache";
}

impl<T> Clone for LocalCache<T> {
    fn clone(&self) -> Self {
        Self {
            application: self.application.clone(),
            kept: Arc::clone(&self.kept),
        }
    }
}

impl<T> fmt::Debug for LocalCache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCache").finish_non_exhaustive()
    }
}

impl<Tr, T: Clone + Send + Sync + 'static> FromInvocation<Tr> for LocalCache<T> {
    type Takes = Nothing;

    fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, Error> {
        Self::find(parts)
    }

    fn needs(needs: &mut Needs) {
        needs.section::<Settings>();
    }
}

impl<S: Sync, T: Clone + Send + Sync + 'static> FromRequestParts<S> for LocalCache<T> {
    type Rejection = Error;

    fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Error>> {
        std::future::ready(Parts::of(parts).and_then(Self::find))
    }
}
