//! Parameters of functions: what a handler can ask for, and the trait behind it.
//!
//! HTTP functions take axum's extractors, parts first and the body last. Event functions take types that implement
//! [`FromInvocation`] for their trigger, in any order; at most one of them takes the payload. [`State`], [`Config`],
//! [`Context`] and the types about the caller work in both.

pub mod trigger;

mod payload;
mod taken;

mod caller;
mod config;
mod json;
mod state;
mod tasks;

mod background;
mod batch;
mod change;
mod event;
mod message;
mod object;
mod tick;

pub use self::background::{Background, BackgroundContext, BackgroundResource};
pub use self::batch::{Batch, BatchItem, Report};
pub use self::caller::{Claims, ClientAddr, RequestContext};
pub use self::change::Change;
pub use self::config::Config;
pub use self::event::Event;
pub(crate) use self::json::encode as json_text;
pub use self::json::{Json, JsonRejection};
pub use self::message::{Delivery, Message};
pub use self::object::ObjectEvent;
#[cfg(feature = "protobuf")]
pub use self::payload::Proto;
pub use self::payload::{AsBytes, AsJson, AsText, Codec, FromPayload, Raw, Text, ToPayload};
pub use self::state::State;
pub use self::taken::{All, Join, Nothing, Taken};
pub use self::tasks::Tasks;
pub use self::tick::Tick;
pub use faas_runtime_shim::function::Needs;
pub use faas_runtime_shim::invocation::{
    Attributes, ChangeKind, Context, Input, ObjectKind, Parts, Payload, Slot,
};

use crate::Error;

/// A parameter of an event function with the trigger `Tr`.
///
/// Parameters are read one after the other in the order of the signature. Those that take the payload say so by
/// [`Takes`](Self::Takes); the macro refuses a second one.
///
/// # Examples
///
/// A parameter of one's own for every trigger, made of configuration:
///
/// ```standalone_crate
/// use faas::extract::{FromInvocation, Needs, Nothing, Parts, Slot};
/// use faas::{Config, Error};
///
/// #[faas::config("greeting")]
/// struct Greeting {
///     #[serde(default)]
///     loud: bool,
/// }
///
/// struct Loud(bool);
///
/// impl<Tr> FromInvocation<Tr> for Loud {
///     type Takes = Nothing;
///
///     fn from_invocation(parts: &Parts, payload: &mut Slot) -> Result<Self, Error> {
///         let config = <Config<Greeting> as FromInvocation<Tr>>::from_invocation(parts, payload)?;
///         Ok(Self(config.loud))
///     }
///
///     fn needs(needs: &mut Needs) {
///         <Config<Greeting> as FromInvocation<Tr>>::needs(needs);
///     }
/// }
///
/// #[faas::invoke]
/// async fn greet(Loud(loud): Loud) -> &'static str {
///     if loud { "HELLO" } else { "hello" }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = faas::testing::App::new().set("greeting.loud", "true").start().await;
/// assert_eq!(app.call(greet, ()).await.unwrap(), "HELLO");
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a function with the trigger `{Tr}`",
    label = "not a parameter of this trigger",
    note = "http functions take axum's extractors; queue functions `faas::Message<T>`, `faas::Batch<T>` and `faas::Delivery`; timer functions `faas::Tick`; object functions `faas::ObjectEvent`; binlog functions `faas::Change<T>`; event functions `faas::Event<T>` and `faas::Background<T>`; invoke and task functions `faas::Json<T>`, `String` and `bytes::Bytes`; gRPC methods `faas::Proto<T>` and `faas::rpc::Messages<T>`",
    note = "all of them take `faas::State<T>`, `faas::Config<T>`, `faas::Context` and types of your own that implement `faas::extract::FromInvocation<{Tr}>`"
)]
pub trait FromInvocation<Tr>: Sized {
    /// [`Nothing`], or [`All<T, C>`](All) of what the payload is decoded into.
    type Takes: Taken;

    /// Whether the function gets all deliveries of a batch in one call.
    const WHOLE_BATCH: bool = false;

    /// Whether the function gets the messages of a call of gRPC one after the other.
    const STREAMS: bool = false;

    /// Reads the parameter.
    ///
    /// # Errors
    ///
    /// An error ends the invocation before the handler is called. A payload that cannot be decoded should be an
    /// [`Error::reject`], since another attempt brings the same bytes.
    fn from_invocation(parts: &Parts, payload: &mut Slot) -> Result<Self, Error>;

    /// Says what the parameter needs of the application, so that a gap is found at the start.
    fn needs(needs: &mut Needs) {
        let _ = needs;
    }
}

/// Looks at the input in the form that a trigger brings, and leaves it to others: parameters stand in any order.
fn look<'a, T>(
    input: &'a Slot,
    wanted: &str,
    form: fn(&Input) -> Option<&T>,
) -> Result<&'a T, Error> {
    let input = input.peek();
    input
        .and_then(form)
        .ok_or_else(|| unexpected(wanted, input))
}

/// The error of a parameter that finds the input of another trigger, or none.
fn unexpected(wanted: &str, found: Option<&Input>) -> Error {
    let found = found.map_or("nothing: another parameter has taken it", Input::name);
    Error::retry(format!("expected {wanted}, found {found}")).with_name("WrongInput")
}
