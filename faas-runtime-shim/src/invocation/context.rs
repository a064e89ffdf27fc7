//! What a handler can ask about the invocation that it serves.

use std::any::Any;
use std::fmt;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, SystemTime};

use axum::extract::FromRequestParts;
use futures_util::future::select;
use http::request;
use tokio::sync::Notify;

use super::{Credentials, Details, Facts, TaskHandle};
use crate::application::{Application, FunctionState, Place};
use crate::clock::Moment;
use crate::current;
use crate::error::Error;
use crate::services::TaskId;
use crate::telemetry::{Figures, MetricValue, Unit};
use crate::trace::TraceContext;

/// The invocation that a handler serves: its id, its limits, where it came from. Cheap to clone.
///
/// It is a parameter of any handler. In tasks that a handler spawns it goes on telling whether the invocation is over.
#[derive(Clone)]
pub struct Context(Arc<Inner>);

struct Inner {
    application: Application,
    facts: Facts,
    /// The function, if it was known before anybody shared the context: to fill a lock costs more than to find it empty.
    early: Option<Chosen>,
    function: OnceLock<Chosen>,
    /// The place among those that run at once. A context that somebody keeps does not keep the place.
    place: OnceLock<Weak<dyn Any + Send + Sync>>,
    cold_start: bool,
    over: AtomicBool,
    /// Whether anybody may wait on `ended`; most invocations never pay for a notification.
    watched: AtomicBool,
    ended: Notify,
}

struct Chosen {
    state: Arc<FunctionState>,
    deadline: Option<Moment>,
}

impl Context {
    pub(crate) fn new(application: Application, facts: Facts) -> Self {
        let cold_start = application.is_first_invocation();
        Self(Arc::new(Inner {
            application,
            facts,
            early: None,
            function: OnceLock::new(),
            place: OnceLock::new(),
            cold_start,
            over: AtomicBool::new(false),
            watched: AtomicBool::new(false),
            ended: Notify::const_new(),
        }))
    }

    /// Makes the context in which resources are built and hooks run.
    pub(crate) fn of_start(application: Application) -> Self {
        Self(Arc::new(Inner {
            application,
            facts: Facts::default(),
            early: None,
            function: OnceLock::new(),
            place: OnceLock::new(),
            cold_start: false,
            over: AtomicBool::new(false),
            watched: AtomicBool::new(false),
            ended: Notify::const_new(),
        }))
    }

    /// Returns the context of the invocation that this code runs for, if it runs for one.
    ///
    /// Handlers take a context as a parameter; this is for code below them, and for methods whose signature is given, such
    /// as those of gRPC and Thrift services. In tasks that a handler spawns there is none.
    #[must_use]
    pub fn current() -> Option<Self> {
        current::context()
    }

    /// Says which function serves it, as of `now`, and how much time its caller leaves; returns the deadline that follows.
    /// Only the first call counts.
    pub(crate) fn choose(
        &mut self,
        state: &Arc<FunctionState>,
        now: Moment,
        within: Option<Duration>,
    ) -> Option<Moment> {
        if let Some(chosen) = self.chosen() {
            return chosen.deadline;
        }
        let own = state.limits().timeout.map(|timeout| now.after(timeout));
        let callers = within.map(|within| now.after(within));
        let deadline = earlier(earlier(own, callers), self.0.facts.deadline);
        let chosen = Chosen {
            state: Arc::clone(state),
            deadline,
        };
        match Arc::get_mut(&mut self.0) {
            Some(inner) => {
                inner.early = Some(chosen);
                deadline
            }
            None => self.0.function.get_or_init(|| chosen).deadline,
        }
    }

    fn chosen(&self) -> Option<&Chosen> {
        let Inner {
            early, function, ..
        } = &*self.0;
        early.as_ref().or_else(|| function.get())
    }

    /// Says which place it has taken. Only the first call counts.
    pub(crate) fn has_place(&self, place: &Place) {
        let _ = self.0.place.set(Arc::downgrade(place));
    }

    /// Returns the place that it has taken, for work that goes on past its end.
    pub(crate) fn place(&self) -> Option<Place> {
        self.0.place.get()?.upgrade()
    }

    /// Ends the invocation for everybody who watches it.
    pub(crate) fn finish(&self) {
        // with `cancelled` this is a store-then-load on both sides: only `SeqCst` lets neither miss the other
        self.0.over.store(true, Ordering::SeqCst);
        if self.0.watched.load(Ordering::SeqCst) {
            self.0.ended.notify_waiters();
        }
    }

    /// Returns the id: the platform's where it has one.
    #[must_use]
    pub fn invocation_id(&self) -> &str {
        self.0.facts.id.as_str()
    }

    /// Returns the name of the function, empty while an application starts.
    #[must_use]
    pub fn function(&self) -> &'static str {
        self.chosen().map_or("", |chosen| chosen.state.name())
    }

    /// Returns what invoked it: `http`, `invoke`, …
    #[must_use]
    pub fn trigger(&self) -> &'static str {
        self.chosen()
            .map_or("", |chosen| chosen.state.trigger_name())
    }

    /// Returns the name of the platform, such as `aws-lambda` or `host`.
    #[must_use]
    pub fn platform(&self) -> &'static str {
        self.0.application.platform()
    }

    /// Returns which attempt this is, the first being 1, where the platform tells.
    #[must_use]
    pub fn attempt(&self) -> Option<u32> {
        self.0.facts.attempt
    }

    /// Returns what stays the same when the same thing is delivered again, where the sender tells it: a message's id, the
    /// source and id of a CloudEvent. Work that must not be done twice is remembered under it.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.facts.idempotency_key.as_deref()
    }

    /// Returns when the answer has to be there, by the wall clock.
    #[must_use]
    pub fn deadline(&self) -> Option<SystemTime> {
        let remaining = self.remaining()?;
        Some(self.0.application.clock().wall() + remaining)
    }

    /// Returns how much time is left, zero once the deadline has passed; `None` if there is no deadline.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        let deadline = self.chosen()?.deadline?;
        Some(deadline.since(self.0.application.clock().now()))
    }

    /// Tells whether the invocation is over: answered, past its deadline, or given up by its client; or whether the task that
    /// it works on was asked to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        let is_over = self.0.over.load(Ordering::SeqCst);
        is_over || self.task().is_some_and(TaskHandle::is_cancelled)
    }

    /// Completes once the invocation is over, or the task that it works on is asked to end.
    ///
    /// A handler's own future is dropped at the end of an invocation; this is for the tasks that it spawned and for sync
    /// handlers. A task function that is asked to end goes on: it heeds this and returns, best with an error.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn cancelled(&self) {
        match self.task() {
            None => self.ended().await,
            Some(task) => {
                let (ended, asked) = (pin!(self.ended()), pin!(task.cancelled()));
                select(ended, asked).await;
            }
        }
    }

    async fn ended(&self) {
        let mut notified = pin!(self.0.ended.notified());
        notified.as_mut().enable();
        self.0.watched.store(true, Ordering::SeqCst);
        if !self.0.over.load(Ordering::SeqCst) {
            notified.await;
        }
    }

    /// Returns the id of the task that it works on.
    ///
    /// There is none outside of task functions, in one that is invoked by hand, and for a message that somebody else has
    /// written into the queue that brings the tasks.
    #[must_use]
    pub fn task_id(&self) -> Option<&TaskId> {
        self.task().map(TaskHandle::id)
    }

    /// Says how far the task is that it works on: `cx.progress("40 %")`. Whoever asks for the task's status reads the last
    /// of these texts, up to 1 KiB of it.
    ///
    /// It returns at once, and the text is written down beside other things: a crash may lose the last one. Where nobody
    /// keeps it, as outside of tasks, it is a line of the log at the level `debug`.
    pub fn progress(&self, text: impl AsRef<str>) {
        let text = text.as_ref();
        match self.task() {
            Some(task) => task.progress(text),
            None => tracing::debug!("progress outside of a task: {text}"),
        }
    }

    fn task(&self) -> Option<&TaskHandle> {
        self.0.facts.task.as_deref()
    }

    /// Returns the id of the availability zone that the instance runs in, such as `use1-az1`, where the platform tells.
    ///
    /// It is asked for once and then known, until the instance is restored from a snapshot somewhere else.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped; the next call asks again.
    pub async fn availability_zone(&self) -> Option<Arc<str>> {
        self.0.application.site().availability_zone().await
    }

    /// Returns the trace that the invocation belongs to.
    #[must_use]
    pub fn trace(&self) -> Option<&TraceContext> {
        self.0.facts.trace.as_ref()
    }

    /// Tells whether this is the first invocation of the instance.
    #[must_use]
    pub fn cold_start(&self) -> bool {
        self.0.cold_start
    }

    /// Returns the credentials that the platform sent in headers.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        static NONE: Credentials = Credentials::none();
        self.details().map_or(&NONE, |details| &details.credentials)
    }

    /// Returns what else the platform told.
    #[must_use]
    pub fn details(&self) -> Option<&Details> {
        self.0.facts.details.as_deref()
    }

    /// Returns the application that serves the invocation.
    #[must_use]
    pub fn application(&self) -> &Application {
        &self.0.application
    }

    /// Returns the address of the client: the one that the platform saw, else that of the connection.
    #[must_use]
    pub fn client_address(&self) -> Option<IpAddr> {
        self.details()
            .and_then(|details| details.client_address)
            .or(self.0.facts.peer)
    }

    /// Tells a figure of the handler's own: `cx.metric("orders", 1, Unit::Count)`.
    ///
    /// The [unit](Unit) says what becomes of several figures of one name: amounts add up, times and shares stay apart. On the
    /// host they are in `/metrics`, each function with its own series; on AWS Lambda, where `metrics.emf` is set, they are
    /// metrics of CloudWatch. Tests read them by `app.metrics()`.
    ///
    /// A name begins with a letter and has letters, digits, `_`, `-`, `.` and `/`. It has one unit, and an application has at
    /// most 200 of them: what differs from call to call is no name but a field of a log line. What cannot be told is dropped,
    /// and said once by a warning. Outside of an invocation a figure is a line of the log at the level `debug`.
    pub fn metric(&self, name: &'static str, value: impl MetricValue, unit: Unit) {
        let value = value.in_unit(unit);
        let Some(Chosen { state, .. }) = self.chosen() else {
            tracing::debug!("a metric outside of an invocation: {name} {value} {unit}");
            return;
        };
        let figure = (name, value, unit);
        let own = self.0.application.own_metrics();
        let is_taken = own.add(state.name(), state.trigger_name(), figure);
        if is_taken && let Some(figures) = &self.0.facts.figures {
            figures.own(state.name(), state.trigger_name(), figure);
        }
    }

    /// Returns where what comes of it is gathered.
    pub(crate) fn figures(&self) -> Option<&Arc<Figures>> {
        self.0.facts.figures.as_ref()
    }

    pub(crate) fn head_timeout(&self) -> Option<Duration> {
        self.0.facts.head_timeout
    }
}

fn earlier(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("invocation_id", &self.invocation_id())
            .field("function", &self.function())
            .field("platform", &self.platform())
            .finish_non_exhaustive()
    }
}

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = Error;

    fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Error>> {
        std::future::ready(Parts::of(parts).map(|parts| parts.context.clone()))
    }
}

/// What parameters are made of beside the payload: the context, and through it the application.
#[derive(Clone, Debug)]
pub struct Parts {
    context: Context,
}

impl Parts {
    pub(crate) fn new(context: Context) -> Self {
        Self { context }
    }

    /// Finds them in an HTTP request, where the application put them.
    ///
    /// # Errors
    ///
    /// Fails for a request that did not come through an application, such as one that a test sends to a bare router.
    pub fn of(request: &request::Parts) -> Result<&Self, Error> {
        request.extensions.get::<Self>().ok_or_else(|| {
            Error::retry(
                "this request did not come through a `faas` application: call the router through `faas::testing` or `faas::run`",
            )
        })
    }

    /// Returns the invocation's context.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Returns the application.
    #[must_use]
    pub fn application(&self) -> &Application {
        self.context.application()
    }
}
