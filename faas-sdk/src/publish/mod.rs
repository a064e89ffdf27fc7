//! The way out for handlers: messages to queues, events to whoever listens.
//!
//! [`send`] names a queue function of this program, [`Queue`] any other queue, [`emit`] sends an event. All three return at
//! once what publishes when it is awaited, and find the application by the invocation that they are called in.

mod emit;
mod queue;
mod sender;

pub use self::emit::{Emit, emit};
pub use self::queue::{Publish, Queue, send};
pub(crate) use self::sender::Sender;
