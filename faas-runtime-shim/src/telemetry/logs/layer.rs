//! Puts a line together: event, current invocation, enclosing spans.
//!
//! What the parts look like is [`Encode`]'s business. Users' code runs here (a field's `Debug` may do anything, log or panic
//! included), so no lock is held and no buffer is borrowed while a value is written. Start at [`Lines`].

use std::cell::Cell;
use std::time::SystemTime;

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context as Spans;
use tracing_subscriber::registry::LookupSpan;

use super::value::{Fields, Value};
use super::{INVOCATION, Names, Stream, write_line};
use crate::current::{self, Errand};
use crate::invocation::Context;
use crate::trace::TraceContext;

/// The layer that writes each event as a line.
pub(super) struct Lines {
    pub(super) encode: Box<dyn Encode>,
    pub(super) stream: Stream,
    pub(super) clock: fn() -> SystemTime,
}

/// One look of log lines. A line is a head, a message, then keys each with its value, then an end.
pub(super) trait Encode: Send + Sync {
    fn head(&self, head: &Head<'_>, out: &mut String);
    fn message(&self, message: Option<Value<'_>>, out: &mut String);
    fn key(&self, name: &str, out: &mut String);
    fn value(&self, value: Value<'_>, out: &mut String);
    fn end(&self, out: &mut String);
}

/// What a line begins with.
pub(super) struct Head<'a> {
    pub(super) time: SystemTime,
    pub(super) level: Level,
    pub(super) target: &'a str,
    pub(super) invocation: Option<Invocation<'a>>,
}

/// What a line tells of the invocation that it was written in, or of what an adapter works on.
#[derive(Clone, Copy)]
pub(super) struct Invocation<'a> {
    pub(super) id: &'a str,
    /// Empty before one is chosen.
    pub(super) function: &'a str,
    pub(super) trigger: &'a str,
    pub(super) tenant: Option<&'a str>,
    pub(super) cold_start: bool,
    pub(super) trace: Option<&'a TraceContext>,
}

impl<'a> Invocation<'a> {
    fn of(context: &'a Context) -> Self {
        Self {
            id: context.invocation_id(),
            function: context.function(),
            trigger: context.trigger(),
            tenant: context
                .details()
                .and_then(|details| details.tenant.as_deref()),
            cold_start: context.cold_start(),
            trace: context.trace(),
        }
    }

    fn outside(errand: &'a Errand) -> Self {
        Self {
            id: errand.id(),
            function: "",
            trigger: "",
            tenant: errand.tenant(),
            cold_start: false,
            trace: None,
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, spans: Spans<'_, S>) {
        let metadata = attributes.metadata();
        let mut fields = SpanFields::default();
        attributes.record(&mut Fields(|name, value: Value<'_>| {
            if !told(metadata, name) {
                fields.set(name, self.encoded(value));
            }
        }));
        if let Some(span) = spans.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, spans: Spans<'_, S>) {
        let Some(span) = spans.span(id) else { return };
        record.record(&mut Fields(|name, value: Value<'_>| {
            if told(span.metadata(), name) {
                return;
            }
            let value = self.encoded(value);
            if let Some(fields) = span.extensions_mut().get_mut::<SpanFields>() {
                fields.set(name, value);
            }
        }));
    }

    fn on_event(&self, event: &Event<'_>, spans: Spans<'_, S>) {
        // Taken, not borrowed: a value that logs while it is written finds an empty one.
        let mut scratch = SCRATCH.try_with(Cell::take).unwrap_or_default();
        scratch.line.clear();
        scratch.names.clear();
        self.line(event, &spans, &mut scratch);
        write_line(self.stream, &scratch.line);
        if scratch.line.capacity() <= KEPT {
            let _ = SCRATCH.try_with(|kept| kept.set(scratch));
        }
    }
}

impl Lines {
    fn line<S>(&self, event: &Event<'_>, spans: &Spans<'_, S>, scratch: &mut Scratch)
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let Scratch { line, names } = scratch;
        let metadata = event.metadata();
        let mut head = |invocation: Option<Invocation<'_>>| {
            let head = Head {
                time: (self.clock)(),
                level: *metadata.level(),
                target: metadata.target(),
                invocation,
            };
            self.encode.head(&head, line);
        };
        current::with(|context| match context {
            Some(context) => head(Some(Invocation::of(context))),
            None => head(current::errand().as_ref().map(Invocation::outside)),
        });

        let mut said = false;
        event.record(&mut Fields(|name, value: Value<'_>| {
            if name == MESSAGE && !said {
                said = true;
                self.encode.message(Some(value), line);
            }
        }));
        if !said {
            self.encode.message(None, line);
        }

        // A name comes once in a line: the event's own first, then the innermost span's.
        event.record(&mut Fields(|name, value: Value<'_>| {
            if name != MESSAGE && !names.contains(&name) {
                names.push(name);
                self.encode.key(name, line);
                self.encode.value(value, line);
            }
        }));
        for span in spans.event_scope(event).into_iter().flatten() {
            let extensions = span.extensions();
            let Some(SpanFields(fields)) = extensions.get() else {
                continue;
            };
            for (name, value) in fields {
                if !names.contains(name) {
                    names.push(name);
                    self.encode.key(name, line);
                    line.push_str(value);
                }
            }
        }
        self.encode.end(line);
    }

    fn encoded(&self, value: Value<'_>) -> String {
        let mut encoded = String::new();
        self.encode.value(value, &mut encoded);
        encoded
    }
}

/// A span's fields, each value as it stands in a line.
#[derive(Default)]
struct SpanFields(Vec<(&'static str, String)>);

impl SpanFields {
    fn set(&mut self, name: &'static str, value: String) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }
}

/// The name under which `tracing` hands over an event's text.
const MESSAGE: &str = "message";

/// Whether a field of our own span repeats what each line tells of the invocation anyway.
fn told(metadata: &Metadata<'_>, name: &str) -> bool {
    metadata.target() == INVOCATION && Names::OPEN_TELEMETRY.reserves(name)
}

/// What a thread keeps from line to line, so that a line allocates nothing.
#[derive(Default)]
struct Scratch {
    line: String,
    names: Vec<&'static str>,
}

thread_local! {
    static SCRATCH: Cell<Scratch> = const { Cell::new(Scratch { line: String::new(), names: Vec::new() }) };
}

/// The largest buffer that is kept: one huge line is no reason to hold its memory for ever.
const KEPT: usize = 16 * 1024;
