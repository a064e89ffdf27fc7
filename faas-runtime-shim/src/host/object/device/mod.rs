//! What only some systems tell about a file: which one it is, and when anything about it was changed.

#[cfg(unix)]
mod unix;
#[cfg(not(unix))]
#[path = "other.rs"]
mod unix;

pub(super) use self::unix::{change, identity};
