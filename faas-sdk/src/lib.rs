//! Functions in Rust, written once: the same binary runs as a service of its own and as a function on the platforms that
//! it was built for.
//!
//! ```
//! use faas::{Json, Path};
//!
//! #[derive(serde::Serialize)]
//! struct Greeting {
//!     greeting: String,
//! }
//!
//! #[faas::http(GET, "/hello/{name}")]
//! async fn hello(Path(name): Path<String>) -> Json<Greeting> {
//!     Json(Greeting { greeting: format!("hello {name}") })
//! }
//!
//! # fn _main() -> std::process::ExitCode {
//! // fn main() -> std::process::ExitCode {
//! faas::run()
//! // }
//! # }
//! ```
//!
//! [`run`] finds out where the process runs: behind AWS Lambda's Runtime API it polls for invocations, elsewhere it is an
//! HTTP server. Nothing in a handler names a platform.
//!
//! # Functions
//!
//! | attribute | what invokes it | what it takes | what it returns |
//! |---|---|---|---|
//! | [`macro@http`] | a request | axum's extractors, [`Json`] | whatever axum can answer with |
//! | [`macro@invoke`] | a plain request | [`Json`], `String`, `bytes::Bytes` | the same, or [`Streamed`] |
//! | [`macro@queue`] | a message of a queue, stream or topic | [`Message`], [`Batch`], [`Delivery`] | nothing |
//! | [`macro@timer`] | the clock | [`Tick`] | nothing |
//! | [`macro@object`] | an object written or removed | [`ObjectEvent`] | nothing |
//! | [`macro@binlog`] | a row changed | [`Change`] | nothing |
//! | [`macro@event`] | a CloudEvent | [`Event`], [`Background`] | nothing, or a reply [`Event`] |
//! | `grpc` | calls of a gRPC service, or of one method | `Proto`, `rpc::Messages` | `Proto`, `rpc::Replies` |
//! | `thrift` | calls of a Thrift service | what the IDL says | what the IDL says |
//! | [`macro@task`] | work submitted for later | [`Json`], `String`, `bytes::Bytes` | the same, kept for whoever asks |
//!
//! All of them take [`State`], [`Config`], [`GlobalKv`], [`Tasks`], [`Context`] and what is told about the caller, and may
//! return a `Result` with any error; [`Error`] says what is to be done about one. [`send`], [`Queue`] and [`emit`] publish;
//! [`submit`] hands work over to a task function, and [`Tasks`] tells what became of it. With the feature `cache`,
//! `LocalCache` keeps values in each instance.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `host` | yes | the long-lived service: HTTP/1.1 and h2c, the management port |
//! | `embedded` | yes | what the host keeps on disk: queues, timers, folders, tasks, keys; brings `host` |
//! | `aws-lambda` | yes | AWS Lambda's Runtime API |
//! | `knative` | | Knative: requests and CloudEvents on one port; brings `host` |
//! | `cache` | | `LocalCache<T>`: values kept in each instance, by `moka`; not for WebAssembly |
//! | `grpc` | | gRPC services and methods, gRPC-Web, Connect; brings `protobuf` |
//! | `protobuf` | | `Proto<T>`: messages and events of Protocol Buffers, by `prost` |
//! | `schema` | | JSON Schemas in the description (`FAAS_DESCRIBE=1`), for types that implement `schemars::JsonSchema` |
//! | `sink` | with `host` | publishing to sinks of CloudEvents: queues with an `http://` address, `[events] url` |
//! | `tls` | | TLS on the host's ports |
//! | `thrift` | | Thrift services and clients |
//! | `ws` | | axum's WebSocket extractor |
//!
//! # What is in the public signatures
//!
//! `http`, `bytes`, `serde`'s traits, the trait `Stream` of `futures` and axum; a new major version of one of them is one of ours. Not API, and free to
//! change: `__private`, the output of `Debug`, the texts of messages.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(all(feature = "cache", not(target_family = "wasm")))]
mod cache;
pub mod extract;
mod handler;
mod include;
pub mod kv;
mod link;
mod outcome;
mod publish;
#[cfg(any(feature = "grpc", feature = "thrift"))]
pub mod rpc;
mod streamed;
#[cfg(not(target_family = "wasm"))]
pub mod testing;

pub use axum::extract::{Path, Query};
#[cfg(feature = "grpc")]
pub use faas_macros::grpc;
#[cfg(feature = "thrift")]
pub use faas_macros::thrift;
pub use faas_macros::{
    after_restore, before_freeze, binlog, config, event, http, invoke, object, on_start, on_stop,
    queue, resource, task, timer,
};
pub use faas_runtime_shim::config::Secret;
pub use faas_runtime_shim::error::{Error, ErrorKind};
pub use faas_runtime_shim::invocation::{Credentials, Failure, FailureKind};
#[cfg(not(target_family = "wasm"))]
pub use faas_runtime_shim::lifecycle::{run, serve};
pub use faas_runtime_shim::outlet::PublishError;
pub use faas_runtime_shim::services::{
    Cancelled, KvError, TaskError, TaskFailure, TaskFilter, TaskId, TaskResult, TaskState,
    TaskStatus,
};
pub use faas_runtime_shim::telemetry::{MetricValue, Unit};
pub use faas_runtime_shim::trace::TraceContext;

#[cfg(all(feature = "cache", not(target_family = "wasm")))]
pub use self::cache::LocalCache;
#[cfg(feature = "protobuf")]
pub use self::extract::Proto;
pub use self::extract::{
    Background, Batch, Change, Claims, ClientAddr, Config, Context, Delivery, Event, Json, Message,
    ObjectEvent, Raw, RequestContext, State, Tasks, Text, Tick,
};
pub use self::handler::Handler;
pub use self::kv::GlobalKv;
pub use self::outcome::{IntoFailure, IntoOutcome};
pub use self::publish::{Emit, Publish, Queue, Submit, emit, send, submit};
pub use self::streamed::Streamed;
