//! What generated code implements for each service of an IDL.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{Answer, Call};
use crate::function::Shared;

/// A service that calls can be taken to. `faas-build` writes the implementations.
pub trait Service: Send + Sync + 'static {
    /// Returns its name in the IDL.
    fn name(&self) -> &'static str;

    /// Returns its methods, those of the services that it extends included.
    fn methods(&self) -> &'static [Method];

    /// Answers a call of one of its methods.
    fn call(&self, call: Call) -> BoxFuture<'static, Answer>;
}

/// A type of a service, whose name is known without a value of it.
pub trait Named {
    /// The service's name in the IDL.
    const NAME: &'static str;
}

/// A service of any type, as registrations hand it over.
#[derive(Clone)]
pub struct Handle(Arc<dyn Service>);

impl Handle {
    /// Puts a service where [`Trigger::Thrift`](crate::function::Trigger::Thrift) expects it.
    #[must_use]
    pub fn share(service: impl Service) -> Shared {
        Arc::new(Self(Arc::new(service)))
    }

    pub(crate) fn service(&self) -> Arc<dyn Service> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.0.name()).finish()
    }
}

/// A method of a service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Method {
    /// Its name in the IDL.
    pub name: &'static str,
    /// Whether nobody waits for an answer.
    pub oneway: bool,
}
