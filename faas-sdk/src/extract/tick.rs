//! Due times.

use faas_runtime_shim::invocation::Input;

use super::trigger::Timer;
use super::{FromInvocation, Nothing, Parts, Slot, look};
use crate::Error;

/// A due time of a timer: when it was planned for, by which schedule, and how many before it were missed.
///
/// What a schedule sends along is read by [`FromPayload`](super::FromPayload).
///
/// # Examples
///
/// ```standalone_crate
/// use faas::extract::FromPayload;
/// use faas::{Error, Tick};
///
/// #[faas::timer("0 3 * * *", timezone = "Asia/Shanghai")]
/// async fn nightly(tick: Tick) -> Result<(), Error> {
///     let shard = Option::<u32>::from_payload(tick.payload)?.unwrap_or_default();
///     println!("shard {shard}, planned for {:?}, {} missed", tick.due, tick.missed);
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = faas::testing::App::new().start().await;
/// assert!(app.tick(nightly).await.outcome.is_ok());
/// # }
/// ```
pub use faas_runtime_shim::invocation::Tick;

impl FromInvocation<Timer> for Tick {
    type Takes = Nothing;

    fn from_invocation(_: &Parts, input: &mut Slot) -> Result<Self, Error> {
        let tick = look(input, "a tick", |input| match input {
            Input::Tick(tick) => Some(&**tick),
            _ => None,
        });
        tick.cloned()
    }
}
