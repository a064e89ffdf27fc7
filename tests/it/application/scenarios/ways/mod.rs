//! How a scenario travels: straight into the application, or as each platform brings it.

mod aws;
mod host;
mod kit;
mod knative;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use faas::testing::{App, TestApp};
use faas_runtime_shim::invocation::{Facts, Payload};
use faas_runtime_shim::platform::{ADAPTERS, Profile};
use http::{Request, header};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::events::{Brings, Fate, Message, Queue};
use super::table::{Http, NOTES};
use super::{CANARY, probe};
use crate::lambda::events::{HttpAnswer, http_v2};
use crate::process::{self, Process};

/// One of them.
pub(super) enum Way {
    Kit(TestApp),
    Lambda(TestApp, Profile),
    Host(Process),
    Knative(Process),
}

/// What a client gets.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) cookies: Vec<String>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The body for a message.
    pub(super) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.body)
            .chars()
            .take(2000)
            .collect()
    }
}

impl Way {
    /// All of them: the testing kit, and every adapter of this build.
    pub(super) async fn all() -> Vec<Self> {
        let mut ways = vec![Self::Kit(probe().real_time().start().await)];
        for adapter in ADAPTERS {
            let profile = adapter.profile();
            ways.push(match profile.name {
                "aws-lambda" => {
                    let app = probe().platform("aws-lambda").real_time();
                    Self::Lambda(app.start().await, profile)
                }
                "knative" => Self::Knative(knative::start("")),
                "host" => Self::Host(process::probe().set("FAAS_PLATFORM", "host").start()),
                other => panic!("no scenario can be sent to `{other}`: say here how"),
            });
        }
        ways
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Kit(_) => "the testing kit",
            Self::Lambda(_, profile) => profile.name,
            Self::Host(_) => "host",
            Self::Knative(_) => "knative",
        }
    }

    pub(super) async fn request(&self, scenario: &Http) -> Answer {
        match self {
            Self::Kit(app) => {
                let mut request = Request::builder()
                    .method(scenario.method)
                    .uri(scenario.path);
                for (name, value) in scenario.headers {
                    request = request.header(*name, *value);
                }
                let request = request.body(Body::from(scenario.sends)).unwrap();
                let answer = app.http(request).await;
                let values = |name| {
                    let values = answer.headers().get_all(name).iter();
                    values.map(|value| value.to_str().unwrap().to_owned())
                };
                Answer {
                    status: answer.status().as_u16(),
                    content_type: values(header::CONTENT_TYPE).collect::<Vec<_>>().join(", "),
                    cookies: values(header::SET_COOKIE).collect(),
                    body: answer.bytes().to_vec(),
                }
            }
            Self::Lambda(app, profile) => {
                let answer = app
                    .event(profile.name, event(scenario, profile).to_string())
                    .await;
                assert!(!answer.is_error(), "{}: {answer:?}", scenario.name);
                let answer = HttpAnswer::read(&answer.json());
                Answer {
                    status: answer.status.try_into().unwrap(),
                    content_type: answer
                        .headers
                        .get("content-type")
                        .map_or_else(String::new, |values| values.join(", ")),
                    cookies: answer.cookies,
                    body: answer.body,
                }
            }
            Self::Host(process) | Self::Knative(process) => over_socket(process, scenario),
        }
    }

    /// Brings what happens, and returns what this way's other side makes of each thing; `None` if it has no word for it.
    pub(super) async fn bring(&self, brings: Brings) -> Option<Vec<&'static str>> {
        Some(match self {
            Self::Kit(app) => kit::bring(app, brings).await,
            Self::Lambda(app, profile) => {
                let envelope = aws::envelope(brings).to_string();
                aws::words(brings, &app.event(profile.name, envelope).await)
            }
            Self::Host(host) => host::bring(host, brings),
            Self::Knative(probe) => return knative::bring(probe, brings),
        })
    }

    /// What the other side says of a thing with this fate.
    pub(super) fn word(&self, fate: Fate) -> &'static str {
        match self {
            Self::Kit(_) => kit::word(fate),
            Self::Lambda(..) => aws::word(fate),
            Self::Host(_) => host::word(fate),
            Self::Knative(_) => knative::word(fate),
        }
    }

    /// Takes the notes of the handlers.
    pub(super) async fn notes(&self) -> Vec<Value> {
        let answer = self.request(&NOTES).await;
        serde_json::from_slice(&answer.body).unwrap()
    }

    pub(super) async fn invoke(&self, function: &str, payload: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Kit(app) => {
                let application = app.application();
                let index = application.by_name(function).unwrap();
                let input = Payload::json(payload.to_owned()).into();
                let outcome = application.invoke(index, Facts::default(), input).await;
                outcome
                    .map(|reply| reply.body.to_vec())
                    .map_err(|failure| failure.message)
            }
            Self::Lambda(_, profile) => {
                let app: App = probe().select(function);
                let answer = app
                    .start()
                    .await
                    .event(profile.name, payload.to_owned())
                    .await;
                if answer.is_error() {
                    let document: Value = answer.json();
                    return Err(document["errorMessage"].as_str().unwrap().to_owned());
                }
                Ok(answer.bytes().to_vec())
            }
            Self::Host(host) => {
                let answer = host.invoke(function, payload);
                if answer.status == 200 {
                    return Ok(answer.body);
                }
                Err(answer.problem(answer.status).unwrap())
            }
            Self::Knative(_) => knative::invoke(function, payload),
        }
    }

    /// Ends it, and returns what it has written outside of its answers.
    pub(super) fn end(self) -> String {
        match self {
            Self::Kit(app) | Self::Lambda(app, _) => app.logs().join("\n"),
            Self::Host(process) | Self::Knative(process) => {
                process.signal(Signal::TERM);
                let ended = process.end();
                assert_eq!(ended.code, Some(0), "{}", ended.log.text());
                format!("{}{}", ended.out, ended.log.text())
            }
        }
    }
}

/// What becomes of a message that its sender keeps until the one before it is done.
const HELD_BACK: &str = "held back";

/// Sends messages one by one, as who has no batches does: of an ordered queue none behind one that has to come again.
fn one_by_one(
    queue: Queue,
    messages: &[Message],
    again: &str,
    send: impl Fn(&Message) -> &'static str,
) -> Vec<&'static str> {
    let mut stopped = Vec::new();
    let word = |message: &Message| {
        if stopped.contains(&message.key) {
            return HELD_BACK;
        }
        let word = send(message);
        if queue.is_ordered && word == again {
            stopped.push(message.key);
        }
        word
    };
    messages.iter().map(word).collect()
}

/// A row of the probe's table.
fn row(key: &str, val: &str) -> Value {
    json!({ "key": key, "val": val })
}

/// A request on a connection of its own.
fn over_socket(host: &Process, scenario: &Http) -> Answer {
    let mut head = format!("{} {}", scenario.method, scenario.path);
    for (name, value) in scenario.headers {
        head.push_str(&format!("\n{name}: {value}"));
    }
    if !scenario.sends.is_empty() {
        head.push_str(&format!("\ncontent-length: {}", scenario.sends.len()));
    }
    let mut connection = host.connect();
    connection.request(&head).send(scenario.sends);
    let answer = match scenario.method {
        "HEAD" => connection.head(),
        _ => connection.answer(),
    };
    let values = |name: &str| {
        let values = answer.headers.iter().filter(|(known, _)| known == name);
        values.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    Answer {
        status: answer.status,
        content_type: values("content-type").join(", "),
        cookies: values("set-cookie"),
        body: answer.body.clone(),
    }
}

/// An HTTP API's event with a canary in every header that carries a credential there.
fn event(scenario: &Http, profile: &Profile) -> Value {
    // this front end decodes the path before it writes it down
    let path = percent_encoding::percent_decode_str(scenario.path);
    let mut event = http_v2(scenario.method, &path.decode_utf8().unwrap());
    let credentials = profile
        .credential_headers
        .iter()
        .map(|name| (*name, CANARY));
    for (name, value) in scenario.headers.iter().copied().chain(credentials) {
        event["headers"][name] = value.into();
    }
    if !scenario.sends.is_empty() {
        event["body"] = STANDARD.encode(scenario.sends).into();
        event["isBase64Encoded"] = true.into();
    }
    event
}
