//! A build for WebAssembly, where there is no folder to write to.

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::Request;

use crate::application::{Answering, Application, FunctionIndex};
use crate::invocation::{Facts, Input, Outcome};

/// There is none.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Recorder {}

impl Recorder {
    pub(crate) fn http(&self, _: &Application, _: Facts, _: Request<Body>) -> Answering {
        match *self {}
    }

    pub(crate) fn invoke(
        &self,
        _: &Application,
        _: FunctionIndex,
        _: Facts,
        _: Input,
    ) -> BoxFuture<'static, Outcome> {
        match *self {}
    }

    pub(crate) fn written(&self) -> BoxFuture<'static, ()> {
        match *self {}
    }

    pub(crate) fn idle(&self) -> BoxFuture<'static, ()> {
        match *self {}
    }
}
