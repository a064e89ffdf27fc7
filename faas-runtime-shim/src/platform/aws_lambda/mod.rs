//! AWS Lambda: a function that polls the Runtime API, one invocation at a time, or several at once on managed instances.
//!
//! The protocol is the Lambda Developer Guide's "Using the Lambda runtime API for custom runtimes". `wire` and `decode` know
//! the events, `encode` the answers, `drive` talks.

pub(crate) mod decode;
mod drive;
pub(crate) mod encode;
mod wire;

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;

pub(crate) use self::decode::CLAIMS;
pub(crate) use self::drive::{Deliver, ServeHttp, deliver, serve_http};
use self::drive::{ResponseMode, Verdict};
use super::{Adapter, Capabilities, Drain, Exchange, Flavour, Profile, Shape};
use crate::application::Application;
use crate::env::Env;
use crate::invocation::Facts;
use crate::lifecycle::Boot;
use crate::registry::{Registry, Selection};
use crate::startup::Exit;
use crate::telemetry::LogPlan;
use crate::telemetry::logs::{Format, Names, Precision};

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
                streaming: true,
                partial_batches: true,
                cookies: true,
                status_codes: true,
                deadline: true,
                attempt: true,
                // on managed instances
                concurrency: true,
            },
            triggers: &[
                (
                    "http",
                    "API Gateway, Function URL, ALB, Lattice; REST APIs and Function URLs stream if so set",
                ),
                ("grpc", "gRPC-Web, Connect; with the feature `grpc`"),
                ("thrift", "over HTTP; with the feature `thrift`"),
                (
                    "invoke",
                    "direct invocation; several at once on managed instances",
                ),
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

    fn flavour(&self, env: &Env) -> Flavour {
        match drive::Mode::read(env) {
            Ok(drive::Mode::Managed { .. }) => Flavour::MultiThread,
            // what is wrong is told where the platform can hear it
            Ok(drive::Mode::Classic) | Err(_) => self.profile().flavour,
        }
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
        // Developer Guide, "Log and monitor custom runtimes", JSON format, and "Tenant isolation", logs: the keys of the
        // invocation's id and tenant; times in RFC 3339, and what is finer than milliseconds is cut there
        let names = Names {
            invocation_id: "requestId",
            tenant: "tenantId",
            precision: Precision::Milliseconds,
            ..Names::OPEN_TELEMETRY
        };
        let mut plan = LogPlan::collected(names, env);
        if is_text(env.get_filled("AWS_LAMBDA_LOG_FORMAT")) {
            plan.format = Format::Text;
        }
        if plan.filter.trim().is_empty() {
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
            let (facts, mode) = (Facts::default(), ResponseMode::Buffer);
            match drive::exchange(application, facts, event, mode, &mut out).await {
                // nothing streams in this mode
                Verdict::Response | Verdict::Stream { .. } => Exchange::Answer(out.into()),
                Verdict::Error { .. } => Exchange::Error(out.into()),
            }
        })
    }
}

/// Tells whether the function is configured for plain text (Developer Guide, "Configuring advanced logging controls"). It is
/// what the platform takes by default, but a line for machines can be read as text too, so only who asks for it gets it.
fn is_text(format: Option<&str>) -> bool {
    format.is_some_and(|format| format.eq_ignore_ascii_case("text"))
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

#[cfg(test)]
mod tests {
    //! How the platform's settings for logs are read.

    use super::*;

    #[track_caller]
    fn check(pairs: &[(&'static str, &'static str)], is_text: bool, filter: &str) {
        let plan = AwsLambda.logs(&Env::from_pairs(pairs.iter().copied()));
        assert_eq!(plan.filter, filter, "{pairs:?}");
        match plan.format {
            Format::Text => assert!(is_text, "{pairs:?}"),
            Format::Json(names) => {
                assert!(!is_text, "{pairs:?}");
                assert_eq!(
                    (names.invocation_id, names.tenant),
                    ("requestId", "tenantId")
                );
                assert_eq!(names.precision, Precision::Milliseconds);
            }
            Format::Human { .. } => panic!("nobody is at a terminal: {pairs:?}"),
        }
        assert!(plan.is_collected());
    }

    #[test]
    fn the_platform_says_the_format() {
        for text in ["Text", "text", "TEXT"] {
            check(&[("AWS_LAMBDA_LOG_FORMAT", text)], true, "info");
        }
        for json in ["JSON", "json", "", "xml"] {
            check(&[("AWS_LAMBDA_LOG_FORMAT", json)], false, "info");
        }
        check(&[], false, "info");
    }

    #[test]
    fn levels_are_the_platform_s_unless_ours_are_set() {
        let levels = [
            ("TRACE", "trace"),
            ("debug", "debug"),
            ("Info", "info"),
            ("WARN", "warn"),
            ("ERROR", "error"),
            ("FATAL", "error"),
            ("LOUD", "info"),
            ("", "info"),
        ];
        for (theirs, ours) in levels {
            check(&[("AWS_LAMBDA_LOG_LEVEL", theirs)], false, ours);
            let empty = [("AWS_LAMBDA_LOG_LEVEL", theirs), ("FAAS_LOG", " ")];
            check(&empty, false, ours);
            let set = [
                ("AWS_LAMBDA_LOG_LEVEL", theirs),
                ("FAAS_LOG", "warn,shop=debug"),
            ];
            check(&set, false, "warn,shop=debug");
        }
    }
}
