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

/// Work that is submitted now and done later.
#[derive(Debug)]
pub struct Task;

/// Calls of a gRPC method.
#[derive(Debug)]
pub struct Grpc;

/// The start and the end of an application: resources, mounts and hooks.
#[derive(Debug)]
pub struct Start;

/// The triggers that bring invocations: all but [`Start`].
///
/// # Examples
///
/// A parameter of one's own that reads the context:
///
/// ```
/// use faas::extract::trigger::Invoked;
/// use faas::extract::{FromInvocation, Nothing, Parts, Slot};
///
/// struct Key(Option<String>);
///
/// impl<Tr: Invoked> FromInvocation<Tr> for Key {
///     type Takes = Nothing;
///
///     fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, faas::Error> {
///         Ok(Self(parts.context().idempotency_key().map(str::to_owned)))
///     }
/// }
///
/// #[faas::queue("orders")]
/// async fn on_order(faas::Message(id): faas::Message<u64>, Key(key): Key) {
///     println!("{id}: {key:?}");
/// }
/// ```
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
impl Invoked for Task {}
impl Invoked for Grpc {}
