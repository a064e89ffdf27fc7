//! What functions for Thrift bring: their services, the way of messages in HTTP requests, the host's port.

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{Request, Response};

use crate::application::Application;
#[cfg(all(feature = "host", not(target_family = "wasm")))]
use crate::host::thrift as port;
use crate::invocation::{Facts, Parts};
use crate::startup::StartErrors;
use crate::thrift;
use crate::thrift::services::{self, Services};

/// The ways of calls to Thrift services.
#[derive(Debug)]
pub(crate) struct Thrift {
    /// Builds the services, once the resources are there.
    pub(crate) build: Build,
    /// Tells whether a request brings a message.
    pub(crate) is_in: fn(&Request<Body>) -> bool,
    /// Answers a request that does.
    pub(crate) of_http: fn(Application, Facts, Request<Body>) -> BoxFuture<'static, Response<Body>>,
    /// Opens the host's port for messages.
    #[cfg(all(feature = "host", not(target_family = "wasm")))]
    pub(crate) open: port::Open,
}

type Build = for<'a> fn(&'a Parts) -> BoxFuture<'a, Result<Services, StartErrors>>;

pub(crate) static THRIFT: Thrift = Thrift {
    build: |parts| Box::pin(services::build(parts)),
    is_in: thrift::http::is_thrift,
    of_http: |application, facts, request| {
        Box::pin(thrift::http::take(application, facts, request))
    },
    #[cfg(all(feature = "host", not(target_family = "wasm")))]
    open: |configuration, env| Box::pin(port::open(configuration, env)),
};
