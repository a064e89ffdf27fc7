//! A line about each invocation, in one form for whoever reads the log and for CloudWatch's metrics.
//!
//! A JSON object as the Lambda Developer Guide's JSON log format has it. With a namespace it is also a document of
//! CloudWatch's embedded metric format ("Specification: embedded metric format"): its member `_aws` names the members that
//! are metrics. Their dimensions are the function and its trigger and nothing else, so that no caller makes metrics.

use std::fmt;
use std::io::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::text;
use crate::telemetry::figures::Part;
use crate::telemetry::logs::timestamp;
use crate::telemetry::metrics::own::{Figure, Unit};

/// What is told of an event besides what came of its invocations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record<'a> {
    pub(crate) time: SystemTime,
    pub(crate) request: &'a str,
    pub(crate) tenant: Option<&'a str>,
    /// From the event to the platform's word that the answer has come.
    pub(crate) duration: Duration,
    /// What is billed: it is in milliseconds, begun ones being whole.
    pub(crate) billed: Duration,
    pub(crate) memory_mb: Option<u64>,
    pub(crate) peak_memory_mb: Option<u64>,
    /// From the start of the process to the first poll, of the first event.
    pub(crate) init: Option<Duration>,
    /// The type of the error that was answered.
    pub(crate) error: Option<&'a str>,
    /// Under which name CloudWatch keeps the metrics.
    pub(crate) namespace: Option<&'a str>,
}

/// Appends a line for each function, of which the first tells of the event as a whole; one line if no function took it.
pub(crate) fn record(record: &Record<'_>, parts: &[Part], out: &mut Vec<u8>) {
    line(record, parts.first(), true, out);
    for part in parts.iter().skip(1) {
        line(record, Some(part), false, out);
    }
}

fn line(record: &Record<'_>, part: Option<&Part>, first: bool, out: &mut Vec<u8>) {
    let mut line = Line { out };
    line.open();
    line.text("timestamp", &timestamp(record.time));
    line.text("level", "INFO");
    line.text("message", "invocation");
    line.text("requestId", record.request);
    if let Some(tenant) = record.tenant {
        line.text("tenantId", tenant);
    }
    if let Some(part) = part {
        line.text("function", part.function);
        line.text("trigger", part.trigger);
    }
    let outcome = match (part, record.error) {
        (Some(part), _) => part.outcome.label(),
        (None, Some(_)) => "refused",
        (None, None) => "nothing",
    };
    line.text("outcome", outcome);
    if let Some(part) = part
        && part.items > 1
    {
        line.whole("items", part.items);
        line.whole("failed", part.failed);
    }
    if first {
        whole_event(record, part, &mut line);
    }
    if let (Some(namespace), Some(part)) = (record.namespace, part) {
        metrics(record, part, first, namespace, &mut line);
    }
    line.close();
}

/// What is told once for each event, whatever the number of its functions.
fn whole_event(record: &Record<'_>, part: Option<&Part>, line: &mut Line<'_>) {
    if let Some(error) = record.error {
        line.text("error_type", error);
    }
    line.milliseconds("duration_ms", record.duration);
    line.whole("billed_ms", whole_milliseconds(record.billed));
    if let Some(memory) = record.memory_mb {
        line.whole("memory_mb", memory);
    }
    if let Some(memory) = record.peak_memory_mb {
        line.whole("peak_memory_mb", memory);
    }
    line.plain("cold_start", part.is_some_and(|part| part.cold_start));
    if let Some(init) = record.init {
        line.milliseconds("init_ms", init);
    }
}

fn whole_milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// Members that only metrics have, then the member that makes metrics of them and of others.
fn metrics(record: &Record<'_>, part: &Part, first: bool, namespace: &str, line: &mut Line<'_>) {
    line.whole("invocations", part.items);
    line.whole("errors", part.failed);
    line.whole("cold_starts", u64::from(part.cold_start));
    for figure in &part.own {
        line.values(figure);
    }
    let mut definitions: Vec<(&str, &str)> = vec![
        ("invocations", Unit::Count.as_str()),
        ("errors", Unit::Count.as_str()),
        ("cold_starts", Unit::Count.as_str()),
    ];
    if first {
        definitions.push(("duration_ms", Unit::Milliseconds.as_str()));
        if record.init.is_some() {
            definitions.push(("init_ms", Unit::Milliseconds.as_str()));
        }
        if record.peak_memory_mb.is_some() {
            definitions.push(("peak_memory_mb", "Megabytes"));
        }
    }
    let own = part.own.iter();
    definitions.extend(own.map(|figure| (figure.name, figure.unit.as_str())));
    let since = record.time.duration_since(UNIX_EPOCH).unwrap_or_default();
    line.name("_aws");
    line.raw(format_args!(
        r#"{{"Timestamp":{},"CloudWatchMetrics":["#,
        since.as_millis()
    ));
    for (index, chunk) in definitions.chunks(MOST_METRICS).enumerate() {
        let comma = if index == 0 { "" } else { "," };
        line.raw(format_args!(r#"{comma}{{"Namespace":""#));
        text::escaped(namespace, line.out);
        line.raw(format_args!(
            r#"","Dimensions":[["function","trigger"]],"Metrics":["#
        ));
        for (index, (name, unit)) in chunk.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            // names and units have no signs that mean anything in JSON
            line.raw(format_args!(
                r#"{comma}{{"Name":"{name}","Unit":"{unit}"}}"#
            ));
        }
        line.raw(format_args!("]}}"));
    }
    line.raw(format_args!("]}}"));
}

/// The most metrics of one directive (embedded metric format, "MetricDirective object").
const MOST_METRICS: usize = 100;

/// A JSON object in the making.
struct Line<'a> {
    out: &'a mut Vec<u8>,
}

impl Line<'_> {
    fn open(&mut self) {
        self.out.push(b'{');
    }

    fn close(&mut self) {
        self.out.extend_from_slice(b"}\n");
    }

    fn name(&mut self, name: &str) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        self.out.push(b'"');
        text::escaped(value, self.out);
        self.out.push(b'"');
    }

    fn whole(&mut self, name: &str, value: u64) {
        self.name(name);
        self.raw(format_args!("{value}"));
    }

    fn plain(&mut self, name: &str, value: bool) {
        self.name(name);
        self.raw(format_args!("{value}"));
    }

    /// To the microsecond.
    fn milliseconds(&mut self, name: &str, value: Duration) {
        self.name(name);
        self.raw(format_args!(
            "{}.{:03}",
            value.as_millis(),
            value.subsec_micros() % 1000
        ));
    }

    /// A number, or an array of them.
    fn values(&mut self, figure: &Figure) {
        self.name(figure.name);
        if let [value] = figure.values[..] {
            return self.raw(format_args!("{value:?}"));
        }
        self.out.push(b'[');
        for (index, value) in figure.values.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            self.raw(format_args!("{comma}{value:?}"));
        }
        self.out.push(b']');
    }

    fn raw(&mut self, text: fmt::Arguments<'_>) {
        // writing into a buffer does not fail
        let _ = self.out.write_fmt(text);
    }
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a test that goes beyond its bounds fails, as it should"
)]
mod tests;
