//! The runtime below [`faas`](https://docs.rs/faas-sdk): registrations, the application, the host and the platforms'
//! adapters. Write functions with `faas`; this crate is what it stands on.
//!
//! An invocation goes one way, whoever brought it: an adapter decodes it into [`invocation::Facts`] and a payload or an
//! HTTP request, [`application::Application`] runs the function under its guards, and the adapter encodes the outcome.
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `aws-lambda` | the adapter for AWS Lambda |
//! | `host` | the long-lived service: HTTP/1.1 and h2c, the management port |
//! | `sink` | publishing to sinks of CloudEvents over HTTP; part of `host` |
//! | `knative` | the adapter for Knative, on the servers of `host` |
//! | `schema` | JSON Schemas in the description, by `schemars` |

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod application;
mod bindings;
pub mod clock;
pub mod cloudevents;
pub mod config;
pub mod current;
pub mod engine;
pub mod env;
pub mod error;
pub mod function;
#[cfg(all(any(fuzzing, test), not(target_family = "wasm")))]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(all(feature = "host", not(target_family = "wasm")))]
pub mod host;
pub mod invocation;
#[cfg(not(target_family = "wasm"))]
pub mod lifecycle;
pub mod outlet;
#[cfg(not(target_family = "wasm"))]
pub mod platform;
pub mod registry;
mod rfc3339;
pub mod schema;
pub mod services;
pub mod settle;
#[cfg(all(any(feature = "aws-lambda", feature = "host"), unix))]
mod signals;
pub mod startup;
mod support;
pub mod telemetry;
pub mod trace;
