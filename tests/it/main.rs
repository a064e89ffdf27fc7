//! The library as its users meet it: real processes on real sockets, a module for each behaviour.
//!
//! `process` starts the functions under `specimen/` and `../probe`, `wire` talks to them, `log` reads what they write. No
//! test sleeps, has a port of its own choice or needs another one to have run before.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "this is how a test fails, also in what it calls"
)]

mod application;
mod drain;
mod failures;
mod h2c;
mod knative;
mod lambda;
mod limits;
mod log;
mod management;
mod observability;
mod process;
mod recording;
mod serving;
mod sink;
mod smuggling;
mod start;
mod wire;
