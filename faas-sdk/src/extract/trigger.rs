//! The triggers, as the types that [`FromInvocation`](super::FromInvocation) and [`IntoOutcome`](crate::IntoOutcome) are
//! marked with.

/// HTTP requests.
#[derive(Debug)]
pub struct Http;

/// Plain requests with a plain answer.
#[derive(Debug)]
pub struct Invoke;

/// Messages of a queue, a stream or a topic.
#[derive(Debug)]
pub struct Queue;

/// Due times.
#[derive(Debug)]
pub struct Timer;

/// What happens to the objects of a store.
#[derive(Debug)]
pub struct Object;

/// What happens to the rows of a table.
#[derive(Debug)]
pub struct Binlog;

/// CloudEvents.
#[derive(Debug)]
pub struct Event;

/// The start and the end of an application: resources, mounts and hooks.
#[derive(Debug)]
pub struct Start;

/// The triggers that bring invocations: all but [`Start`].
///
/// A parameter of one's own that reads the [`Context`](crate::Context) is implemented for them.
#[diagnostic::on_unimplemented(
    message = "a parameter about an invocation stands where nothing is invoked",
    label = "there is no invocation yet",
    note = "resources, mounts and hooks take `faas::State<T>` and `faas::Config<T>`"
)]
pub trait Invoked {}

impl Invoked for Http {}
impl Invoked for Invoke {}
impl Invoked for Queue {}
impl Invoked for Timer {}
impl Invoked for Object {}
impl Invoked for Binlog {}
impl Invoked for Event {}
