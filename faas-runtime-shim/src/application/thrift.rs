//! The way of Thrift's messages to their services, whatever brings them.

use axum::body::Body;
use http::Request;

use super::Application;
use crate::support::Thrift;
use crate::thrift::services::Services;

impl Application {
    /// Returns the Thrift services, once they are built, if a function of the binary serves one.
    pub(crate) fn thrift(&self) -> Option<&Services> {
        self.0.thrift.get()
    }

    /// Returns the way of a request that brings a message for one of the Thrift services.
    pub(super) fn takes_thrift(&self, request: &Request<Body>) -> Option<&'static Thrift> {
        let thrift = self.0.support.thrift?;
        let takes = (thrift.is_in)(request) && !self.thrift()?.is_empty();
        takes.then_some(thrift)
    }
}
