//! Invocations written down, to be looked at and to be run again: each with what came in and what came of it, without
//! credentials.
//!
//! A [`Recorder`] stands at the application's door, if one was asked for; else the door pays for one look at nothing. It
//! follows bodies while they pass (`body`), gathers what an invocation was (`desk`, `tape`), takes credentials out (`redact`)
//! and writes its `form` into a folder (`folder`, the only place that writes). [`load`](fn@load) reads such a folder, and [`again`](fn@again)
//! runs a recording on another application.
//!
//! Not recorded are calls of Thrift that come to its own port, events of a platform that reach no function, and messages of
//! upgraded connections.

mod again;
mod body;
mod desk;
mod folder;
mod form;
mod load;
#[cfg(feature = "host")]
mod process;
#[cfg(not(feature = "host"))]
#[path = "without_host.rs"]
mod process;
mod redact;
mod settings;
mod tape;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use futures_util::future::BoxFuture;
use http::Request;

pub use self::again::again;
use self::desk::Desk;
use self::folder::Folder;
pub use self::form::{
    ChangeForm, Content, DeliveryForm, EventForm, FactsForm, FailureForm, Fields, HttpForm,
    InputForm, ObjectForm, OutcomeForm, PayloadForm, Recording, ReplyForm, ReportForm,
    ResponseForm, Text, TickForm, Unusable, VERSION,
};
pub use self::load::{Loaded, ReplayError, load};
pub(crate) use self::process::of_process;
pub use self::redact::REDACTED;
use self::settings::Settings;
use crate::application::{Answering, Application, FunctionIndex};
use crate::config::Configuration;
use crate::invocation::{Facts, Input, Outcome};
use crate::startup::StartErrors;

/// Writes invocations down.
#[derive(Clone)]
pub struct Recorder(Arc<dyn Door>);

/// What the application's door asks of a recorder; a trait, so that a binary that never makes one does not carry it.
trait Door: Send + Sync {
    fn http(&self, application: &Application, facts: Facts, request: Request<Body>) -> Answering;

    fn invoke(
        &self,
        application: &Application,
        function: FunctionIndex,
        facts: Facts,
        input: Input,
    ) -> BoxFuture<'static, Outcome>;

    fn written(&self) -> BoxFuture<'static, ()>;

    fn idle(&self) -> BoxFuture<'static, ()>;
}

impl Recorder {
    /// Makes one that writes into a folder, which is made if it is not there.
    ///
    /// What cannot be written is told once, as an error in the log; no invocation fails by it.
    ///
    /// # Errors
    ///
    /// Returns what is wrong in the section `record`.
    pub fn to_folder(folder: &Path, configuration: &Configuration) -> Result<Self, StartErrors> {
        Ok(Self::of(folder, Settings::read(configuration)?))
    }

    fn of(folder: &Path, settings: Settings) -> Self {
        let sink = Folder::open(folder, &settings);
        Self(Arc::new(Arc::new(Desk::new(settings, Box::new(sink)))))
    }

    /// Takes a request to its function.
    pub(crate) fn http(
        &self,
        application: &Application,
        facts: Facts,
        request: Request<Body>,
    ) -> Answering {
        self.0.http(application, facts, request)
    }

    /// Takes an event to its function.
    pub(crate) fn invoke(
        &self,
        application: &Application,
        function: FunctionIndex,
        facts: Facts,
        input: Input,
    ) -> BoxFuture<'static, Outcome> {
        self.0.invoke(application, function, facts, input)
    }

    /// Completes once all invocations that have ended are written.
    pub(crate) fn written(&self) -> BoxFuture<'static, ()> {
        self.0.written()
    }

    /// Completes once no recorded invocation is in flight and all are written.
    pub(crate) fn idle(&self) -> BoxFuture<'static, ()> {
        self.0.idle()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}
