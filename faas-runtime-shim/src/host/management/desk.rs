//! `/queues`, `/timers` and `/tasks`: looking in, and setting going again.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /queues` | how full each queue is |
//! | `GET /queues/{queue}?state=dead&limit=20` | the messages in it, `ready` by default |
//! | `POST /queues/{queue}/redrive?limit=100` | takes dead letters back; those of `{"ids": […]}` if there is a body |
//! | `POST /queues/{queue}/purge?limit=100` | removes dead letters for good; with `state=waiting` what nobody has taken |
//! | `GET /timers` | the last and the next runs |
//! | `POST /timers/{timer}/run` | a run now |
//! | `GET /tasks?function=&state=&after=&limit=` | the latest tasks |
//! | `GET /tasks/{id}` | what has become of one |
//! | `POST /tasks/{id}/cancel` | asks it to end |

use axum::body::{Body, to_bytes};
use http::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{another_method, typed, view};
use crate::application::Application;
use crate::error::problem;
use crate::services::{
    Cancelled, DeadLetters, OperationsError, Purged, Stage, TaskError, TaskFilter, TaskId,
    TaskState,
};

/// What is asked for, if it is anything of this module.
pub(super) enum Asked {
    Queues,
    Queue(String),
    Redrive(String),
    Purge(String),
    Timers,
    Run(String),
    Tasks,
    Task(String),
    Cancel(String),
}

impl Asked {
    pub(super) fn of(path: &str) -> Option<Self> {
        let mut segments = path.strip_prefix('/')?.split('/');
        let section = segments.next()?;
        let name = segments.next().map(|segment| {
            let decoded = percent_decode_str(segment).decode_utf8_lossy();
            decoded.into_owned()
        });
        let verb = segments.next();
        if segments.next().is_some() {
            return None;
        }
        match (section, name, verb) {
            ("queues", None, None) => Some(Self::Queues),
            ("queues", Some(queue), None) => Some(Self::Queue(queue)),
            ("queues", Some(queue), Some("redrive")) => Some(Self::Redrive(queue)),
            ("queues", Some(queue), Some("purge")) => Some(Self::Purge(queue)),
            ("timers", None, None) => Some(Self::Timers),
            ("timers", Some(timer), Some("run")) => Some(Self::Run(timer)),
            ("tasks", None, None) => Some(Self::Tasks),
            ("tasks", Some(id), None) => Some(Self::Task(id)),
            ("tasks", Some(id), Some("cancel")) => Some(Self::Cancel(id)),
            _ => None,
        }
    }

    fn is_reading(&self) -> bool {
        match self {
            Self::Queues | Self::Queue(_) | Self::Timers | Self::Tasks | Self::Task(_) => true,
            Self::Redrive(_) | Self::Purge(_) | Self::Run(_) | Self::Cancel(_) => false,
        }
    }

    /// Answers the request.
    pub(super) async fn answer(
        self,
        application: &Application,
        request: Request<Body>,
    ) -> Response<Body> {
        let is_right = if self.is_reading() {
            matches!(*request.method(), Method::GET | Method::HEAD)
        } else {
            *request.method() == Method::POST
        };
        if !is_right {
            return another_method(if self.is_reading() {
                "GET, HEAD"
            } else {
                "POST"
            });
        }
        match self.act(application, request).await {
            Ok((status, value)) => {
                let mut response = typed("application/json", Body::from(format!("{value:#}\n")));
                *response.status_mut() = status;
                response
            }
            Err(Refusal(status, why)) => problem(status, Some(&why)),
        }
    }

    async fn act(self, application: &Application, request: Request<Body>) -> Done {
        let operations = application.operations();
        let query = request.uri().query().unwrap_or("").to_owned();
        Ok(match self {
            Self::Queues => {
                let queues = operations.queues().await?;
                shown(queues.iter().map(view::queue).collect())
            }
            Self::Queue(queue) => {
                let Look { state, limit } = read(&query)?;
                let stage = match state {
                    None | Some(StageName::Ready) => Stage::Ready,
                    Some(StageName::Delayed) => Stage::Delayed,
                    Some(StageName::Leased) => Stage::Leased,
                    Some(StageName::Dead) => Stage::Dead,
                };
                let most = limit.unwrap_or(MOST_SHOWN).min(1000);
                let messages = operations.peek(&queue, stage, most).await?;
                shown(messages.iter().map(view::message).collect())
            }
            Self::Redrive(queue) => {
                let Limit { limit } = read(&query)?;
                let which = match ids(request).await? {
                    Some(ids) => DeadLetters::Ids(ids),
                    None => DeadLetters::Oldest(moved(limit)),
                };
                let count = operations.redrive(&queue, which).await?;
                (StatusCode::OK, json!({ "redriven": count }))
            }
            Self::Purge(queue) => {
                let Removal { state, limit } = read(&query)?;
                let what = match state {
                    None | Some(Removed::Dead) => Purged::Dead,
                    Some(Removed::Waiting) => Purged::Waiting,
                };
                let count = operations.purge(&queue, what, moved(limit)).await?;
                (StatusCode::OK, json!({ "purged": count }))
            }
            Self::Timers => {
                let timers = operations.timers().await?;
                shown(timers.iter().map(view::timer).collect())
            }
            Self::Run(timer) => {
                operations.run_now(&timer).await?;
                (StatusCode::ACCEPTED, json!({ "timer": timer }))
            }
            Self::Tasks => {
                let TaskQuery {
                    function,
                    state,
                    after,
                    limit,
                } = read(&query)?;
                let filter = TaskFilter {
                    function,
                    state,
                    after,
                    most: limit.unwrap_or(MOST_SHOWN).min(1000),
                };
                let tasks = application.tasks().list(filter).await?;
                shown(tasks.iter().map(view::task).collect())
            }
            Self::Task(id) => {
                let id: TaskId = id.parse()?;
                let status = application.tasks().status(&id).await?;
                let status = status.ok_or_else(|| unknown(&id))?;
                (StatusCode::OK, view::task(&status))
            }
            Self::Cancel(id) => {
                let id: TaskId = id.parse()?;
                let cancelled = application.tasks().cancel(&id).await?;
                match cancelled.ok_or_else(|| unknown(&id))? {
                    Cancelled::Now => (StatusCode::OK, json!({ "state": TaskState::Cancelled })),
                    Cancelled::Asked => (StatusCode::ACCEPTED, json!({ "cancelling": true })),
                    Cancelled::TooLate(state) => (StatusCode::CONFLICT, json!({ "state": state })),
                }
            }
        })
    }
}

type Done = Result<(StatusCode, Value), Refusal>;

/// How much is shown where nobody says it.
const MOST_SHOWN: u32 = 20;

/// How many dead letters go at once where nobody says it.
const MOST_MOVED: u32 = 100;

/// How many may be named, or go, in one commit: whoever claims and settles waits meanwhile.
const MOST_AT_ONCE: u32 = 10_000;

fn moved(limit: Option<u32>) -> u32 {
    limit.unwrap_or(MOST_MOVED).min(MOST_AT_ONCE)
}

fn shown(values: Vec<Value>) -> (StatusCode, Value) {
    (StatusCode::OK, Value::Array(values))
}

/// The status and the reason of what is not done.
struct Refusal(StatusCode, String);

fn unknown(id: &TaskId) -> Refusal {
    Refusal(
        StatusCode::NOT_FOUND,
        format!(
            "there is no task `{id}`; what became of one is kept for as long as its `keep` says"
        ),
    )
}

impl From<OperationsError> for Refusal {
    fn from(error: OperationsError) -> Self {
        let status = match error {
            OperationsError::Unknown { .. } => StatusCode::NOT_FOUND,
            OperationsError::NoId(_) => StatusCode::BAD_REQUEST,
            OperationsError::Elsewhere { .. } => StatusCode::NOT_IMPLEMENTED,
            OperationsError::Unreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self(status, error.to_string())
    }
}

impl From<TaskError> for Refusal {
    fn from(error: TaskError) -> Self {
        let status = match error {
            TaskError::NoId => StatusCode::BAD_REQUEST,
            TaskError::Unsupported { .. } => StatusCode::NOT_IMPLEMENTED,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self(status, error.to_string())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    state: Option<StageName>,
    limit: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StageName {
    Ready,
    Delayed,
    Leased,
    Dead,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    state: Option<Removed>,
    limit: Option<u32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Removed {
    Dead,
    Waiting,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskQuery {
    function: Option<Box<str>>,
    state: Option<TaskState>,
    after: Option<TaskId>,
    limit: Option<u32>,
}

fn read<T: DeserializeOwned>(query: &str) -> Result<T, Refusal> {
    let uri = format!("/?{query}").parse::<http::Uri>();
    let uri = uri.map_err(|error| Refusal(StatusCode::BAD_REQUEST, error.to_string()))?;
    axum::extract::Query::try_from_uri(&uri)
        .map(|axum::extract::Query(value)| value)
        .map_err(|error| Refusal(StatusCode::BAD_REQUEST, error.body_text()))
}

/// Reads which dead letters are meant, if the request says it.
async fn ids(request: Request<Body>) -> Result<Option<Vec<Box<str>>>, Refusal> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Ids {
        ids: Vec<Box<str>>,
    }
    let bad = |why: String| Refusal(StatusCode::BAD_REQUEST, why);
    // the listener's policy limits the body
    let body = to_bytes(request.into_body(), usize::MAX).await;
    let body = body.map_err(|error| bad(error.to_string()))?;
    if body.is_empty() {
        return Ok(None);
    }
    let ids: Ids = serde_json::from_slice(&body).map_err(|error| {
        bad(format!(
            "expected a document such as {{\"ids\": [\"7\"]}}: {error}"
        ))
    })?;
    if ids.ids.len() > MOST_AT_ONCE as usize {
        return Err(bad(format!(
            "{} ids are too many for one request: at most {MOST_AT_ONCE}",
            ids.ids.len()
        )));
    }
    Ok(Some(ids.ids))
}
