//! The way from a registration to what runs below functions on a machine of our own.
//!
//! The host does not name its embedded store: functions that need it bring the way to it along, so that a binary without
//! them does not carry a database.

#[cfg(all(feature = "host", not(target_family = "wasm")))]
mod present;
#[cfg(not(all(feature = "host", not(target_family = "wasm"))))]
#[path = "absent.rs"]
mod present;

pub(crate) use self::present::EMBEDDED;
pub use self::present::Engine;
#[cfg(all(feature = "host", not(target_family = "wasm")))]
pub(crate) use self::present::{Opening, Running};
