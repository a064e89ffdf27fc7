//! gRPC in process, by tonic's client: what a call meets on its way to its function and back.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by a panic")]

mod client;
mod failures;
mod limits;
mod methods;
mod own;
mod routes;
mod twins;
