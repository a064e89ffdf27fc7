//! AWS Lambda as a test wants it: it hands out events, breaks connections, refuses answers, and keeps what it was sent.
//!
//! It holds the rules that the service holds, in each of the [`Mode`]s; `tests/peers/lambda_rules.py` compares them with those
//! of AWS's own emulator. [`RuntimeApi`] is what tests talk to, [`Event`], [`Poll`] and [`Posting`] are what they say,
//! [`Request`] is what they look at. Inside, `rules` decides, `connection` is what the function talks to, `wire` is HTTP.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is how a test fails, and nothing else uses this crate"
)]

mod api;
mod connection;
pub mod control;
mod metadata;
mod request;
mod rules;
mod script;
mod state;
mod wire;

pub use self::api::RuntimeApi;
pub use self::request::Request;
pub use self::rules::Mode;
pub use self::script::{At, Event, Framing, Poll, Posting, Restored, Zone, in_ms};

/// 6 MiB and 100 bytes: above it the service answers 413 (Lambda quotas).
pub const LARGEST: usize = 6_291_556;
