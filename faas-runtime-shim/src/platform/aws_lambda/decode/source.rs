//! Which source an event comes from, by its discriminators.
//!
//! The tests are a few keys each, and their order counts: see [`of`]. Facts: the sources' pages in the Lambda Developer
//! Guide, "Invoking Lambda with events from other AWS services".

use std::fmt;

use super::super::wire::Scan;

/// An event that is not an HTTP request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Source {
    /// API Gateway asks whether a caller may pass.
    Authorizer,
    /// Entries of `Records`, by the `eventSource` of the first.
    Records(Records),
    /// Deliveries of an event source mapping that names itself at the top level.
    EventSource(EventSource),
    EventBridge,
    CloudWatchLogs,
    /// A transformation that has to answer every record.
    Firehose,
    /// The record of an asynchronous invocation, sent to its destination.
    DestinationRecord,
    /// In structured mode, sent by a direct invocation.
    CloudEvent,
    /// Another AWS service, for a function that knows its payload.
    Other(&'static str),
    /// A direct invocation: any JSON.
    Direct,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Records {
    CodeCommit,
    DynamoDb,
    Kinesis,
    S3,
    Ses,
    Sns,
    Sqs,
    Unknown(Box<str>),
}

impl Records {
    fn name(&self) -> &str {
        match self {
            Self::CodeCommit => "CodeCommit",
            Self::DynamoDb => "DynamoDB",
            Self::Kinesis => "Kinesis",
            Self::S3 => "S3",
            Self::Ses => "SES",
            Self::Sns => "SNS",
            Self::Sqs => "SQS",
            Self::Unknown(name) => name,
        }
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum EventSource {
    ActiveMq,
    DocumentDb,
    Kafka,
    RabbitMq,
    SelfManagedKafka,
    Unknown(Box<str>),
}

impl Source {
    /// Tells whether it is Kafka, managed or not.
    pub(crate) fn is_kafka(&self) -> bool {
        matches!(
            self,
            Self::EventSource(EventSource::Kafka | EventSource::SelfManagedKafka)
        )
    }
}

/// Says what an event is, for messages.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authorizer => f.write_str("a question of an API Gateway authorizer"),
            Self::Records(Records::Unknown(name))
            | Self::EventSource(EventSource::Unknown(name)) => {
                write!(f, "records of the unknown source `{name}`")
            }
            Self::Records(records) => write!(f, "records of {}", records.name()),
            Self::EventSource(source) => write!(f, "records of {}", source.name()),
            Self::EventBridge => f.write_str("an EventBridge event"),
            Self::CloudWatchLogs => f.write_str("log lines of CloudWatch"),
            Self::Firehose => f.write_str("records of Firehose to transform"),
            Self::DestinationRecord => f.write_str("the record of an asynchronous invocation"),
            Self::CloudEvent => f.write_str("a CloudEvent"),
            Self::Other(service) => write!(f, "an event of {service}"),
            Self::Direct => f.write_str("a direct invocation"),
        }
    }
}

impl EventSource {
    fn name(&self) -> &str {
        match self {
            Self::ActiveMq => "ActiveMQ",
            Self::DocumentDb => "DocumentDB",
            Self::Kafka => "Kafka",
            Self::RabbitMq => "RabbitMQ",
            Self::SelfManagedKafka => "self-managed Kafka",
            Self::Unknown(name) => name,
        }
    }
}

/// The two ways on from here.
pub(super) enum Kind {
    Http(Front),
    Other(Source),
}

/// Who sent an HTTP request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Front {
    Alb,
    /// Payload 2.0, of an HTTP API or a Function URL.
    HttpV2 {
        function_url: bool,
    },
    WebSocket,
    Lattice,
    /// Payload 1.0, of a REST API or an HTTP API.
    RestV1 {
        http_api: bool,
    },
}

pub(super) fn of(scan: &Scan<'_>) -> Kind {
    // before the requests: of type REQUEST it has all of one's keys, and must not be served as one
    let asks = matches!(scan.kind.as_deref(), Some(b"TOKEN" | b"REQUEST"));
    if asks && scan.has.method_or_route_arn {
        return Kind::Other(Source::Authorizer);
    }
    match front(scan) {
        Some(front) => Kind::Http(front),
        None => Kind::Other(other(scan)),
    }
}

fn front(scan: &Scan<'_>) -> Option<Front> {
    let context = &scan.context;
    if context.has_elb {
        return Some(Front::Alb);
    }
    if context.has_http {
        // cargo-lambda's emulator takes the part of a Function URL under this name (`cargo-lambda-watch`, `trigger_router.rs`)
        let is_emulated = context.domain_name.as_deref() == Some(b"localhost");
        let function_url = is_emulated || context.service() == Some(b"lambda-url");
        return Some(Front::HttpV2 { function_url });
    }
    if context.has_connection_id && context.event_type.is_some() {
        return Some(Front::WebSocket);
    }
    if context.has_service_network {
        return Some(Front::Lattice);
    }
    if scan.http_method.is_some() && !context.raw.is_empty() {
        let http_api = scan.version.as_deref() == Some(b"1.0");
        return Some(Front::RestV1 { http_api });
    }
    None
}

fn other(scan: &Scan<'_>) -> Source {
    let has = &scan.has;
    if let Some(name) = &scan.first_record_source {
        return Source::Records(match &**name {
            b"aws:sqs" => Records::Sqs,
            b"aws:sns" => Records::Sns,
            b"aws:s3" => Records::S3,
            b"aws:kinesis" => Records::Kinesis,
            b"aws:dynamodb" => Records::DynamoDb,
            b"aws:ses" => Records::Ses,
            b"aws:codecommit" => Records::CodeCommit,
            name => Records::Unknown(lossy(name)),
        });
    }
    // the last of a window may bring no records, of whichever stream: only the state has to be returned
    if has.window && has.shard_id && has.empty_records {
        return Source::Records(Records::Kinesis);
    }
    if let Some(name) = &scan.event_source {
        return Source::EventSource(match &**name {
            b"aws:kafka" => EventSource::Kafka,
            // the service writes the first, the documents' samples the second
            b"SelfManagedKafka" | b"aws:SelfManagedKafka" => EventSource::SelfManagedKafka,
            b"aws:rmq" => EventSource::RabbitMq,
            b"aws:mq" => EventSource::ActiveMq,
            b"aws:docdb" => EventSource::DocumentDb,
            name => EventSource::Unknown(lossy(name)),
        });
    }
    if has.detail_type && has.source {
        return Source::EventBridge;
    }
    if has.aws_logs {
        return Source::CloudWatchLogs;
    }
    if has.delivery_stream_arn && has.records {
        return Source::Firehose;
    }
    if scan.context.has_condition && has.request_payload {
        return Source::DestinationRecord;
    }
    if has.spec_version {
        return Source::CloudEvent;
    }
    if has.trigger_source {
        return Source::Other("Cognito");
    }
    if has.request_type && has.response_url {
        return Source::Other("CloudFormation");
    }
    if has.code_pipeline_job {
        return Source::Other("CodePipeline");
    }
    Source::Direct
}

fn lossy(name: &[u8]) -> Box<str> {
    String::from_utf8_lossy(name).into()
}
