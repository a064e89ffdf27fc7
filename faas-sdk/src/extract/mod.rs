//! Parameters of functions: what a handler can ask for, and the trait behind it.
//!
//! HTTP functions take axum's extractors, parts first and the body last. Event functions take types that implement
//! [`FromInvocation`] for their trigger, in any order; at most one of them takes the payload. [`State`], [`Config`],
//! [`Context`] and the types about the caller work in both.

mod caller;
mod config;
mod json;
mod payload;
mod state;

pub use self::caller::{Claims, ClientAddr, RequestContext};
pub use self::config::Config;
pub(crate) use self::json::encode as json_text;
pub use self::json::{Json, JsonRejection};
pub use self::payload::{All, AsJson, AsText, Codec, Join, Nothing, Raw, Taken};
pub use self::state::State;
pub use faas_runtime_shim::function::Needs;
pub use faas_runtime_shim::invocation::{Context, Parts, Payload, Slot};

use crate::Error;

/// The triggers, as the types that [`FromInvocation`] and [`IntoOutcome`](crate::IntoOutcome) are marked with.
pub mod trigger {
    /// HTTP requests.
    #[derive(Debug)]
    pub struct Http;

    /// Plain requests with a plain answer.
    #[derive(Debug)]
    pub struct Invoke;

    /// The start and the end of an application: resources, mounts and hooks.
    #[derive(Debug)]
    pub struct Start;
}

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
    note = "HTTP functions take axum's extractors; the others take types that implement `faas::extract::FromInvocation<{Tr}>`, such as `faas::Json<T>`, `faas::State<T>`, `faas::Config<T>` and `faas::Context`"
)]
pub trait FromInvocation<Tr>: Sized {
    /// [`Nothing`], or [`All<T, C>`](All) of what the payload is decoded into.
    type Takes: Taken;

    /// Whether the application hands the deliveries of a batch over one by one.
    const ONE_BY_ONE: bool = false;

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
