//! What functions of gRPC take and answer.

mod messages;
mod metadata;
mod replies;
mod server;

pub use self::messages::Messages;
pub use self::replies::{IntoReply, Replies};
pub use self::server::GrpcServer;
