//! The way out for handlers: messages to queues, events to whoever listens, tasks to be done later.
//!
//! [`send`] names a queue function of this program, [`Queue`] any other queue, [`emit`] sends an event, [`submit`] names a
//! task function. All of them return at once what publishes when it is awaited, and find the application by the invocation
//! that they are called in.

mod emit;
mod queue;
mod sender;
mod submit;

pub use self::emit::{Emit, emit};
pub use self::queue::{Publish, Queue, send};
pub(crate) use self::sender::Sender;
#[cfg(not(target_family = "wasm"))]
pub(crate) use self::submit::new_task;
pub use self::submit::{Submit, submit};
