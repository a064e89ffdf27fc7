//! The adapter for AWS Lambda, end to end: the real binary `faas-probe` under a Runtime API that does what a test says.
//!
//! `api` is the platform, `probe` the process, `events` the forms; each other file is one behaviour. What the codecs do
//! with single fields is tested beside them, and the real emulators in `tests/peers`.

mod api;
mod endurance;
mod envelopes;
pub(crate) mod events;
mod facts;
mod identity;
mod invocations;
mod limits;
mod polls;
mod posts;
mod probe;
mod secrets;
mod sources;
mod starts;
mod stops;
