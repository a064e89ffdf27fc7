//! From the canonical model to a recording, without credentials.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, header};

use super::super::body::Taken;
use super::super::redact::{REDACTED, Redactor};
use super::super::tape::{Answered, End, Facing, Tape};
use super::{
    ChangeForm, Content, DeliveryForm, EventForm, FactsForm, FailureForm, Fields, HttpForm,
    InputForm, ObjectForm, OutcomeForm, PayloadForm, Recording, ReplyForm, ReportForm,
    ResponseForm, Text, TickForm, VERSION,
};
use crate::clock::Moment;
use crate::cloudevents::CloudEvent;
use crate::invocation::{
    Attributes, ChangeEvent, Delivery, Facts, Failure, FailureKind, Input, ObjectEvent, Payload,
    RawJson, Reply,
};
use crate::rfc3339;

/// Writes the forms of one recording.
pub(in super::super) struct Writer<'a> {
    pub(in super::super) redactor: &'a Redactor,
    /// Whether bodies are kept.
    pub(in super::super) bodies: bool,
    /// Whether one was too long.
    pub(in super::super) cut: bool,
}

impl Writer<'_> {
    pub(in super::super) fn recording(mut self, tape: &Tape) -> Recording {
        let input = match &tape.facing {
            Facing::Http { head, body } => {
                let body = body.taken();
                InputForm::Http(HttpForm {
                    method: head.method.to_string(),
                    uri: self.redactor.target(&head.uri.to_string()),
                    version: format!("{:?}", head.version),
                    headers: self.headers(&head.headers),
                    body: self.taken(media_type(&head.headers), &body),
                    trailers: self.trailers(&body),
                    unread: !body.is_whole,
                })
            }
            Facing::Event(input) => self.input(input),
        };
        let outcome = match &tape.end {
            End::Cancelled => OutcomeForm::Cancelled,
            End::Answered(answered) => self.outcome(answered, tape),
        };
        let reports = tape.reports().iter().map(|report| match report {
            None => ReportForm::Missing,
            Some(Ok(())) => ReportForm::Done,
            Some(Err(failure)) => ReportForm::Failure(self.failure(failure)),
        });
        let reports = reports.collect();
        Recording {
            version: VERSION,
            function: tape.function.map(str::to_owned),
            trigger: tape.trigger.map(str::to_owned),
            platform: tape.platform.to_owned(),
            at: rfc3339::format(tape.at),
            took_us: u64::try_from(tape.took.as_micros()).unwrap_or(u64::MAX),
            facts: self.facts(&tape.facts, tape.begun),
            input,
            outcome,
            reports,
            cut: self.cut,
        }
    }

    fn outcome(&mut self, answered: &Answered, tape: &Tape) -> OutcomeForm {
        let body = tape.answer.taken();
        let broken_off = body.broken_off.as_ref();
        let broken_off = broken_off.map(|failure| self.failure(failure));
        match answered {
            Answered::Response {
                status,
                headers,
                failure,
            } => OutcomeForm::Response(ResponseForm {
                status: status.as_u16(),
                failure: failure.map(|failure| kind(failure).to_owned()),
                headers: self.headers(headers),
                body: self.taken(media_type(headers), &body),
                trailers: self.trailers(&body),
                broken_off,
            }),
            Answered::Outcome(Ok(reply)) => {
                let Reply {
                    body: whole,
                    media_type,
                    event,
                    stream,
                } = reply;
                let body = match stream {
                    None => self.body(Some(media_type), whole),
                    Some(_) => self.taken(Some(media_type), &body),
                };
                OutcomeForm::Reply(ReplyForm {
                    media_type: media_type.to_string(),
                    body,
                    event: event.as_ref().map(|event| self.event(event)),
                    streamed: stream.is_some(),
                    broken_off,
                })
            }
            Answered::Outcome(Err(failure)) => OutcomeForm::Failure(self.failure(failure)),
        }
    }

    fn facts(&self, facts: &Facts, begun: Moment) -> FactsForm {
        let Facts {
            id,
            attempt,
            deadline,
            head_timeout: _,
            peer,
            trace,
            idempotency_key,
            details,
            task,
            figures: _,
        } = facts;
        let remaining = deadline.map(|deadline| deadline.since(begun));
        let form = FactsForm {
            id: self.text(id.as_str()),
            attempt: *attempt,
            idempotency_key: idempotency_key.as_deref().map(|key| self.text(key)),
            traceparent: trace.as_ref().map(|trace| trace.traceparent().to_string()),
            tracestate: trace
                .as_ref()
                .and_then(|trace| trace.tracestate())
                .map(|state| self.text(state)),
            remaining_ms: remaining.map(milliseconds),
            peer: peer.as_ref().map(IpAddr::to_string),
            task: task.as_ref().map(|task| task.id().to_string()),
            ..FactsForm::default()
        };
        let Some(details) = details.as_deref() else {
            return form;
        };
        let context = details.request_context.as_ref();
        let claims = context
            .zip(details.claims)
            .and_then(|(context, claims)| claims(context));
        FactsForm {
            request_context: context.map(|context| self.kept(None, context.as_bytes())),
            // credentials are left out as a whole: headers of platforms, by which handlers get at other services
            claims: claims.map(|claims| Content::of_text(&self.text(&claims.to_string()))),
            client_address: details.client_address.as_ref().map(IpAddr::to_string),
            request_id: details.request_id.as_deref().map(|id| self.text(id)),
            public_path: details.public_path.as_deref().map(|path| self.text(path)),
            client_context: details
                .client_context
                .as_ref()
                .map(|context| self.kept(None, context.as_bytes())),
            resource_name: details.resource_name.as_deref().map(|name| self.text(name)),
            tenant: details.tenant.as_deref().map(|tenant| self.text(tenant)),
            ..form
        }
    }

    pub(super) fn input(&mut self, input: &Input) -> InputForm {
        match input {
            Input::Payload(payload) => InputForm::Payload(self.payload(payload)),
            Input::Delivery(delivery) => InputForm::Delivery(Box::new(self.delivery(delivery))),
            Input::Batch(batch) => {
                let deliveries = batch.deliveries.iter();
                InputForm::Batch(deliveries.map(|delivery| self.delivery(delivery)).collect())
            }
            Input::Tick(tick) => InputForm::Tick(TickForm {
                timer: tick.timer.to_string(),
                due: rfc3339::format(tick.due),
                schedule: tick.schedule.as_deref().map(str::to_owned),
                timezone: tick.timezone.as_deref().map(str::to_owned),
                missed: tick.missed,
                payload: self.payload(&tick.payload),
            }),
            Input::Object(object) => InputForm::Object(self.object(object)),
            Input::Change(change) => InputForm::Change(self.change(change)),
            Input::Event(event) => InputForm::Event(self.event(event)),
        }
    }

    fn payload(&mut self, payload: &Payload) -> PayloadForm {
        let media_type = payload.media_type.as_deref();
        PayloadForm {
            media_type: media_type.map(str::to_owned),
            body: self.body(media_type, &payload.body),
        }
    }

    fn delivery(&mut self, delivery: &Delivery) -> DeliveryForm {
        let media_type = delivery.media_type.as_deref();
        DeliveryForm {
            id: self.text(&delivery.id),
            queue: self.text(&delivery.queue),
            key: delivery.key.as_ref().map(|key| self.field("", key)),
            attributes: self.attributes(&delivery.attributes),
            sent: delivery.sent.map(rfc3339::format),
            media_type: media_type.map(str::to_owned),
            body: delivery
                .body
                .as_ref()
                .map(|body| self.body(media_type, body)),
            attempt: delivery.attempt,
            idempotency_key: delivery
                .idempotency_key
                .as_deref()
                .map(|key| self.text(key)),
        }
    }

    fn object(&self, object: &ObjectEvent) -> ObjectForm {
        ObjectForm {
            bucket: object.bucket.to_string(),
            key: self.text(&object.key),
            kind: object.kind,
            size: object.size,
            version: object.version.as_deref().map(str::to_owned),
            etag: object.etag.as_deref().map(str::to_owned),
            time: object.time.map(rfc3339::format),
            sequencer: object.sequencer.as_deref().map(str::to_owned),
            path: object
                .path
                .as_ref()
                .map(|path| self.text(&path.to_string_lossy())),
        }
    }

    fn change(&mut self, change: &ChangeEvent) -> ChangeForm {
        let mut row = |row: &Option<RawJson>| row.as_ref().map(|row| self.json(row));
        ChangeForm {
            table: change.table.to_string(),
            kind: change.kind,
            key: row(&change.key),
            before: row(&change.before),
            after: row(&change.after),
            position: change.position.as_deref().map(str::to_owned),
            time: change.time.map(rfc3339::format),
        }
    }

    fn event(&mut self, event: &CloudEvent) -> EventForm {
        let media_type = event.data_content_type.as_deref();
        let extensions = event.extensions.iter();
        EventForm {
            id: self.text(&event.id),
            source: self.text(&event.source),
            kind: event.kind.clone(),
            subject: event.subject.as_deref().map(|subject| self.text(subject)),
            time: event.time.clone(),
            datacontenttype: media_type.map(str::to_owned),
            dataschema: event.data_schema.as_deref().map(|schema| self.text(schema)),
            extensions: extensions
                .map(|(name, value)| (name.clone(), self.redactor.named(name, value).into_owned()))
                .collect(),
            data: event.data.as_ref().map(|data| self.body(media_type, data)),
        }
    }

    fn failure(&self, failure: &Failure) -> FailureForm {
        let after = match failure.kind {
            FailureKind::RetryAfter(delay) => Some(milliseconds(delay)),
            _ => None,
        };
        let place = failure.place.as_deref();
        FailureForm {
            kind: kind(failure.kind).to_owned(),
            after_ms: after,
            name: failure.name.to_string(),
            message: self.text(&failure.message),
            place: place.map(|place| format!("{}:{}", place.file, place.line)),
        }
    }

    fn headers(&self, headers: &HeaderMap) -> Fields {
        headers
            .iter()
            .map(|(name, value)| {
                let name = name.as_str();
                (name.to_owned(), self.field(name, value.as_bytes()))
            })
            .collect()
    }

    fn trailers(&self, body: &Taken) -> Fields {
        body.trailers
            .as_ref()
            .map_or_else(Vec::new, |trailers| self.headers(trailers))
    }

    fn attributes(&self, attributes: &Attributes) -> Fields {
        attributes
            .iter()
            .map(|(name, value)| (name.to_owned(), self.field(name, value)))
            .collect()
    }

    /// Writes what stands under a name.
    fn field(&self, name: &str, value: &[u8]) -> Text {
        match std::str::from_utf8(value) {
            Ok(value) => Text::Plain(self.redactor.named(name, value).into_owned()),
            Err(_) if self.redactor.is_secret(name) => Text::Plain(REDACTED.to_owned()),
            Err(_) => Text::of_bytes(value),
        }
    }

    /// Writes a body that was followed on its way.
    fn taken(&mut self, media_type: Option<&str>, body: &Taken) -> Content {
        match &body.bytes() {
            Some(bytes) => self.body(media_type, bytes),
            None => self.none_of(body.length),
        }
    }

    /// Writes a body that is there as a whole.
    fn body(&mut self, media_type: Option<&str>, body: &Bytes) -> Content {
        if !self.bodies && !body.is_empty() {
            return Content::LeftOut(body.len() as u64);
        }
        self.kept(media_type, body)
    }

    fn kept(&self, media_type: Option<&str>, body: &[u8]) -> Content {
        let Ok(text) = std::str::from_utf8(body) else {
            return Content::of_bytes(body);
        };
        let is_form = media_type.is_some_and(|media_type| {
            let essence = media_type.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        let kept = if is_form {
            self.redactor.form(text)
        } else {
            self.redactor.text(text)
        };
        Content::of_text(&kept)
    }

    fn none_of(&mut self, length: u64) -> Content {
        if self.bodies {
            self.cut = true;
            Content::Cut(length)
        } else {
            Content::LeftOut(length)
        }
    }

    fn json(&mut self, json: &RawJson) -> Content {
        self.body(None, &Bytes::copy_from_slice(json.as_bytes()))
    }

    fn text(&self, text: &str) -> String {
        match self.redactor.text(text) {
            Cow::Borrowed(text) => text.to_owned(),
            Cow::Owned(text) => text,
        }
    }
}

fn media_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The word for a kind of failure.
fn kind(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Retry => "retry",
        FailureKind::RetryAfter(_) => "retry_after",
        FailureKind::Reject => "reject",
        FailureKind::Panic => "panic",
        FailureKind::Deadline => "deadline",
        FailureKind::Overload => "overload",
        FailureKind::NotAttempted => "not_attempted",
        FailureKind::Unroutable => "unroutable",
    }
}
