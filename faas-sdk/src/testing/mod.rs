//! The application in process: what unit tests of functions call. No network, no other process.
//!
//! Everything but the transport is the real thing: registrations, resources, configuration, limits, the platforms' codecs.
//! Time stands still until a test moves it.
//!
//! Examples in documentation share one process: mark them `standalone_crate`, or take [`App::of`] for their own module.
//!
//! ```standalone_crate
//! use faas::testing::App;
//! use faas::{Json, State};
//!
//! struct Rates(f64);
//!
//! #[faas::resource]
//! async fn rates() -> Result<Rates, faas::Error> {
//!     Err(faas::Error::retry("the exchange cannot be reached from here"))
//! }
//!
//! #[faas::invoke]
//! async fn convert(Json(euros): Json<f64>, State(rates): State<Rates>) -> Json<f64> {
//!     Json(euros * rates.0)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let app = App::new().given(Rates(1.5)).start().await; // in place of the resource
//! assert_eq!(app.call(convert, 2.0).await.unwrap(), 3.0);
//! # }
//! ```
//!
//! Events are sent by the function's item too: [`TestApp::send`], [`deliver`](TestApp::deliver), [`tick`](TestApp::tick),
//! [`object`](TestApp::object), [`change`](TestApp::change) and [`emit`](TestApp::emit) say how the host would settle them.
//! What handlers publish is kept for [`TestApp::published`], keys and values in memory for [`TestApp::kv`]. What they submit
//! is kept for [`TestApp::submitted`], and waits until [`TestApp::run_submitted`] runs it. A platform's own events go through
//! [`TestApp::event`]. What was recorded elsewhere is run again by [`TestApp::replay`].

mod answer;
mod events;
mod published;
mod replay;
#[cfg(feature = "grpc")]
mod rpc;
mod tasks;
#[cfg(feature = "thrift")]
mod thrift;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use faas_runtime_shim::application::{Application, Blueprint, Runtime, share};
use faas_runtime_shim::clock::{Clock, SystemClock};
use faas_runtime_shim::config::Configuration;
use faas_runtime_shim::function::{HookMoment, Shared, Type};
use faas_runtime_shim::invocation::Facts;
use faas_runtime_shim::outlet::Bindings;
use faas_runtime_shim::platform;
use faas_runtime_shim::record::Recorder;
use faas_runtime_shim::registry::{Registry, Selection};
use faas_runtime_shim::services::{KeyValue, Services};
use faas_runtime_shim::telemetry::{Captured, capture};
use http::Request;

pub use self::answer::{Answer, EventAnswer};
pub use self::events::{delivery, object};
use self::published::Capture;
pub use self::published::Published;
pub use self::replay::{Difference, Replayed, Run, Skipped};
#[cfg(feature = "grpc")]
pub use self::rpc::Channel;
use self::tasks::Kept;
pub use self::tasks::SubmittedTask;
pub use faas_runtime_shim::application::Settled;
pub use faas_runtime_shim::clock::ManualClock;
pub use faas_runtime_shim::record::{Recording, ReplayError, Unusable};
pub use faas_runtime_shim::services::MemoryKv;
pub use faas_runtime_shim::settle::Settlement;
pub use faas_runtime_shim::startup::{StartError, StartErrors};
pub use faas_runtime_shim::telemetry::Metric;

use crate::extract::Codec;
use crate::extract::trigger::Invoke;
use crate::{Failure, GlobalKv, Handler};

/// An application to be started in a test.
#[must_use = "an application does nothing until it is started"]
pub struct App {
    registry: Registry,
    selection: Selection,
    platform: &'static str,
    configuration: Configuration,
    given: Vec<(Type, Shared)>,
    time: Time,
    captures: bool,
    kv: Option<Arc<dyn KeyValue>>,
    record: Option<PathBuf>,
}

#[derive(Clone)]
enum Time {
    Manual(ManualClock),
    System(SystemClock),
}

impl App {
    /// Takes all functions that are linked into the test.
    pub fn new() -> Self {
        Self {
            registry: Registry::collect(),
            selection: Selection::all(),
            platform: "testing",
            configuration: Configuration::empty(),
            given: Vec::new(),
            time: Time::Manual(ManualClock::new()),
            captures: true,
            kv: None,
            record: None,
        }
    }

    /// Takes the functions of one module only: `App::of(module_path!())`.
    pub fn of(module: &str) -> Self {
        let mut app = Self::new();
        app.registry = app.registry.only(module);
        app
    }

    /// Selects functions by their names, separated by commas, as `FAAS_FUNCTION` does.
    pub fn select(mut self, names: &str) -> Self {
        self.selection = Selection::of(names, "FAAS_FUNCTION");
        self
    }

    /// Uses `value` wherever a `State<T>` asks for it; the resource of that type is not built.
    pub fn given<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.given.push((Type::of::<T>(), share(value)));
        self
    }

    /// Sets one value of the configuration: `set("db.url", "…")`.
    ///
    /// # Panics
    ///
    /// Panics for a key that is none.
    #[track_caller]
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        if let Err(error) = self.configuration.set(key, value) {
            panic!("{error}");
        }
        self
    }

    /// Takes the configuration from the text of a `faas.toml`.
    ///
    /// # Panics
    ///
    /// Panics with the message that a start would print if the text is wrong.
    #[track_caller]
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub fn toml(mut self, text: &str) -> Self {
        match Configuration::from_toml(text, "faas.toml") {
            Ok(configuration) => self.configuration = configuration,
            Err(error) => panic!("{error}"),
        }
        self
    }

    /// Says the name that [`Context::platform`](crate::Context::platform) answers.
    pub fn platform(mut self, name: &'static str) -> Self {
        self.platform = name;
        self
    }

    /// Lets time pass as it does outside of tests, on tokio's timer.
    pub fn real_time(mut self) -> Self {
        self.time = Time::System(SystemClock::new());
        self
    }

    /// Lets time pass by a clock of the test's: several applications with one clock are instances of one service.
    pub fn clock(mut self, clock: &ManualClock) -> Self {
        self.time = Time::Manual(clock.clone());
        self
    }

    /// Keeps keys and values in `kv` instead of in memory of its own: a [`MemoryKv`] that several applications share, or a
    /// store that fails when the test says so.
    pub fn kv(mut self, kv: impl KeyValue + 'static) -> Self {
        self.kv = Some(Arc::new(kv));
        self
    }

    /// Publishes and submits where the bindings say, as outside of tests, instead of keeping it for the test, and keeps no
    /// keys. Without a binding publishing and submitting fail.
    pub fn unbound(mut self) -> Self {
        self.captures = false;
        self
    }

    /// Records each invocation in a folder, as `FAAS_RECORD` does outside of tests; [`TestApp::replay`] runs them again.
    pub fn record(mut self, folder: impl Into<PathBuf>) -> Self {
        self.record = Some(folder.into());
        self
    }

    /// Starts it.
    ///
    /// # Panics
    ///
    /// Panics with all start-up errors.
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub async fn start(self) -> TestApp {
        match self.try_start().await {
            Ok(app) => app,
            Err(errors) => panic!("the application does not start:\n{errors}"),
        }
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// Returns the start-up errors.
    pub async fn try_start(self) -> Result<TestApp, StartErrors> {
        let (clock, manual): (Arc<dyn Clock>, _) = match self.time {
            Time::Manual(clock) => (Arc::new(clock.clone()), clock),
            Time::System(clock) => (Arc::new(clock), ManualClock::new()),
        };
        let captured = capture();
        let published = Capture::default();
        let tasks = Kept::new(Arc::clone(&clock));
        let mut services = if self.captures {
            let outlet = Arc::new(published.clone());
            Services {
                kv: self
                    .kv
                    .unwrap_or_else(|| Arc::new(MemoryKv::new(Arc::clone(&clock)))),
                tasks: Arc::new(tasks.clone()),
                ..Services::new(outlet, self.platform)
            }
        } else {
            let configuration = self.configuration.clone();
            let bindings = Bindings::new(configuration, self.platform, None);
            Services::of_bindings(bindings, self.platform)
        };
        if let Some(folder) = &self.record {
            services.recorder = Some(Recorder::to_folder(folder, &self.configuration)?);
        }
        let application = Application::build(Blueprint {
            registry: self.registry,
            selection: self.selection,
            platform: self.platform,
            configuration: self.configuration,
            runtime: Runtime {
                clock,
                blocking: |work| {
                    std::thread::spawn(work);
                },
            },
            services,
            given: self.given,
            captured: Some(captured.clone()),
        })
        .await?;
        Ok(TestApp {
            application,
            clock: manual,
            captured,
            published,
            tasks,
        })
    }
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

/// A running application in a test.
#[derive(Clone, Debug)]
pub struct TestApp {
    application: Application,
    clock: ManualClock,
    captured: Captured,
    published: Capture,
    tasks: Kept,
}

impl TestApp {
    /// Calls an `#[faas::invoke]` function by its item, and decodes its answer.
    ///
    /// # Errors
    ///
    /// Returns the function's failure. A fn that is not annotated, or not selected, is one of kind
    /// [`Reject`](crate::FailureKind::Reject).
    pub async fn call<H, A>(&self, function: H, input: H::Input) -> Result<H::Output, Failure>
    where
        H: Handler<Invoke, A>,
        H::InputCodec: Codec<H::Input>,
        H::OutputCodec: Codec<H::Output>,
    {
        let item = crate::__private::item(&function);
        let Some(index) = self.application.by_item(item) else {
            return Err(Failure::from(crate::Error::reject(format!(
                "`{}` is not annotated with #[faas::invoke], or not selected",
                std::any::type_name::<H>()
            ))));
        };
        let payload = H::InputCodec::encode(&input)?;
        let reply = self
            .application
            .invoke(index, Facts::default(), payload.into())
            .await;
        let outcome = match reply {
            Ok(reply) => reply.gathered(usize::MAX).await,
            Err(failure) => Err(failure),
        };
        self.application.recorded().await;
        Ok(H::OutputCodec::decode(&outcome?)?)
    }

    /// Sends an HTTP request, and collects the whole answer.
    ///
    /// # Panics
    ///
    /// Panics if the response's body breaks off; [`application`](Self::application) gives it as a stream.
    pub async fn http<B: Into<Body>>(&self, request: Request<B>) -> Answer {
        let response = self
            .application
            .http(Facts::default(), request.map(Into::into))
            .await;
        let answer = Answer::collect(response).await;
        self.application.recorded().await;
        answer
    }

    /// Hands an event over as a platform does, and returns the platform's form of the answer.
    ///
    /// # Panics
    ///
    /// Panics for the name of a platform that this build does not speak.
    #[expect(clippy::panic, reason = "this is how a test fails")]
    pub async fn event(&self, platform: &str, event: impl Into<Bytes>) -> EventAnswer {
        let Some(adapter) = platform::by_name(platform) else {
            panic!(
                "`{platform}` is not among the platforms of this build: {}",
                platform::names().join(", ")
            )
        };
        let exchange = adapter.exchange(&self.application, event.into()).await;
        self.application.recorded().await;
        EventAnswer::from(exchange)
    }

    /// Returns the clock, to move it.
    #[must_use]
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Takes the log lines of the invocations so far, each a JSON object, from the level `debug` on.
    ///
    /// In a process that has a `tracing` subscriber of its own there are none.
    #[must_use]
    pub fn logs(&self) -> Vec<String> {
        self.captured.take()
    }

    /// Returns the figures that handlers have told so far by `cx.metric(…)`, by name and function.
    ///
    /// ```standalone_crate
    /// use faas::testing::App;
    /// use faas::{Context, Json, Unit};
    ///
    /// #[faas::invoke]
    /// async fn sell(Json(pieces): Json<u64>, cx: Context) -> Json<u64> {
    ///     cx.metric("pieces", pieces, Unit::Count);
    ///     Json(pieces)
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let app = App::new().start().await;
    /// app.call(sell, 2).await.unwrap();
    /// app.call(sell, 3).await.unwrap();
    /// let [pieces] = &app.metrics()[..] else { panic!("one name, one function") };
    /// assert_eq!((pieces.name, pieces.count, pieces.sum), ("pieces", 2, 5.0));
    /// # }
    /// ```
    #[must_use]
    pub fn metrics(&self) -> Vec<Metric> {
        self.application.own_figures()
    }

    /// Takes what has been published so far, in the order in which it was; nothing after [`App::unbound`].
    #[must_use]
    pub fn published(&self) -> Vec<Published> {
        self.published.take()
    }

    /// Returns the keys and values that its functions see.
    #[must_use]
    pub fn kv(&self) -> GlobalKv {
        GlobalKv::of(&self.application)
    }

    /// Returns the resource of type `T`, if a function needs it.
    #[must_use]
    pub fn resource<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.application.resource()
    }

    /// Returns the application itself.
    #[must_use]
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// Runs the hooks `before_freeze`, as a platform does before it takes a snapshot of the instance.
    ///
    /// # Errors
    ///
    /// Returns the hooks that failed.
    pub async fn freeze(&self) -> Result<(), StartErrors> {
        self.application.freeze().await
    }

    /// Runs the hooks `after_restore`, as a platform does when an instance comes out of a snapshot.
    ///
    /// # Errors
    ///
    /// Returns the hooks that failed.
    pub async fn restore(&self) -> Result<(), StartErrors> {
        self.application.thaw().await
    }

    /// Runs the stop hooks, once what was recorded is written.
    ///
    /// # Errors
    ///
    /// Returns the hooks that failed.
    pub async fn stop(self) -> Result<(), StartErrors> {
        self.application.recorded().await;
        self.application.run_hooks(HookMoment::Stop).await
    }
}
