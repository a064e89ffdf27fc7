//! Thrift: what serves calls of services whose code `faas-build` makes of their IDL, and what calls them.
//!
//! `wire` reads and writes messages and knows nothing of services; [`Service`] is what generated code implements;
//! `dispatch` takes one message to its service through the application's door, whatever brought it. What brings messages
//! stands elsewhere: `http` here, the port in `host::thrift`. The other way goes [`Caller`] with a [`Transport`].
//!
//! Left out: the JSON protocol.

mod answer;
mod call;
mod client;
pub(crate) mod dispatch;
mod exception;
mod fault;
pub(crate) mod http;
pub(crate) mod message;
mod service;
pub(crate) mod services;
pub(crate) mod settings;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod wire;

pub use futures_util::future::BoxFuture;

pub use self::answer::Answer;
pub use self::call::Call;
#[cfg(all(feature = "sink", not(target_family = "wasm")))]
pub use self::client::Http;
#[cfg(not(target_family = "wasm"))]
pub use self::client::Tcp;
pub use self::client::{CallError, Caller, ClientError, InProcess, Outgoing, Protocol, Transport};
pub use self::exception::{Exception, Undeclared};
pub use self::fault::Fault;
pub use self::service::{Handle, Method, Named, Service};
