//! Work that is handed over: an id at once, the result later.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use http::StatusCode;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};

use crate::cloudevents::media_type::is_json;
use crate::error::Error;
use crate::invocation::Payload;
use crate::outlet::PublishError;
use crate::trace::TraceContext;

/// Where tasks wait, and where it is known what became of them.
pub trait Tasks: fmt::Debug + Send + Sync {
    /// Takes a task over; done once it is durable.
    fn submit(&self, task: NewTask) -> BoxFuture<'static, Result<Submitted, TaskError>>;

    /// Tells what has become of a task; `None` for one that nobody knows any more.
    fn status(&self, id: &TaskId) -> BoxFuture<'static, Result<Option<TaskStatus>, TaskError>>;

    /// Lists tasks, the latest first.
    fn list(&self, filter: TaskFilter) -> BoxFuture<'static, Result<Vec<TaskStatus>, TaskError>>;

    /// Asks a task to end; `None` for one that nobody knows any more.
    fn cancel(&self, id: &TaskId) -> BoxFuture<'static, Result<Option<Cancelled>, TaskError>>;

    /// Tells whether tasks of this function have a place where they wait.
    fn is_bound(&self, function: &str) -> bool;
}

/// What stands before a function's name in the name of the queue that its tasks wait in.
pub(crate) const CHANNEL: &str = "task:";

/// The attribute of a message that carries the id of the task that it is.
pub(crate) const ATTRIBUTE: &str = "faastask";

/// A task on its way to its function.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// The name of the function.
    pub function: &'static str,
    /// What it gets.
    pub payload: Payload,
    /// How long it waits before it may begin.
    pub delay: Option<Duration>,
    /// The higher begins first.
    pub priority: i16,
    /// A second task of the same key is the first one.
    pub idempotency_key: Option<Box<str>>,
    /// How long what became of it is kept.
    pub keep: Duration,
    /// The trace that it belongs to.
    pub trace: Option<TraceContext>,
}

/// The id of a task.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaskId(Box<str>);

impl TaskId {
    /// Returns the id as text: up to 64 letters, digits, `-` and `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TaskId {
    type Err = TaskError;

    fn from_str(text: &str) -> Result<Self, TaskError> {
        let is_id = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if is_id {
            Ok(Self(text.into()))
        } else {
            Err(TaskError::NoId)
        }
    }
}

impl TryFrom<String> for TaskId {
    type Error = TaskError;

    fn try_from(text: String) -> Result<Self, TaskError> {
        text.parse()
    }
}

impl From<TaskId> for String {
    fn from(id: TaskId) -> Self {
        id.0.into()
    }
}

/// What a sender gets for a task.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Submitted {
    /// Its id.
    pub id: TaskId,
    /// Whether there was a task of the same idempotency key: this is the id of that one.
    pub repeated: bool,
}

/// Where a task stands.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskState {
    /// It has not begun, or waits for its next attempt.
    Queued,
    /// Its function is at work.
    Running,
    /// It is done, and has a result.
    Succeeded,
    /// It was given up.
    Failed,
    /// It was told to end before it was done.
    Cancelled,
}

impl TaskState {
    /// Returns its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Tells whether nothing more becomes of the task.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Queued | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::Cancelled => true,
        }
    }
}

/// What is known about a task.
#[derive(Clone, Debug)]
pub struct TaskStatus {
    /// Its id.
    pub id: TaskId,
    /// The name of its function.
    pub function: Box<str>,
    /// Where it stands.
    pub state: TaskState,
    /// How many attempts have begun.
    pub attempts: u32,
    /// What its function has last said about how far it is.
    pub progress: Option<Box<str>>,
    /// When it was handed over.
    pub submitted: SystemTime,
    /// When its latest attempt began.
    pub started: Option<SystemTime>,
    /// When it reached its final state.
    pub finished: Option<SystemTime>,
    /// When the next attempt may begin, if it waits for one.
    pub due: Option<SystemTime>,
    /// Whether it was asked to end, and has not yet.
    pub cancelling: bool,
    /// What its function answered, if it succeeded.
    pub result: Option<TaskResult>,
    /// Why its latest attempt failed, if one did.
    pub failure: Option<TaskFailure>,
}

/// What the function of a task answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TaskResult {
    /// The answer.
    pub body: bytes::Bytes,
    /// Its media type.
    pub media_type: Cow<'static, str>,
}

/// Why an attempt failed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TaskFailure {
    /// One word: `retry`, `reject`, `panic`, `deadline`, `lost`.
    pub kind: Cow<'static, str>,
    /// What happened.
    pub message: Box<str>,
}

/// Which tasks are listed.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    /// Those of this function.
    pub function: Option<Box<str>>,
    /// Those in this state.
    pub state: Option<TaskState>,
    /// Those before this one.
    pub after: Option<TaskId>,
    /// How many at most; zero for as many as is usual.
    pub most: u32,
}

/// What came of asking a task to end.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cancelled {
    /// It had not begun, and will not.
    Now,
    /// Its function is told; it ends when the function heeds that.
    Asked,
    /// It had reached this state before.
    TooLate(TaskState),
}

/// Why nothing came of a task.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum TaskError {
    /// It was called outside of an application.
    #[error(
        "no application runs here: submit in a handler, or say for which invocation by `within(&cx)`"
    )]
    NoApplication,
    /// The text is no id of a task.
    #[error("this is no id of a task: it is 1 to 64 letters, digits, `-` and `_`")]
    NoId,
    /// The fn is not annotated.
    #[error("`{name}` is not annotated with `#[faas::task]`")]
    NoTask {
        /// Its path.
        name: &'static str,
    },
    /// The payload cannot be written in its form, or the result not be read.
    #[error("the payload of the task `{function}` cannot be written: {why}")]
    Unwritable {
        /// The function.
        function: Box<str>,
        /// What the form cannot hold.
        why: String,
    },
    /// The result is not of the type that it is read as.
    #[error("the result of the task cannot be read: {why}")]
    Unreadable {
        /// What was found.
        why: String,
    },
    /// Nobody has said where tasks go.
    #[error("task `{function}` is not bound on `{platform}`: set `{key}`")]
    Unbound {
        /// The function.
        function: Box<str>,
        /// The key of the configuration that would say it.
        key: String,
        /// The platform that the application runs on.
        platform: &'static str,
    },
    /// What is asked is not known where tasks go through a queue of the platform.
    #[error(
        "{what} is not known on `{platform}`: tasks go through a queue there, which keeps no record of them"
    )]
    Unsupported {
        /// What was asked.
        what: &'static str,
        /// The platform that the application runs on.
        platform: &'static str,
    },
    /// The binding asks for what this build, or the other side, cannot do.
    #[error("the task `{function}` cannot be handed over: {why}")]
    Unpublishable {
        /// The function.
        function: Box<str>,
        /// What is missing.
        why: String,
    },
    /// The other side has refused it.
    #[error("the task `{function}` was refused: {why}")]
    Refused {
        /// The function.
        function: Box<str>,
        /// In its words.
        why: String,
        /// Whether it would refuse it again.
        for_good: bool,
    },
    /// The other side did not answer, so it may have it or not.
    #[error("tasks could not be reached: {why}")]
    Unreachable {
        /// What happened.
        why: String,
    },
}

impl TaskError {
    /// Makes the error of a handler. A client over HTTP is told what is not bound, where nothing is known about tasks, and no
    /// more.
    #[must_use]
    pub fn into_error(self) -> Error {
        let error = match &self {
            Self::Unbound { .. } => Error::told(StatusCode::SERVICE_UNAVAILABLE, self.to_string()),
            Self::Unsupported { .. } => Error::told(StatusCode::NOT_IMPLEMENTED, self.to_string()),
            Self::NoId => Error::status(StatusCode::BAD_REQUEST, self.to_string()),
            Self::NoApplication | Self::NoTask { .. } | Self::Unreadable { .. } => {
                Error::retry(self)
            }
            Self::Unwritable { .. } | Self::Refused { for_good: true, .. } => {
                Error::reject(self).with_status(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Unpublishable { .. } | Self::Refused { .. } | Self::Unreachable { .. } => {
                Error::retry(self).with_status(StatusCode::SERVICE_UNAVAILABLE)
            }
        };
        error.with_name("TaskError")
    }

    /// Makes the error of a task that goes through a queue, of that queue's.
    pub(crate) fn of_queue(function: &str, error: PublishError) -> Self {
        let function = function.into();
        match error {
            PublishError::NoApplication => Self::NoApplication,
            PublishError::Unwritable { why, .. } => Self::Unwritable { function, why },
            PublishError::Unbound { key, platform, .. } => Self::Unbound {
                function,
                key,
                platform,
            },
            PublishError::Unsupported { why, .. } => Self::Unpublishable { function, why },
            PublishError::Refused { why, for_good, .. } => Self::Refused {
                function,
                why,
                for_good,
            },
            PublishError::Unreachable { why, .. } => Self::Unreachable { why },
        }
    }
}

impl TaskResult {
    /// Decodes the answer: JSON, or text for whatever can be made of a text.
    ///
    /// # Errors
    ///
    /// Fails for an answer of another shape.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, TaskError> {
        let is_json = is_json(&self.media_type);
        let decoded = match std::str::from_utf8(&self.body) {
            Ok(text) if !is_json => T::deserialize(
                IntoDeserializer::<serde_json::Error>::into_deserializer(text),
            ),
            _ => serde_json::from_slice(&self.body),
        };
        decoded.map_err(|error| TaskError::Unreadable {
            why: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    //! Ids, answers, and what clients are told of errors.

    use super::*;

    #[test]
    fn an_id_is_a_short_word() {
        for text in ["0af7651916cd43dd8448eb211c80319c", "A-b_9", &"x".repeat(64)] {
            let id: TaskId = text.parse().unwrap();
            assert_eq!((id.as_str(), id.to_string()), (text, text.to_owned()));
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(serde_json::from_str::<TaskId>(&json).unwrap(), id);
        }
        for text in ["", "a b", "../a", "ü", "a\n", &"x".repeat(65)] {
            assert_eq!(text.parse::<TaskId>(), Err(TaskError::NoId), "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            let error = serde_json::from_str::<TaskId>(&json).unwrap_err();
            assert!(error.to_string().contains("no id of a task"), "{error}");
        }
    }

    #[test]
    fn an_answer_is_decoded_by_its_media_type() {
        let answer = |body: &'static str, media_type: &'static str| TaskResult {
            body: body.into(),
            media_type: media_type.into(),
        };
        let json = answer(r#"{"a":1}"#, "application/json");
        let decoded: serde_json::Value = json.decode().unwrap();
        assert_eq!(decoded["a"], 1);
        let text = answer("17", "text/plain; charset=utf-8");
        assert_eq!(text.decode::<String>().unwrap(), "17");
        let sequence = answer("17", "application/json-seq");
        assert_eq!(sequence.decode::<String>().unwrap(), "17");
        let problem = answer("17", "application/problem+json");
        assert_eq!(problem.decode::<u64>().unwrap(), 17);
        let told = json.decode::<u64>().unwrap_err().to_string();
        assert!(told.contains("expected u64"), "{told}");
    }

    #[test]
    fn a_client_is_told_what_is_not_bound_and_nothing_internal() {
        let unbound = TaskError::Unbound {
            function: "encode".into(),
            key: "tasks.encode.url".to_owned(),
            platform: "aws-lambda",
        };
        let error = Error::from(unbound);
        assert_eq!(error.http_status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            error.to_string(),
            "task `encode` is not bound on `aws-lambda`: set `tasks.encode.url`"
        );
        let refused = |for_good| TaskError::Refused {
            function: "encode".into(),
            why: "full".to_owned(),
            for_good,
        };
        let statuses = [
            (TaskError::NoId, 400),
            (refused(true), 500),
            (refused(false), 503),
        ];
        for (error, status) in statuses {
            assert_eq!(error.clone().into_error().http_status(), status, "{error}");
            assert_eq!(Error::from(error).name(), "TaskError");
        }
    }
}
