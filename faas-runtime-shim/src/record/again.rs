//! Runs a recording on an application, and records what comes of it now.

use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::BodyExt as _;

use super::Door as _;
use super::desk::{Desk, Sink};
use super::form::{Brought, Content, OutcomeForm, Recording, ReplyForm, ResponseForm, Unusable};
use super::settings::Settings;
use super::tape::Tape;
use crate::application::Application;
use crate::invocation::Reply;

/// Runs a recording on an application: to the function of its name, a request by its route.
///
/// What comes back is the recording of this run, without credentials too. The application's own recorder hears nothing of it.
///
/// # Errors
///
/// Says why it cannot be run: something of it was not kept, there is no such function, or it came to no end of its own when it
/// was recorded.
pub async fn again(
    application: &Application,
    recording: &Recording,
) -> Result<Recording, Unusable> {
    if let Some(why) = ended_from_outside(recording) {
        return Err(Unusable::NoOutcome { why });
    }
    if let OutcomeForm::Response(ResponseForm { body, .. })
    | OutcomeForm::Reply(ReplyForm { body, .. }) = &recording.outcome
        && let Content::Cut(length) = body
    {
        return Err(Unusable::Cut { length: *length });
    }
    let brought = recording.input.brought()?;
    let facts = recording.facts.facts(application.clock().now())?;
    let kept = Kept::default();
    let desk = Arc::new(Desk::new(
        Settings::for_comparison(),
        Box::new(kept.clone()),
    ));
    match brought {
        Brought::Http(request) => {
            let response = desk.http(application, facts, *request).await;
            // what breaks it off is in the recording
            let _ = response.into_body().collect().await;
        }
        Brought::Event(input) => {
            let name = recording.function.as_deref().unwrap_or_default();
            let Some(function) = application.by_name(name) else {
                return Err(Unusable::UnknownFunction {
                    name: name.to_owned(),
                });
            };
            let outcome = desk.invoke(application, function, facts, input).await;
            if let Ok(Reply {
                stream: Some(stream),
                ..
            }) = outcome
            {
                let _ = stream.take().collect().await;
            }
        }
    }
    // an invocation whose body has been read to its end was handed over
    kept.take().ok_or(Unusable::NoOutcome {
        why: "it came to no end",
    })
}

/// Says what has ended an invocation before its function came to an end: no run by itself does so again.
fn ended_from_outside(recording: &Recording) -> Option<&'static str> {
    match &recording.outcome {
        OutcomeForm::Cancelled => Some("it was cancelled: nobody waited for its end"),
        OutcomeForm::Failure(failure) => ended(&failure.kind),
        OutcomeForm::Response(response) => match response.status {
            101 => Some("it was upgraded to another protocol"),
            // a limit answers before there is a function
            503 if recording.function.is_none() => ended("overload"),
            _ => {
                let broken_off = response.broken_off.as_ref().map(|failure| &failure.kind);
                response
                    .failure
                    .as_ref()
                    .or(broken_off)
                    .and_then(|kind| ended(kind))
            }
        },
        OutcomeForm::Reply(reply) => reply
            .broken_off
            .as_ref()
            .and_then(|failure| ended(&failure.kind)),
    }
}

fn ended(kind: &str) -> Option<&'static str> {
    match kind {
        "deadline" => Some("it was stopped at its deadline, and time stands still here"),
        "overload" => Some("a limit refused it"),
        "not_attempted" => Some("it was not attempted"),
        _ => None,
    }
}

/// Keeps the one recording of a run.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Option<Recording>>>);

impl Kept {
    fn take(&self) -> Option<Recording> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Sink for Kept {
    fn take(&self, tape: Box<Tape>) {
        let recording = Settings::for_comparison().form(&tape);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(recording);
    }
}
