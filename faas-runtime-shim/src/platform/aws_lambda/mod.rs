//! AWS Lambda: a function that polls the Runtime API, one invocation at a time.
//!
//! The protocol is the Lambda Developer Guide's "Using the Lambda runtime API for custom runtimes". `wire` and `decode` know
//! the events, `encode` the answers, `drive` talks. Not here yet: response streams, managed instances (several polls at
//! once), SnapStart's restore calls and the registration as an extension.

pub(crate) mod decode;
mod drive;
pub(crate) mod encode;
mod wire;

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

pub(crate) use self::drive::{Deliver, ServeHttp, deliver, serve_http};
use super::{Adapter, Capabilities, Drain, Exchange, Flavour, Profile, Shape};
use crate::application::Application;
use crate::env::Env;
use crate::invocation::Facts;
use crate::lifecycle::Boot;
use crate::registry::{Registry, Selection};
use crate::startup::Exit;
use crate::telemetry::LogPlan;
use crate::telemetry::logs::Names;

/// The adapter.
#[derive(Debug)]
pub(crate) struct AwsLambda;

/// The variable that the platform sets for every runtime (Developer Guide, "Defined runtime environment variables").
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// The most bytes of an answer: 6 MiB and 100 bytes for the envelope (Developer Guide, "Lambda quotas"; the Runtime API
/// answers 413 above 6,291,556).
const RESPONSE_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// The time between SIGTERM and SIGKILL that a runtime can count on (Developer Guide, "Lambda Extensions API", shutdown
/// phase: 500 ms with internal extensions, some 300 ms beside external ones).
const SHUTDOWN: Duration = Duration::from_millis(300);

impl Adapter for AwsLambda {
    fn profile(&self) -> Profile {
        Profile {
            name: "aws-lambda",
            shape: Shape::Polls,
            flavour: Flavour::CurrentThread,
            capabilities: Capabilities {
                streaming: false,
                partial_batches: true,
                cookies: true,
                status_codes: true,
                deadline: true,
                attempt: true,
                concurrency: false,
            },
            triggers: &[
                (
                    "http",
                    "API Gateway, Function URL, ALB, Lattice; answers are buffered",
                ),
                ("grpc", "gRPC-Web, Connect; with the feature `grpc`"),
                ("thrift", "over HTTP; with the feature `thrift`"),
                ("invoke", "direct invocation"),
                ("task", "through the queue that it is bound to"),
                ("queue", "SQS, SNS, Kinesis, Kafka, Amazon MQ"),
                ("timer", "EventBridge rules and Scheduler"),
                ("object", "S3, also through EventBridge and SQS"),
                ("binlog", "DynamoDB streams, DocumentDB"),
                (
                    "event",
                    "EventBridge, CloudWatch Logs, destinations, CloudEvents",
                ),
            ],
            // Developer Guide, "Lambda quotas": 6 MB each way, and 1 MB for asynchronous events
            request_limit: Some(6 * 1024 * 1024),
            response_limit: Some(RESPONSE_LIMIT as u64),
            drain: Drain {
                keep_accepting: false,
                within: SHUTDOWN,
            },
            credential_headers: &["x-amz-security-token"],
        }
    }

    fn detects(&self, env: &Env) -> bool {
        env.get_filled(RUNTIME_API).is_some()
    }

    fn selection(&self, env: &Env, registry: &Registry) -> Selection {
        match env.get_filled("_HANDLER") {
            Some(handler) if registry.find(handler).is_some() => Selection::of(handler, "_HANDLER"),
            handler => {
                // tools write `bootstrap` or `rust.handler` there: no name of ours, so everything is served
                if registry.functions.len() > 1 {
                    tracing::info!(
                        handler,
                        "`_HANDLER` names no function: all functions are served"
                    );
                }
                Selection::all()
            }
        }
    }

    fn logs(&self, env: &Env) -> LogPlan {
        // Developer Guide, "Log and monitor custom runtimes", JSON format: the key of the invocation's id
        let names = Names {
            invocation_id: "requestId",
            ..Names::OPEN_TELEMETRY
        };
        let mut plan = LogPlan::collected(names, env);
        if plan.filter.is_empty() {
            plan.filter = level(env.get_filled("AWS_LAMBDA_LOG_LEVEL")).to_owned();
        }
        plan
    }

    fn drive(&self, boot: Boot) -> BoxFuture<'static, Exit> {
        Box::pin(drive::drive(boot))
    }

    fn exchange<'a>(
        &'a self,
        application: &'a Application,
        event: Bytes,
    ) -> BoxFuture<'a, Exchange> {
        Box::pin(async move {
            let mut out = Vec::new();
            match drive::exchange(application, Facts::default(), event, &mut out).await {
                drive::Verdict::Response => Exchange::Answer(out.into()),
                drive::Verdict::Error { .. } => Exchange::Error(out.into()),
            }
        })
    }
}

/// Translates the platform's levels into ours; `FATAL` is the least that we have.
fn level(text: Option<&str>) -> &'static str {
    match text.map(str::to_ascii_uppercase).as_deref() {
        Some("TRACE") => "trace",
        Some("DEBUG") => "debug",
        Some("WARN") => "warn",
        Some("ERROR" | "FATAL") => "error",
        _ => "info",
    }
}
