//! What became of tasks.

use std::fmt;

use axum::extract::FromRequestParts;
use faas_runtime_shim::application::Application;
use faas_runtime_shim::services::{Cancelled, TaskError, TaskFilter, TaskId, TaskStatus};
use http::request;
use serde::de::DeserializeOwned;

use super::{FromInvocation, Nothing, Parts, Slot};
use crate::Error;

/// The tasks that were submitted: where each stands, what it answered, and a way to end it.
///
/// It is a parameter of every function. The host keeps what is known; where tasks go through a queue of the platform,
/// nobody does, and each question is answered with [`TaskError::Unsupported`].
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::App;
/// use faas::{Error, Path, TaskId, Tasks};
/// use http::StatusCode;
///
/// #[faas::task]
/// async fn greet(name: String) -> String {
///     format!("hello {name}")
/// }
///
/// #[faas::http(GET, "/greetings/{task}")]
/// async fn greeting(tasks: Tasks, Path(task): Path<TaskId>) -> Result<(StatusCode, String), Error> {
///     Ok(match tasks.result(&task).await? {
///         Some(greeting) => (StatusCode::OK, greeting),
///         None => (StatusCode::NOT_FOUND, "no greeting yet".to_owned()),
///     })
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// app.run_task(greet, "ada".to_owned()).await.unwrap();
/// let id = app.submitted()[0].id.clone();
/// let request = http::Request::get(format!("/greetings/{id}"));
/// assert_eq!(app.http(request.body("").unwrap()).await.text(), "hello ada");
/// # }
/// ```
#[derive(Clone)]
pub struct Tasks {
    application: Application,
}

impl Tasks {
    pub(crate) fn of(application: &Application) -> Self {
        Self {
            application: application.clone(),
        }
    }

    /// Tells what has become of a task; `None` for one that nobody knows, or knows any more.
    ///
    /// # Errors
    ///
    /// Fails where nobody keeps what is known, and if it cannot be reached.
    pub async fn status(&self, id: &TaskId) -> Result<Option<TaskStatus>, TaskError> {
        self.application.tasks().status(id).await
    }

    /// Returns what a task answered, decoded from JSON or taken as text; `None` unless it has succeeded.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status), and for an answer of another shape.
    pub async fn result<T: DeserializeOwned>(&self, id: &TaskId) -> Result<Option<T>, TaskError> {
        let result = self.status(id).await?.and_then(|status| status.result);
        result.map(|result| result.decode()).transpose()
    }

    /// Lists tasks, the latest first.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status).
    pub async fn list(&self, filter: TaskFilter) -> Result<Vec<TaskStatus>, TaskError> {
        self.application.tasks().list(filter).await
    }

    /// Asks a task to end; `None` for one that nobody knows.
    ///
    /// One that waits will not begin. One at work is told by [`Context::is_cancelled`](crate::Context::is_cancelled) and
    /// [`Context::cancelled`](crate::Context::cancelled), and ends when its function heeds that: with an answer it has
    /// succeeded all the same, with an error it is cancelled and not tried again.
    ///
    /// # Errors
    ///
    /// As [`status`](Self::status).
    pub async fn cancel(&self, id: &TaskId) -> Result<Option<Cancelled>, TaskError> {
        self.application.tasks().cancel(id).await
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks").finish_non_exhaustive()
    }
}

impl<Tr> FromInvocation<Tr> for Tasks {
    type Takes = Nothing;

    fn from_invocation(parts: &Parts, _: &mut Slot) -> Result<Self, Error> {
        Ok(Self::of(parts.application()))
    }
}

impl<S: Sync> FromRequestParts<S> for Tasks {
    type Rejection = Error;

    fn from_request_parts(
        parts: &mut request::Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Error>> {
        std::future::ready(Parts::of(parts).map(|parts| Self::of(parts.application())))
    }
}
