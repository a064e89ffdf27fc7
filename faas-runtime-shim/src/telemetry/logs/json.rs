//! Lines for machines: one JSON object each, flat.
//!
//! Written by hand, since a line is built from pieces that arrive one by one. Field names are the platform's where it has
//! its own, OpenTelemetry's else. Start at [`Names`].

use super::layer::{Encode, Head, Invocation};
use super::time::{self, Precision};
use super::value::{Escape, Value};

/// What the members of a line are called that are there without the event naming them, and how exact its time is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    pub(crate) timestamp: &'static str,
    pub(crate) level: &'static str,
    pub(crate) message: &'static str,
    pub(crate) target: &'static str,
    pub(crate) function: &'static str,
    pub(crate) trigger: &'static str,
    pub(crate) invocation_id: &'static str,
    pub(crate) tenant: &'static str,
    pub(crate) cold_start: &'static str,
    pub(crate) trace_id: &'static str,
    pub(crate) span_id: &'static str,
    pub(crate) precision: Precision,
}

impl Names {
    /// The function's names as in OpenTelemetry's
    /// [attributes for FaaS](https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas/), the trace's as in its
    /// [log format](https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/); the tenant has none there. A
    /// platform replaces what it calls otherwise: `Names { invocation_id: "requestId", ..Names::OPEN_TELEMETRY }`.
    pub(crate) const OPEN_TELEMETRY: Self = Self {
        timestamp: "timestamp",
        level: "level",
        message: "message",
        target: "target",
        function: "faas.name",
        trigger: "faas.trigger",
        invocation_id: "faas.invocation_id",
        tenant: "faas.tenant",
        cold_start: "faas.coldstart",
        trace_id: "trace_id",
        span_id: "span_id",
        precision: Precision::Microseconds,
    };

    pub(super) fn reserves(&self, name: &str) -> bool {
        let Self {
            timestamp,
            level,
            message,
            target,
            function,
            trigger,
            invocation_id,
            tenant,
            cold_start,
            trace_id,
            span_id,
            precision: _,
        } = *self;
        [
            timestamp,
            level,
            message,
            target,
            function,
            trigger,
            invocation_id,
            tenant,
            cold_start,
            trace_id,
            span_id,
        ]
        .contains(&name)
    }
}

pub(super) struct Json {
    pub(super) names: Names,
}

impl Encode for Json {
    fn head(&self, head: &Head<'_>, out: &mut String) {
        let names = &self.names;
        out.push('{');
        key("", names.timestamp, out);
        out.push('"');
        time::rfc3339(head.time, names.precision, out);
        out.push('"');
        member(names.level, Value::Text(head.level.as_str()), out);
        member(names.target, Value::Text(head.target), out);
        let Some(Invocation {
            id,
            function,
            trigger,
            tenant,
            cold_start,
            trace,
        }) = head.invocation
        else {
            return;
        };
        if !function.is_empty() {
            member(names.function, Value::Text(function), out);
            member(names.trigger, Value::Text(trigger), out);
        }
        member(names.invocation_id, Value::Text(id), out);
        if let Some(tenant) = tenant {
            member(names.tenant, Value::Text(tenant), out);
        }
        if !function.is_empty() {
            member(names.cold_start, Value::Plain(&cold_start), out);
        }
        let Some(trace) = trace else { return };
        member(
            names.trace_id,
            Value::Shown(&format_args!("{}", trace.trace_id_hex())),
            out,
        );
        member(
            names.span_id,
            Value::Shown(&format_args!("{}", trace.parent_id_hex())),
            out,
        );
    }

    fn message(&self, message: Option<Value<'_>>, out: &mut String) {
        member(self.names.message, message.unwrap_or(Value::Text("")), out);
    }

    fn key(&self, name: &str, out: &mut String) {
        // What begins with the prefix gets it too, so that two names never become one.
        let taken = self.names.reserves(name) || name.starts_with(PREFIX);
        key(if taken { PREFIX } else { "" }, name, out);
    }

    fn value(&self, value: Value<'_>, out: &mut String) {
        write(value, out);
    }

    fn end(&self, out: &mut String) {
        out.push_str("}\n");
    }
}

const PREFIX: &str = "fields.";

fn member(name: &str, value: Value<'_>, out: &mut String) {
    key("", name, out);
    write(value, out);
}

fn key(prefix: &str, name: &str, out: &mut String) {
    if out != "{" {
        out.push(',');
    }
    out.push('"');
    out.push_str(prefix);
    Value::Text(name).write(Escape::Json, out);
    out.push_str("\":");
}

fn write(value: Value<'_>, out: &mut String) {
    match value {
        Value::Plain(_) => value.write(Escape::Json, out),
        Value::Text(_) | Value::Shown(_) | Value::Error(_) => {
            out.push('"');
            value.write(Escape::Json, out);
            out.push('"');
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::{NonZeroU64, NonZeroU128};
    use std::time::{Duration, UNIX_EPOCH};

    use tracing::Level;

    use super::*;
    use crate::trace::TraceContext;

    #[track_caller]
    fn check(
        names: Names,
        invocation: Option<Invocation<'_>>,
        fields: &[(&str, Value<'_>)],
        line: &str,
    ) {
        let json = Json { names };
        let mut out = String::new();
        let time = UNIX_EPOCH + Duration::from_micros(1_795_262_584_123_456);
        json.head(
            &Head {
                time,
                level: Level::WARN,
                target: "app::db",
                invocation,
            },
            &mut out,
        );
        json.message(Some(Value::Text("slow")), &mut out);
        for (name, value) in fields {
            json.key(name, &mut out);
            json.value(*value, &mut out);
        }
        json.end(&mut out);
        assert_eq!(out, format!("{line}\n"));
        serde_json::from_str::<serde_json::Value>(&out).unwrap();
    }

    fn in_orders(trace: &TraceContext) -> Invocation<'_> {
        Invocation {
            id: "f3a1",
            function: "orders",
            trigger: "queue",
            tenant: None,
            cold_start: true,
            trace: Some(trace),
        }
    }

    #[test]
    fn a_line_has_the_invocation_s_members() {
        let trace = TraceContext::new(NonZeroU128::MIN, NonZeroU64::MIN, true);
        check(
            Names::OPEN_TELEMETRY,
            Some(in_orders(&trace)),
            &[("rows", Value::Plain(&7))],
            concat!(
                r#"{"timestamp":"2026-11-21T12:03:04.123456Z","level":"WARN","target":"app::db","faas.name":"orders","#,
                r#""faas.trigger":"queue","faas.invocation_id":"f3a1","faas.coldstart":true,"#,
                r#""trace_id":"00000000000000000000000000000001","span_id":"0000000000000001","message":"slow","rows":7}"#,
            ),
        );
    }

    #[test]
    fn a_platform_renames_members() {
        let trace = TraceContext::new(NonZeroU128::MIN, NonZeroU64::MIN, true);
        let names = Names {
            invocation_id: "requestId",
            tenant: "tenantId",
            level: "severity",
            precision: Precision::Milliseconds,
            ..Names::OPEN_TELEMETRY
        };
        check(
            names,
            Some(Invocation {
                tenant: Some("blue"),
                trace: None,
                ..in_orders(&trace)
            }),
            &[
                ("requestId", Value::Plain(&7)),
                ("tenantId", Value::Text("red")),
                ("level", Value::Plain(&8)),
            ],
            concat!(
                r#"{"timestamp":"2026-11-21T12:03:04.123Z","severity":"WARN","target":"app::db","faas.name":"orders","#,
                r#""faas.trigger":"queue","requestId":"f3a1","tenantId":"blue","faas.coldstart":true,"#,
                r#""message":"slow","fields.requestId":7,"fields.tenantId":"red","level":8}"#,
            ),
        );
    }

    #[test]
    fn a_field_cannot_pass_for_a_member_of_ours() {
        check(
            Names::OPEN_TELEMETRY,
            None,
            &[
                ("level", Value::Text("INFO")),
                ("fields.level", Value::Plain(&1)),
                ("faas.name", Value::Plain(&true)),
                ("a\"b\n", Value::Text("\"}\n{\0")),
            ],
            concat!(
                r#"{"timestamp":"2026-11-21T12:03:04.123456Z","level":"WARN","target":"app::db","message":"slow","#,
                r#""fields.level":"INFO","fields.fields.level":1,"fields.faas.name":true,"a\"b\n":"\"}\n{\u0000"}"#,
            ),
        );
    }
}
