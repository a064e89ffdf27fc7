//! What a registration is: the facts that an annotation leaves behind, in a form that costs nothing until it is selected.
//!
//! Every item here is a constant made by generated code and collected by `inventory`; [`crate::registry`] reads them.

use std::any::{Any, TypeId};
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{Request, Response};

use crate::application::idempotent;
use crate::config::{ConfigErrors, Configuration};
use crate::engine::{EMBEDDED, Engine};
use crate::error::Error;
use crate::invocation::{ChangeKind, Input, ObjectKind, Outcome, Parts};
use crate::schema::Schemas;
use crate::support::{DELIVERIES, HTTP, Support};

/// An annotated handler.
#[derive(Debug)]
pub struct Function {
    /// Its name and place.
    pub origin: Origin,
    /// The type of the fn item, by which handles such as `app.call(sum, …)` find it.
    pub item: TypeId,
    /// Its limits.
    pub limits: Limits,
    /// How it is kept from doing the same thing twice, if it is.
    pub idempotent: Option<Idempotent>,
    /// What invokes it, with its entry point.
    pub trigger: Trigger,
    /// Collects what its parameters need of the application.
    pub needs: fn(&mut Needs),
    /// Collects the schemas of its parameters and its answer.
    pub schema: fn(&mut Schemas),
}

/// Where a registration comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Origin {
    /// The name, by default the Rust item's.
    pub name: &'static str,
    /// The module path of the item.
    pub module: &'static str,
    /// The source file.
    pub file: &'static str,
    /// The line in it.
    pub line: u32,
    /// The first line of the item's documentation.
    pub summary: &'static str,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The limits of a function.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Limits {
    /// How long an invocation may take.
    pub timeout: Option<Duration>,
    /// How many invocations may run at once in one instance.
    pub concurrency: Option<NonZeroU32>,
    /// How many invocations may start in a span of time in one instance.
    pub rate: Option<Rate>,
    /// The memory that a deployment should give it, in bytes.
    pub memory: Option<u64>,
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self {
        timeout: None,
        concurrency: None,
        rate: None,
        memory: None,
    };
}

/// So many times in so much time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rate {
    /// How often.
    pub times: NonZeroU32,
    /// In how long.
    pub per: Duration,
}

/// How a function is kept from doing the same thing twice.
#[derive(Clone, Copy, Debug)]
pub struct Idempotent {
    /// JSON Pointers (RFC 6901) into the payload, to what says that two of them are the same; none leaves it to the key that
    /// a delivery has of its own.
    pub key: &'static [&'static str],
    /// How long it is known what was done.
    pub ttl: Duration,
    /// What becomes of work that a crash has cut short.
    pub after_crash: AfterCrash,
    /// The way around the handler. It is named here and nowhere else, so that others do without its code.
    pub(crate) once: fn(Self, EventEntry, Parts, Input) -> BoxFuture<'static, Outcome>,
}

impl Idempotent {
    /// Keeps a function from doing the same thing twice.
    #[must_use]
    pub const fn new(key: &'static [&'static str], ttl: Duration, after_crash: AfterCrash) -> Self {
        Self {
            key,
            ttl,
            after_crash,
            once: idempotent::once,
        }
    }
}

/// What becomes of work that a crash has cut short.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AfterCrash {
    /// It is done again.
    Retry,
    /// It is left alone until somebody decides.
    Hold,
}

/// What invokes a function, and its entry point.
#[non_exhaustive]
#[derive(Debug)]
pub enum Trigger {
    /// A route.
    Http {
        /// The methods; none means all.
        methods: &'static [&'static str],
        /// The path, in axum's syntax.
        path: &'static str,
        /// The entry point.
        call: fn(Request<Body>) -> BoxFuture<'static, Response<Body>>,
    },
    /// A whole router or service under a prefix.
    Mount {
        /// The prefix; `/` merges.
        prefix: &'static str,
        /// Makes the router, once per application.
        make: fn(Parts) -> BoxFuture<'static, Result<Router, Error>>,
    },
    /// A plain request with a plain answer.
    Invoke {
        /// The entry point.
        call: EventEntry,
    },
    /// Messages of a queue, a stream or a topic.
    Queue {
        /// Which, and how.
        spec: QueueSpec,
        /// The entry point.
        call: EventEntry,
    },
    /// Work that is handed over, with an answer that is asked for later.
    Task {
        /// How failures are repeated, and what is kept.
        spec: TaskSpec,
        /// The entry point.
        call: EventEntry,
    },
    /// Due times.
    Timer {
        /// Which, and how.
        spec: TimerSpec,
        /// The entry point.
        call: EventEntry,
    },
    /// What happens to the objects of a store.
    Object {
        /// Which of them.
        spec: ObjectSpec,
        /// The entry point.
        call: EventEntry,
    },
    /// What happens to the rows of a table.
    Binlog {
        /// Which of them.
        spec: BinlogSpec,
        /// The entry point.
        call: EventEntry,
    },
    /// CloudEvents.
    Event {
        /// Which of them.
        spec: EventSpec,
        /// The entry point.
        call: EventEntry,
    },
}

/// What a queue function takes, and what becomes of failures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct QueueSpec {
    /// The logical name of the queue, stream or topic.
    pub queue: &'static str,
    /// The most deliveries of one call; none leaves it to the sender.
    pub batch: Option<NonZeroU32>,
    /// How failures are repeated, where that is ours to decide.
    pub retry: RetryPolicy,
    /// The logical name of the queue for what is rejected or has failed too often.
    pub dead_letter: Option<&'static str>,
    /// Whether deliveries of one key are handled in their order.
    pub ordered: bool,
    /// Whether the handler takes a batch as a whole.
    pub whole_batch: bool,
}

/// How often and how soon a failed delivery is tried again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetryPolicy {
    /// How many attempts there are, the first included.
    pub max: NonZeroU32,
    /// How long after the first failure the second attempt begins.
    pub delay: Duration,
    /// What the delay is multiplied by after each further failure.
    pub factor: NonZeroU32,
    /// The longest delay.
    pub cap: Duration,
}

impl RetryPolicy {
    /// Five attempts, after 1, 2, 4 and 8 seconds.
    pub const DEFAULT: Self = Self {
        max: NonZeroU32::new(5).expect("not zero"),
        delay: Duration::from_secs(1),
        factor: NonZeroU32::new(2).expect("not zero"),
        cap: Duration::from_secs(300),
    };
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How a task function is tried, and for how long its answer is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TaskSpec {
    /// How failures are repeated.
    pub retry: RetryPolicy,
    /// The higher begins first, where the sender does not say otherwise.
    pub priority: i16,
    /// How long it is known what became of a task.
    pub keep: Duration,
}

/// When a timer function runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimerSpec {
    /// The due times.
    pub schedule: Schedule,
    /// The IANA name of the time zone that a cron text is meant in; UTC without one.
    pub timezone: Option<&'static str>,
    /// Up to how much later than due it starts, drawn anew each time.
    pub jitter: Duration,
    /// What becomes of due times at which nothing could run.
    pub missed: Missed,
    /// What becomes of a due time while the last run goes on.
    pub overlap: Overlap,
    /// How long before the due time an instance is made ready.
    pub prestart: Duration,
}

/// The due times of a timer.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Schedule {
    /// By a cron text of five fields, or of six with the seconds first.
    Cron(&'static str),
    /// At equal distances.
    Every(Duration),
}

/// What becomes of due times at which nothing could run.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Missed {
    /// They are left out.
    Skip,
    /// One run makes up for all of them.
    Once,
    /// Each is made up for.
    All,
}

/// What becomes of a due time while the last run goes on.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Overlap {
    /// It is left out.
    Skip,
    /// It runs after the last one.
    Queue,
    /// It runs beside it.
    Allow,
}

/// Which objects a function hears of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ObjectSpec {
    /// The logical name of the bucket or folder.
    pub bucket: &'static str,
    /// What must have happened; nothing means anything.
    pub on: &'static [ObjectKind],
    /// What the key begins with.
    pub prefix: &'static str,
    /// What the key ends with.
    pub suffix: &'static str,
}

/// Which changes a function hears of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BinlogSpec {
    /// The logical name of the table: `shop.orders`.
    pub table: &'static str,
    /// What must have happened; nothing means anything.
    pub on: &'static [ChangeKind],
}

/// Which events a function hears of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct EventSpec {
    /// The `type`; a `*` at its end stands for any rest.
    pub kind: &'static str,
    /// The `source`; none means any.
    pub source: Option<&'static str>,
}

/// The entry point of an event function.
pub type EventEntry = fn(Parts, Input) -> BoxFuture<'static, Outcome>;

impl Trigger {
    /// Returns the word for it in logs and descriptions.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Http { .. } | Self::Mount { .. } => "http",
            Self::Invoke { .. } => "invoke",
            Self::Queue { .. } => "queue",
            Self::Task { .. } => "task",
            Self::Timer { .. } => "timer",
            Self::Object { .. } => "object",
            Self::Binlog { .. } => "binlog",
            Self::Event { .. } => "event",
        }
    }

    /// Returns the entry point, if it is one for events.
    #[must_use]
    pub fn event_entry(&self) -> Option<EventEntry> {
        match self {
            Self::Http { .. } | Self::Mount { .. } => None,
            Self::Invoke { call }
            | Self::Queue { call, .. }
            | Self::Task { call, .. }
            | Self::Timer { call, .. }
            | Self::Object { call, .. }
            | Self::Binlog { call, .. }
            | Self::Event { call, .. } => Some(*call),
        }
    }
}

/// A constructor of a value that handlers share.
#[derive(Debug)]
pub struct Resource {
    /// Its name and place.
    pub origin: Origin,
    /// The type that it makes.
    pub provides: fn() -> Type,
    /// Collects what it needs itself.
    pub needs: fn(&mut Needs),
    /// Whether it is built at first use instead of at the start.
    pub lazy: bool,
    /// The entry point.
    pub build: fn(Parts) -> BoxFuture<'static, Result<Shared, Error>>,
}

/// A built resource or a decoded configuration section.
pub type Shared = Arc<dyn Any + Send + Sync>;

/// A function of the application's life cycle.
#[derive(Debug)]
pub struct Hook {
    /// Its name and place.
    pub origin: Origin,
    /// When it runs.
    pub moment: HookMoment,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// Collects what it needs.
    pub needs: fn(&mut Needs),
    /// The entry point.
    pub call: fn(Parts) -> BoxFuture<'static, Result<(), Error>>,
}

/// When a [`Hook`] runs.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HookMoment {
    /// After the resources are built, before the instance is ready.
    Start,
    /// After the last invocation, in the reverse order.
    Stop,
    /// Before the platform takes a snapshot of the instance.
    BeforeFreeze,
    /// After an instance came out of a snapshot.
    AfterRestore,
}

/// A struct that holds one section of the configuration.
#[derive(Debug)]
pub struct ConfigEntry {
    /// Its name and place.
    pub origin: Origin,
    /// The section.
    pub section: &'static str,
    /// The names of its fields.
    pub fields: &'static [&'static str],
}

/// A crate whose registrations the binary counts on.
#[derive(Debug)]
pub struct Linked {
    /// The crate's name as `module_path!` begins with it.
    pub krate: &'static str,
    /// Where `link!` stands.
    pub file: &'static str,
    /// The line there.
    pub line: u32,
}

/// A type by identity and by name.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// Its identity.
    pub id: TypeId,
    /// Its name, for messages.
    pub name: &'static str,
}

impl Type {
    /// Returns the type `T`.
    #[must_use]
    pub fn of<T: ?Sized + 'static>() -> Self {
        Self {
            id: TypeId::of::<T>(),
            name: std::any::type_name::<T>(),
        }
    }
}

impl Eq for Type {}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// What parameters need of the application, collected before anything is built.
#[derive(Debug, Default)]
pub struct Needs {
    pub(crate) resources: Vec<Type>,
    pub(crate) sections: Vec<SectionNeed>,
    /// Whether it reads and writes keys.
    pub(crate) kv: bool,
    /// What the platforms' code needs for them.
    pub(crate) support: Support,
    /// What runs below functions on the host, for whoever needs it.
    pub(crate) engine: Option<Engine>,
}

/// A configuration section that somebody needs, with the way to decode it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SectionNeed {
    pub(crate) section: &'static str,
    pub(crate) ty: Type,
    pub(crate) load: fn(&Configuration) -> Result<Shared, ConfigErrors>,
}

impl Needs {
    /// Asks for the resource `T`.
    pub fn resource<T: Send + Sync + 'static>(&mut self) {
        self.resources.push(Type::of::<T>());
    }

    /// Asks for what brings deliveries to functions: queues, timers, objects, tables, events.
    pub fn deliveries(&mut self) {
        self.support.deliveries = DELIVERIES;
    }

    /// Asks for what the host keeps on this machine's disk: queues, due times, tasks, keys. What nobody asks for is not in the
    /// binary.
    pub fn embedded(&mut self) {
        self.engine = EMBEDDED;
    }

    /// Asks for keys with values that all instances share.
    pub fn kv(&mut self) {
        self.kv = true;
        self.embedded();
    }

    /// Asks for what brings requests to routes.
    pub fn http(&mut self) {
        self.support.http = Some(&HTTP);
    }

    /// Asks for the configuration section `T`.
    pub fn section<T: ConfigSection>(&mut self) {
        self.sections.push(SectionNeed {
            section: T::SECTION,
            ty: Type::of::<T>(),
            load: |configuration| Ok(Arc::new(configuration.section::<T>(T::SECTION)?)),
        });
    }
}

/// A struct that one section of the configuration is decoded into; `#[faas::config("…")]` implements it.
pub trait ConfigSection: serde::de::DeserializeOwned + Send + Sync + 'static {
    /// The section's name, with dots for nested ones.
    const SECTION: &'static str;
}

inventory::collect!(Function);
inventory::collect!(Resource);
inventory::collect!(Hook);
inventory::collect!(ConfigEntry);
inventory::collect!(Linked);
