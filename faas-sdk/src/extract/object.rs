//! Objects of stores.

use faas_runtime_shim::invocation::Input;

use super::trigger::Object;
use super::{FromInvocation, Nothing, Parts, Slot, look};
use crate::Error;

/// What happened to an object: it was written ([`Created`](super::ObjectKind::Created)) or is gone. The object's bytes are
/// not in it; they are fetched by the store's own client.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::{App, object};
/// use faas::ObjectEvent;
///
/// #[faas::object("uploads", on = created, suffix = ".mp4")]
/// async fn transcode(object: ObjectEvent) {
///     println!("{}/{}: {:?} bytes", object.bucket, object.key, object.size);
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// let taken = app.object(transcode, object("in/a.mp4")).await;
/// assert!(taken.outcome.is_ok() && taken.function.is_some());
/// let left_out = app.object(transcode, object("in/a.txt")).await;
/// assert!(left_out.outcome.is_ok() && left_out.function.is_none());
/// # }
/// ```
pub use faas_runtime_shim::invocation::ObjectEvent;

impl FromInvocation<Object> for ObjectEvent {
    type Takes = Nothing;

    fn from_invocation(_: &Parts, input: &mut Slot) -> Result<Self, Error> {
        let object = look(input, "an object event", |input| match input {
            Input::Object(object) => Some(&**object),
            _ => None,
        });
        object.cloned()
    }
}
