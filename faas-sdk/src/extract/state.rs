//! Shared values that the application has built.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request;

use super::{FromInvocation, Needs, Nothing, Parts, Slot};
use crate::Error;

/// A resource: the value that the `#[faas::resource]` function of this type has built.
///
/// It is a parameter of every function, also inside a mounted axum `Router` with a state of its own, and of resources
/// themselves. A resource that nobody builds is a start-up error that names the function.
///
/// # Examples
///
/// ```
/// use faas::State;
///
/// struct Greeting(&'static str);
///
/// #[faas::resource]
/// fn greeting() -> Greeting {
///     Greeting("hello")
/// }
///
/// #[faas::http(GET, "/")]
/// async fn hello(State(greeting): State<Greeting>) -> &'static str {
///     greeting.0
/// }
/// ```
#[derive(Debug)]
pub struct State<T>(pub Arc<T>);

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Send + Sync + 'static> State<T> {
    fn find(parts: &Parts) -> Result<Self, Error> {
        parts.application().resource().map(Self).ok_or_else(|| {
            Error::retry(format!(
                "no `#[faas::resource]` returns `{}`: a `State` inside another extractor is not seen at the start",
                std::any::type_name::<T>()
            ))
        })
    }
}

impl<Tr, T: Send + Sync + 'static> FromInvocation<Tr> for State<T> {
    type Takes = Nothing;

    fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, Error> {
        Self::find(parts)
    }

    fn needs(needs: &mut Needs) {
        needs.resource::<T>();
    }
}

impl<S: Sync, T: Send + Sync + 'static> FromRequestParts<S> for State<T> {
    type Rejection = Error;

    fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Error>> {
        std::future::ready(Parts::of(parts).and_then(Self::find))
    }
}
