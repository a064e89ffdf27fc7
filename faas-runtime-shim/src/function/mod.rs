//! What a registration is: the facts that an annotation leaves behind, in a form that costs nothing until it is selected.
//!
//! Every item here is a constant made by generated code and collected by `inventory`; [`crate::registry`] reads them.

mod needs;
mod spec;

use std::any::{Any, TypeId};
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use futures_util::future::BoxFuture;
use http::{Request, Response};

pub(crate) use self::needs::SectionNeed;
pub use self::needs::{ConfigSection, Needs};
pub use self::spec::{
    BinlogSpec, EventSpec, Missed, ObjectSpec, Overlap, QueueSpec, RetryPolicy, Schedule, TaskSpec,
    TimerSpec,
};
use crate::application::idempotent;
use crate::error::Error;
use crate::invocation::{Input, Outcome, Parts};
use crate::schema::Schemas;

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
    /// All methods of a gRPC service.
    Grpc {
        /// The service's full name: `shop.v1.Catalogue`.
        service: fn() -> &'static str,
        /// Limits of single methods.
        methods: &'static [MethodLimits],
        /// Makes what serves it, once per application.
        make: fn(Parts) -> BoxFuture<'static, Result<Calls, Error>>,
    },
    /// One method of a gRPC service.
    GrpcMethod {
        /// The service's full name.
        service: &'static str,
        /// The method's name.
        method: &'static str,
        /// The entry point.
        call: fn(Request<Body>) -> BoxFuture<'static, Response<Body>>,
    },
    /// All methods of a Thrift service.
    Thrift {
        /// The service's name.
        service: fn() -> &'static str,
        /// Limits of single methods.
        methods: &'static [MethodLimits],
        /// Makes what serves it, once per application; its type is that of the Thrift runtime.
        make: fn(Parts) -> BoxFuture<'static, Result<Shared, Error>>,
    },
}

/// What serves calls that come as HTTP requests.
pub type Calls = Arc<dyn Fn(Request<Body>) -> BoxFuture<'static, Response<Body>> + Send + Sync>;

/// The limits of one method of a service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MethodLimits {
    /// Its name in Rust.
    pub method: &'static str,
    /// How long a call may take.
    pub timeout: Duration,
}

impl MethodLimits {
    /// Finds the time that a method has, by its name on the wire: the same but for underscores and case.
    #[cfg(any(feature = "grpc", feature = "thrift"))]
    pub(crate) fn timeout(limits: &[Self], method: &str) -> Option<Duration> {
        let is_it = |own: &&Self| letters(own.method).eq(letters(method));
        limits.iter().find(is_it).map(|own| own.timeout)
    }
}

#[cfg(any(feature = "grpc", feature = "thrift"))]
fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes()
        .filter(|byte| *byte != b'_')
        .map(|byte| byte.to_ascii_lowercase())
}

/// What describes messages and services of Protocol Buffers.
#[derive(Debug)]
pub struct Descriptors {
    /// An encoded `google.protobuf.FileDescriptorSet`.
    pub set: &'static [u8],
}

/// The entry point of an event function.
pub type EventEntry = fn(Parts, Input) -> BoxFuture<'static, Outcome>;

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

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
            Self::Grpc { .. } | Self::GrpcMethod { .. } => "grpc",
            Self::Thrift { .. } => "thrift",
        }
    }

    /// Returns the entry point, if it is one for events.
    #[must_use]
    pub fn event_entry(&self) -> Option<EventEntry> {
        match self {
            Self::Http { .. }
            | Self::Mount { .. }
            | Self::Grpc { .. }
            | Self::GrpcMethod { .. }
            | Self::Thrift { .. } => None,
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

impl HookMoment {
    /// Returns its name, as the description of a binary has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Stop => "Stop",
            Self::BeforeFreeze => "BeforeFreeze",
            Self::AfterRestore => "AfterRestore",
        }
    }
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

inventory::collect!(Function);
inventory::collect!(Resource);
inventory::collect!(Hook);
inventory::collect!(ConfigEntry);
inventory::collect!(Linked);
inventory::collect!(Descriptors);
