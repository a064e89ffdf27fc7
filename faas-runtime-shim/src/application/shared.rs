//! What all functions of an application share: configuration, built resources, and what the layer below provides.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::Application;
use crate::clock::Clock;
use crate::config::Configuration;
use crate::engine::EMBEDDED;
use crate::outlet::{Message, Outlet, PublishError};
use crate::services::{KeyValue, Operations, Site, Tasks};
use crate::support::Support;
use crate::telemetry::Captured;

impl Application {
    /// Returns the resource of type `T`, if it is built.
    #[must_use]
    pub fn resource<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.resources.get()
    }

    /// Returns the decoded configuration section of type `T`, if a function asked for it.
    #[must_use]
    pub fn section<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.resources.section()
    }

    /// Returns the configuration.
    #[must_use]
    pub fn configuration(&self) -> &Configuration {
        &self.0.configuration
    }

    /// Returns the name of the platform.
    #[must_use]
    pub fn platform(&self) -> &'static str {
        self.0.platform
    }

    /// Returns where published messages and events go.
    #[must_use]
    pub fn outlet(&self) -> &dyn Outlet {
        &*self.0.services.outlet
    }

    /// Publishes a message; done once the other side has confirmed it.
    ///
    /// Other than with [`outlet`](Self::outlet), a queue that is bound to nothing is one of the host's own.
    pub fn publish(&self, message: Message) -> BoxFuture<'static, Result<(), PublishError>> {
        let outlet = self.outlet();
        if let Some(engine) = EMBEDDED {
            outlet.equip(engine);
        }
        outlet.publish(message)
    }

    /// Returns the keys with values that all instances share.
    #[must_use]
    pub fn kv(&self) -> &dyn KeyValue {
        &*self.0.services.kv
    }

    /// Returns who reads and writes keys with values, if anybody does, with what it needs them through.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn who_keeps(&self) -> Option<String> {
        let mut functions = self.functions().iter();
        let idempotent = functions.find(|state| state.function().idempotent.is_some());
        idempotent
            .map(|state| format!("function `{}`", state.name()))
            .or_else(|| self.0.resources.who_keeps().map(str::to_owned))
    }

    /// Returns where tasks are handed over.
    #[must_use]
    pub fn tasks(&self) -> &dyn Tasks {
        &*self.0.services.tasks
    }

    /// Returns the view of what waits and what is planned.
    #[must_use]
    pub fn operations(&self) -> &dyn Operations {
        &*self.0.services.operations
    }

    /// Returns who knows where the instance runs.
    #[must_use]
    pub fn site(&self) -> &dyn Site {
        &*self.0.services.site
    }

    /// Returns the clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.runtime.clock
    }

    /// Returns the clock for what outlives a borrow of the application.
    #[cfg(all(feature = "embedded", not(target_family = "wasm")))]
    pub(crate) fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.runtime.clock)
    }

    /// Runs work that blocks, away from the threads that poll.
    pub fn spawn_blocking(&self, work: Box<dyn FnOnce() + Send>) {
        (self.0.runtime.blocking)(work);
    }

    /// Returns what the functions of the binary have brought along, those that are not selected included.
    #[cfg_attr(
        not(any(
            feature = "grpc",
            all(
                any(feature = "aws-lambda", feature = "host"),
                not(target_family = "wasm")
            )
        )),
        expect(dead_code, reason = "only adapters and gRPC use it")
    )]
    pub(crate) fn support(&self) -> Support {
        self.0.support
    }

    pub(crate) fn captured(&self) -> Option<&Captured> {
        self.0.captured.as_ref()
    }
}
