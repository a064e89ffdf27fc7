//! Sections of the configuration.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use faas_runtime_shim::function::ConfigSection;
use http::request;

use super::{FromInvocation, Needs, Nothing, Parts, Slot};
use crate::Error;

/// A section of the configuration, decoded once at the start into a `#[faas::config("…")]` struct.
///
/// # Examples
///
/// ```
/// use faas::{Config, Secret};
///
/// #[faas::config("db")] // [db] in faas.toml, FAAS__DB__URL in the environment
/// struct DbConfig {
///     url: Secret<String>,
/// }
///
/// struct Db(String);
///
/// #[faas::resource]
/// fn db(Config(config): Config<DbConfig>) -> Db {
///     Db(config.url.expose().clone())
/// }
/// ```
#[derive(Debug)]
pub struct Config<T>(pub Arc<T>);

impl<T> Clone for Config<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Config<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ConfigSection> Config<T> {
    fn find(parts: &Parts) -> Result<Self, Error> {
        if let Some(section) = parts.application().section() {
            return Ok(Self(section));
        }
        // inside a foreign extractor the need is not seen at the start
        let section = parts.application().configuration().section(T::SECTION)?;
        Ok(Self(Arc::new(section)))
    }
}

impl<Tr, T: ConfigSection> FromInvocation<Tr> for Config<T> {
    type Takes = Nothing;

    fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, Error> {
        Self::find(parts)
    }

    fn needs(needs: &mut Needs) {
        needs.section::<T>();
    }
}

impl<S: Sync, T: ConfigSection> FromRequestParts<S> for Config<T> {
    type Rejection = Error;

    fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Error>> {
        std::future::ready(Parts::of(parts).and_then(Self::find))
    }
}
