//! From a recording back to the canonical model.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Version};
use http_body_util::{BodyExt as _, Full};

use super::{
    ChangeForm, Content, DeliveryForm, EventForm, FactsForm, Fields, HttpForm, InputForm,
    ObjectForm, PayloadForm, TickForm,
};
use crate::clock::Moment;
use crate::cloudevents::CloudEvent;
use crate::invocation::{
    Attributes, Batch, ChangeEvent, Delivery, Details, Facts, Input, InvocationId, ObjectEvent,
    Payload, RawJson, TaskHandle, Tick,
};
use crate::platform;
use crate::rfc3339;
use crate::trace::TraceContext;

/// Why a recording cannot be run again.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unusable {
    /// A body was longer than recordings keep.
    #[error("its body of {length} bytes was cut off: record with a larger `[record] max_body`")]
    Cut {
        /// How long it was.
        length: u64,
    },
    /// Recordings keep no bodies.
    #[error("its body was left out: record without `[record] bodies = false`")]
    LeftOut,
    /// It is of a later version.
    #[error(
        "it has the form {version}, and this build reads up to {}: use the `faas` that has recorded it, or a newer one",
        super::VERSION
    )]
    Newer {
        /// Its version.
        version: u32,
    },
    /// No function has its name.
    #[error("there is no function `{name}` here: it was renamed, or is not selected")]
    UnknownFunction {
        /// The name.
        name: String,
    },
    /// The function came to no end of its own.
    #[error("{why}")]
    NoOutcome {
        /// What ended it.
        why: &'static str,
    },
    /// Something in it is not of its form.
    #[error("`{what}` is `{found}`, which cannot be read")]
    Malformed {
        /// The member.
        what: &'static str,
        /// Its value.
        found: String,
    },
}

/// What comes in.
#[derive(Debug)]
pub(in super::super) enum Brought {
    Http(Box<Request<Body>>),
    Event(Input),
}

impl InputForm {
    /// Makes the input again.
    pub(in super::super) fn brought(&self) -> Result<Brought, Unusable> {
        Ok(Brought::Event(match self {
            Self::Http(form) => return Ok(Brought::Http(Box::new(request(form)?))),
            Self::Payload(form) => Input::Payload(payload(form)?),
            Self::Delivery(form) => Input::Delivery(Box::new(delivery(form)?)),
            Self::Batch(forms) => {
                let deliveries: Result<_, _> = forms.iter().map(delivery).collect();
                Input::Batch(Batch::new(deliveries?))
            }
            Self::Tick(form) => Input::Tick(Box::new(tick(form)?)),
            Self::Object(form) => Input::Object(Box::new(object(form)?)),
            Self::Change(form) => Input::Change(Box::new(change(form)?)),
            Self::Event(form) => Input::Event(Box::new(event(form)?)),
        }))
    }
}

impl FactsForm {
    /// Makes the facts again, as of `now`.
    pub(in super::super) fn facts(&self, now: Moment) -> Result<Facts, Unusable> {
        let trace = self.traceparent.as_deref().and_then(|parent| {
            let trace = TraceContext::parse_traceparent(parent.as_bytes())?;
            Some(match &self.tracestate {
                None => trace,
                Some(state) => trace.with_tracestate(state),
            })
        });
        let task = match &self.task {
            None => None,
            Some(id) => {
                let id = id.parse().map_err(|_| malformed("facts.task", id))?;
                Some(Arc::new(TaskHandle::new(id, |_, _| {})))
            }
        };
        let details = Details {
            request_context: raw(self.request_context.as_ref())?,
            claims: self.claims_finder()?,
            client_address: address("facts.client_address", self.client_address.as_deref())?,
            request_id: boxed(self.request_id.as_deref()),
            public_path: boxed(self.public_path.as_deref()),
            client_context: raw(self.client_context.as_ref())?,
            resource_name: boxed(self.resource_name.as_deref()),
            tenant: boxed(self.tenant.as_deref()),
            ..Details::default()
        };
        Ok(Facts {
            id: InvocationId::given(&*self.id),
            attempt: self.attempt,
            deadline: self
                .remaining_ms
                .map(|left| now.after(Duration::from_millis(left))),
            peer: address("facts.peer", self.peer.as_deref())?,
            trace,
            idempotency_key: boxed(self.idempotency_key.as_deref()),
            details: Some(Arc::new(details)),
            task,
            ..Facts::default()
        })
    }

    /// Finds what reads the same claims out of the request context as when it was recorded.
    fn claims_finder(&self) -> Result<Option<platform::Claims>, Unusable> {
        let (Some(context), Some(claims)) = (raw(self.request_context.as_ref())?, &self.claims)
        else {
            return Ok(None);
        };
        let claims: Option<serde_json::Value> = claims
            .bytes()
            .and_then(|claims| serde_json::from_slice(&claims).ok());
        let finder = platform::CLAIMS
            .iter()
            .find(|finder| finder(&context) == claims);
        Ok(finder.copied())
    }
}

fn request(form: &HttpForm) -> Result<Request<Body>, Unusable> {
    let body = Full::new(bytes(&form.body)?);
    let body = if form.trailers.is_empty() {
        Body::new(body)
    } else {
        let trailers = headers(&form.trailers)?;
        Body::new(body.with_trailers(std::future::ready(Some(Ok(trailers)))))
    };
    let mut request = Request::new(body);
    *request.method_mut() = form
        .method
        .parse()
        .map_err(|_| malformed("method", &form.method))?;
    *request.uri_mut() = form.uri.parse().map_err(|_| malformed("uri", &form.uri))?;
    *request.version_mut() = match &*form.version {
        "HTTP/1.0" => Version::HTTP_10,
        "HTTP/2.0" => Version::HTTP_2,
        _ => Version::HTTP_11,
    };
    *request.headers_mut() = headers(&form.headers)?;
    Ok(request)
}

fn headers(fields: &Fields) -> Result<HeaderMap, Unusable> {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for (name, value) in fields {
        let value = value
            .bytes()
            .and_then(|value| HeaderValue::from_maybe_shared(value).ok());
        let known: Result<HeaderName, _> = name.parse();
        let (Ok(known), Some(value)) = (known, value) else {
            return Err(malformed("headers", name));
        };
        headers.append(known, value);
    }
    Ok(headers)
}

fn payload(form: &PayloadForm) -> Result<Payload, Unusable> {
    Ok(Payload {
        body: bytes(&form.body)?,
        media_type: form.media_type.clone().map(Cow::Owned),
    })
}

fn delivery(form: &DeliveryForm) -> Result<Delivery, Unusable> {
    let mut attributes = Attributes::default();
    for (name, value) in &form.attributes {
        let value = value.bytes().ok_or_else(|| malformed("attributes", name))?;
        attributes.push(&**name, value);
    }
    let key = form.key.as_ref().map(|key| {
        key.bytes()
            .ok_or_else(|| malformed("key", &format!("{key:?}")))
    });
    Ok(Delivery {
        id: form.id.as_str().into(),
        queue: form.queue.as_str().into(),
        key: key.transpose()?,
        attributes,
        sent: time("sent", form.sent.as_deref())?,
        body: form.body.as_ref().map(bytes).transpose()?,
        media_type: form.media_type.clone().map(Cow::Owned),
        attempt: form.attempt,
        idempotency_key: boxed(form.idempotency_key.as_deref()),
    })
}

fn tick(form: &TickForm) -> Result<Tick, Unusable> {
    Ok(Tick {
        timer: form.timer.as_str().into(),
        due: rfc3339::parse(&form.due).ok_or_else(|| malformed("due", &form.due))?,
        schedule: boxed(form.schedule.as_deref()),
        timezone: boxed(form.timezone.as_deref()),
        missed: form.missed,
        payload: payload(&form.payload)?,
    })
}

fn object(form: &ObjectForm) -> Result<ObjectEvent, Unusable> {
    Ok(ObjectEvent {
        bucket: form.bucket.as_str().into(),
        key: form.key.clone(),
        kind: form.kind,
        size: form.size,
        version: boxed(form.version.as_deref()),
        etag: boxed(form.etag.as_deref()),
        time: time("time", form.time.as_deref())?,
        sequencer: boxed(form.sequencer.as_deref()),
        path: form.path.as_deref().map(Into::into),
    })
}

fn change(form: &ChangeForm) -> Result<ChangeEvent, Unusable> {
    Ok(ChangeEvent {
        table: form.table.as_str().into(),
        kind: form.kind,
        key: raw(form.key.as_ref())?,
        before: raw(form.before.as_ref())?,
        after: raw(form.after.as_ref())?,
        position: boxed(form.position.as_deref()),
        time: time("time", form.time.as_deref())?,
    })
}

fn event(form: &EventForm) -> Result<CloudEvent, Unusable> {
    Ok(CloudEvent {
        id: form.id.clone(),
        source: form.source.clone(),
        kind: form.kind.clone(),
        subject: form.subject.clone(),
        time: form.time.clone(),
        data_content_type: form.datacontenttype.clone(),
        data_schema: form.dataschema.clone(),
        extensions: form.extensions.clone(),
        data: form.data.as_ref().map(bytes).transpose()?,
    })
}

fn bytes(content: &Content) -> Result<Bytes, Unusable> {
    match content {
        Content::Cut(length) => Err(Unusable::Cut { length: *length }),
        Content::LeftOut(_) => Err(Unusable::LeftOut),
        Content::Base64(text) => content.bytes().ok_or_else(|| malformed("base64", text)),
        Content::Json(_) | Content::Text(_) => Ok(content.bytes().unwrap_or_default()),
    }
}

fn raw(content: Option<&Content>) -> Result<Option<RawJson>, Unusable> {
    let Some(content) = content else {
        return Ok(None);
    };
    let text = bytes(content)?;
    let json = RawJson::parse(text.clone())
        .map_err(|_| malformed("json", &String::from_utf8_lossy(&text)))?;
    Ok(Some(json))
}

fn time(what: &'static str, text: Option<&str>) -> Result<Option<SystemTime>, Unusable> {
    text.map(|text| rfc3339::parse(text).ok_or_else(|| malformed(what, text)))
        .transpose()
}

fn address<T: std::str::FromStr>(
    what: &'static str,
    text: Option<&str>,
) -> Result<Option<T>, Unusable> {
    text.map(|text| text.parse().map_err(|_| malformed(what, text)))
        .transpose()
}

fn boxed(text: Option<&str>) -> Option<Box<str>> {
    text.map(Into::into)
}

fn malformed(what: &'static str, found: &str) -> Unusable {
    Unusable::Malformed {
        what,
        found: found.chars().take(80).collect(),
    }
}
