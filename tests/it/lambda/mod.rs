//! The adapter for AWS Lambda, end to end: the real binary `faas-probe` under a Runtime API that does what a test says.
//!
//! `api` is the platform (`../lambda-service`), `probe` the process, `events` the forms; each other file is one behaviour.
//! What the codecs do with single fields is tested beside them, and the real emulators in `tests/peers`.

mod endurance;
mod envelopes;
pub(crate) mod events;
mod extension;
mod facts;
mod identity;
mod invocations;
mod limits;
mod logs;
mod managed;
mod polls;
mod posts;
pub(crate) mod probe;
mod records;
mod secrets;
mod snapstart;
mod sources;
mod starts;
mod stops;
mod streams;
mod zone;

pub(crate) use faas_lambda_service as api;
