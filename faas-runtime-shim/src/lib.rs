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
//! | `host` | the long-lived service: HTTP/1.1 and HTTP/2, the management port |
//! | `embedded` | queues, timers, objects, tasks and keys below `host`, on this machine's disk |
//! | `sink` | publishing to sinks of CloudEvents over HTTP; part of `host` |
//! | `knative` | the adapter for Knative, on the servers of `host` |
//! | `grpc` | gRPC services and methods, gRPC-Web and Connect |
//! | `thrift` | Thrift services and clients |
//! | `schema` | JSON Schemas in the description, by `schemars` |
//! | `tls` | TLS on the listeners of `host`, by rustls with ring |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    target_family = "wasm",
    expect(
        dead_code,
        reason = "no adapter is there that would start an application; where one is, nothing of this is dead"
    )
)]

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
#[cfg(feature = "grpc")]
pub mod grpc;
#[cfg(all(feature = "host", not(target_family = "wasm")))]
pub mod host;
pub mod invocation;
#[cfg(all(test, not(target_family = "wasm")))]
#[cfg_attr(
    not(all(feature = "embedded", feature = "thrift")),
    allow(dead_code, reason = "each feature has tests of its own")
)]
mod kit;
#[cfg(not(target_family = "wasm"))]
pub mod lifecycle;
pub mod outlet;
#[cfg(not(target_family = "wasm"))]
pub mod platform;
#[cfg(not(target_family = "wasm"))]
pub mod record;
#[cfg(target_family = "wasm")]
#[path = "record/absent.rs"]
pub mod record;
pub mod registry;
mod rfc3339;
pub mod schema;
pub mod services;
pub mod settle;
#[cfg(all(any(feature = "aws-lambda", feature = "host"), unix))]
mod signals;
pub mod startup;
#[cfg(not(target_family = "wasm"))]
mod strays;
mod support;
pub mod telemetry;
#[cfg(feature = "thrift")]
pub mod thrift;
pub mod trace;
