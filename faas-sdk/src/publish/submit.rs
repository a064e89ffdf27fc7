//! Tasks: work that is handed over now and done later.

use std::any::{TypeId, type_name};
use std::future::ready;
use std::pin::Pin;
use std::time::Duration;

use faas_runtime_shim::function::{Function, TaskSpec, Trigger};
use faas_runtime_shim::invocation::Context;
use faas_runtime_shim::services::{NewTask, TaskError, TaskId};

use super::Sender;
use crate::Handler;
use crate::extract::{Codec, trigger};

/// Hands work over to a task function that is linked into this program: `faas::submit(encode, job).await?` returns the
/// task's id at once.
///
/// The function gives its name and checks the type of the job; whether this instance runs it does not matter. The task is
/// durable once it is submitted. What becomes of it is told by [`Tasks`](crate::Tasks).
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::App;
/// use faas::{Context, Error, Json, TaskId};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Film {
///     name: String,
/// }
///
/// #[faas::task(timeout = "10m", retry(max = 3))]
/// async fn encode(Json(film): Json<Film>, cx: Context) -> Result<String, Error> {
///     cx.progress("half of it");
///     Ok(format!("{}.mp4", film.name))
/// }
///
/// #[faas::http(POST, "/films")]
/// async fn create(Json(film): Json<Film>) -> Result<Json<TaskId>, Error> {
///     let key = film.name.clone();
///     Ok(Json(faas::submit(encode, film).idempotency_key(key).await?))
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// let request = http::Request::post("/films").header("content-type", "application/json");
/// let answer = app.http(request.body(r#"{"name": "up"}"#).unwrap()).await;
/// let submitted = app.submitted();
/// assert_eq!(submitted[0].id, answer.json::<TaskId>());
/// assert_eq!(submitted[0].json::<Film>().name, "up");
///
/// let film = Film { name: "up".to_owned() };
/// assert_eq!(app.run_task(encode, film).await.unwrap(), "up.mp4");
/// # }
/// ```
pub fn submit<H, A>(function: H, job: H::Input) -> Submit
where
    H: Handler<trigger::Task, A>,
    H::InputCodec: Codec<H::Input>,
{
    // the item is all that is asked for; the handler is not called
    drop(function);
    Submit {
        sender: Sender::here(),
        task: new_task::<H, A>(&job).map(Box::new),
    }
}

/// Makes the task of a job, with what its function says about tasks.
pub(crate) fn new_task<H, A>(job: &H::Input) -> Result<NewTask, TaskError>
where
    H: Handler<trigger::Task, A>,
    H::InputCodec: Codec<H::Input>,
{
    let (function, spec) = task_of(TypeId::of::<H>()).ok_or(TaskError::NoTask {
        name: type_name::<H>(),
    })?;
    let payload = H::InputCodec::encode(job).map_err(|error| TaskError::Unwritable {
        function: function.into(),
        why: error.chain(),
    })?;
    Ok(NewTask {
        function,
        payload,
        delay: None,
        priority: spec.priority,
        idempotency_key: None,
        keep: spec.keep,
        trace: None,
    })
}

/// Finds a task function among all that are linked: it need not be selected here.
fn task_of(item: TypeId) -> Option<(&'static str, &'static TaskSpec)> {
    let mut functions = inventory::iter::<Function>.into_iter();
    functions.find_map(|function| match &function.trigger {
        Trigger::Task { spec, .. } if function.item == item => Some((function.origin.name, spec)),
        _ => None,
    })
}

/// A task on its way: knobs first, then `.await`, which is done once the task is durable.
///
/// # Examples
///
/// ```standalone_crate
/// use std::time::Duration;
///
/// use faas::{Context, Error};
///
/// #[faas::task(priority = 5)]
/// async fn tidy(_folder: String) {}
///
/// #[faas::invoke]
/// async fn leave(cx: Context) -> Result<(), Error> {
///     let tidying = faas::submit(tidy, "desk".to_owned());
///     tidying.delay(Duration::from_secs(60)).priority(-1).await?;
///
///     // a spawned task outlives the handler, so it says for which invocation it submits
///     tokio::spawn(async move { faas::submit(tidy, "shelf".to_owned()).within(&cx).await }).await??;
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = faas::testing::App::new().start().await;
/// app.call(leave, ()).await.unwrap();
/// let submitted = app.submitted();
/// assert_eq!((submitted[0].function(), submitted[0].task.priority), ("tidy", -1));
/// assert_eq!(submitted[1].task.priority, 5);
/// # }
/// ```
///
/// # Errors
///
/// Its result is a [`TaskError`]; `?` makes an [`Error`](crate::Error) of it. Where tasks go through a queue that nobody has
/// bound, it names the key of the configuration to set.
///
/// # Cancel safety
///
/// Dropped half-way, the task may have been submitted or not.
#[derive(Debug)]
#[must_use = "nothing is submitted until it is awaited"]
pub struct Submit {
    sender: Sender,
    task: Result<Box<NewTask>, TaskError>,
}

impl Submit {
    /// Sets what stays the same when the same work is submitted again, so that it is done once: the second task is the first
    /// one, and has its id.
    ///
    /// Where tasks go through a queue, its id is a new one; whether the work is done once is up to the queue.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        let key = key.into().into_boxed_str();
        self.with(|task| task.idempotency_key = Some(key))
    }

    /// Lets the task begin not before this much time has passed, where its queue can do that.
    pub fn delay(self, delay: Duration) -> Self {
        self.with(|task| task.delay = Some(delay))
    }

    /// Lets it begin before waiting tasks of a lower priority, where its queue knows priorities. Without it the function's
    /// own holds.
    pub fn priority(self, priority: i16) -> Self {
        self.with(|task| task.priority = priority)
    }

    /// Submits as this invocation: for tasks of the async runtime that a handler has spawned.
    ///
    /// A process that serves knows its application there too; in a test, where there may be many, only the context does.
    pub fn within(mut self, context: &Context) -> Self {
        self.sender = Sender::of(context);
        self
    }

    fn with(mut self, set: impl FnOnce(&mut NewTask)) -> Self {
        if let Ok(task) = &mut self.task {
            set(task);
        }
        self
    }
}

impl IntoFuture for Submit {
    type Output = Result<TaskId, TaskError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { sender, task } = self;
        let submitting = task.and_then(|mut task| {
            task.trace = sender.trace().cloned();
            let application = sender.application().map_err(|_| TaskError::NoApplication)?;
            Ok(application.tasks().submit(*task))
        });
        match submitting {
            Ok(submitting) => Box::pin(async move { Ok(submitting.await?.id) }),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }
}
