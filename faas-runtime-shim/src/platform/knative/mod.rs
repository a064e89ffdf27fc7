//! Knative: Serving runs the container and sends it requests, Eventing sends it CloudEvents, both on one port.
//!
//! Protocol: [runtime contract](https://github.com/knative/specs/blob/main/specs/serving/runtime-contract.md) and
//! [data plane](https://github.com/knative/specs/blob/main/specs/eventing/data-plane.md). `decode` knows the events of
//! common sources, `drive` serves. Left out: upgrades to h2c (prior knowledge alone is asked for), the webhook handshake of
//! CloudEvents, and deadlines, which the platform keeps to itself.

mod decode;
mod drive;
mod encode;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
#[cfg(test)]
mod tests;
mod wire;

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

use super::{Adapter, Capabilities, Drain, Exchange, Flavour, Profile, Shape};
use crate::application::Application;
use crate::env::Env;
use crate::lifecycle::Boot;
use crate::outlet::Sink;
use crate::startup::Exit;
use crate::telemetry::LogPlan;
use crate::telemetry::logs::Names;

/// The adapter.
#[derive(Debug)]
pub(crate) struct Knative;

/// The service's name, which the platform sets (runtime contract, "Process", environment).
const SERVICE: &str = "K_SERVICE";

/// Where sent events go, and what they get (knative/eventing, "SinkBinding").
const SINK: &str = "K_SINK";
const OVERRIDES: &str = "K_CE_OVERRIDES";

impl Adapter for Knative {
    fn profile(&self) -> Profile {
        Profile {
            name: "knative",
            shape: Shape::HttpServer,
            flavour: Flavour::MultiThread,
            capabilities: Capabilities {
                streaming: true,
                partial_batches: false,
                cookies: true,
                status_codes: true,
                deadline: false,
                attempt: false,
                concurrency: true,
            },
            triggers: &[
                (
                    "http",
                    "every request that brings no event; bodies streamed both ways",
                ),
                (
                    "grpc",
                    "native (h2c), gRPC-Web, Connect; with the feature `grpc`",
                ),
                ("thrift", "over HTTP; with the feature `thrift`"),
                ("invoke", "`POST /`, for the only one"),
                ("task", "through the queue that it is bound to"),
                ("queue", "Kafka, RabbitMQ, Redis, SQS, Pub/Sub"),
                ("timer", "PingSource, integration timer"),
                ("object", "S3 and its like, Cloud Storage, Azure Storage"),
                ("event", "CloudEvents of brokers, channels and sources"),
            ],
            request_limit: None,
            response_limit: None,
            drain: Drain {
                keep_accepting: false,
                // the platform waits as long as a request may take (revisions' `timeoutSeconds`, by default 300 s), but a
                // plain Deployment with the same image 30 s
                within: Duration::from_secs(25),
            },
            credential_headers: &[],
        }
    }

    fn detects(&self, env: &Env) -> bool {
        // Cloud Run sets the same, and Google's functions there have a target besides
        env.get_filled(SERVICE).is_some() && env.get_filled("FUNCTION_TARGET").is_none()
    }

    fn sink(&self, env: &Env) -> Option<Sink> {
        let url = env.get_filled(SINK)?;
        let mut extensions = decode::overrides(env.get(OVERRIDES)).unwrap_or_else(|error| {
            tracing::error!(
                r#"{OVERRIDES} is ignored: {error}; expected JSON as in `{{"extensions":{{"name":"value"}}}}`"#
            );
            Vec::new()
        });
        // one that no event can have would keep every event from being sent
        extensions.retain(|(name, value)| {
            let checked = decode::check_override(name, value);
            if let Err(error) = &checked {
                tracing::error!("{OVERRIDES} is ignored in part: {error}");
            }
            checked.is_ok()
        });
        Some(Sink {
            url: url.to_owned().into(),
            extensions,
        })
    }

    fn service(&self, env: &Env) -> Option<Box<str>> {
        env.get_filled(SERVICE).map(Into::into)
    }

    fn logs(&self, env: &Env) -> LogPlan {
        LogPlan::collected(Names::OPEN_TELEMETRY, env)
    }

    fn drive(&self, boot: Boot) -> BoxFuture<'static, Exit> {
        Box::pin(drive::drive(boot))
    }

    fn exchange<'a>(
        &'a self,
        application: &'a Application,
        event: Bytes,
    ) -> BoxFuture<'a, Exchange> {
        Box::pin(drive::exchange(application, event))
    }
}
