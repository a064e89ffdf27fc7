//! What functions for HTTP bring: the check of their routes, the router, the codecs of platforms whose requests are events.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::application::FunctionState;
use crate::application::routes::{self, Routes};
use crate::function::Function;
use crate::invocation::Parts;
#[cfg(all(feature = "aws-lambda", not(target_family = "wasm")))]
use crate::platform::aws_lambda;
use crate::startup::{StartError, StartErrors};

/// The ways of requests to functions.
#[derive(Debug)]
pub(crate) struct Http {
    /// Finds the clashes among routes.
    pub(crate) check: fn(&[&'static Function]) -> Vec<StartError>,
    /// Builds the router.
    pub(crate) build: Build,
    /// Serves a request that the adapter for Lambda has recognised in an event.
    #[cfg(all(feature = "aws-lambda", not(target_family = "wasm")))]
    pub(crate) of_lambda: aws_lambda::ServeHttp,
}

type Build = for<'a> fn(
    &'a [Arc<FunctionState>],
    &'a Parts,
) -> BoxFuture<'a, Result<Box<dyn Routes>, StartErrors>>;

pub(crate) static HTTP: Http = Http {
    check: routes::check,
    build: |functions, parts| Box::pin(routes::build(functions, parts)),
    #[cfg(all(feature = "aws-lambda", not(target_family = "wasm")))]
    of_lambda: aws_lambda::serve_http,
};
