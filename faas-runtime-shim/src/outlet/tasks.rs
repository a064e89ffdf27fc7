//! Tasks where nothing of ours keeps them: each is a message of the queue that `[tasks.NAME] url` says, and whoever brings
//! that message back runs it. What became of one nobody knows.

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt, ready};

use super::{Bindings, Message};
use crate::bindings::Bound;
use crate::services::{
    ATTRIBUTE, CHANNEL, Cancelled, NewTask, Services, Submitted, TaskError, TaskFilter, TaskId,
    TaskStatus, Tasks,
};

impl Services {
    /// Makes services of what the bindings say: somewhere to publish, and queues for tasks.
    #[must_use]
    pub fn of_bindings(bindings: Bindings, platform: &'static str) -> Self {
        let bindings = Arc::new(bindings);
        let outlet = Arc::clone(&bindings);
        Self {
            tasks: bindings,
            ..Self::new(outlet, platform)
        }
    }
}

impl Bindings {
    fn unsupported<T: Send + 'static>(
        &self,
        what: &'static str,
    ) -> BoxFuture<'static, Result<T, TaskError>> {
        let platform = self.platform();
        ready(Err(TaskError::Unsupported { what, platform })).boxed()
    }
}

impl Tasks for Bindings {
    fn submit(&self, task: NewTask) -> BoxFuture<'static, Result<Submitted, TaskError>> {
        let function = task.function;
        let id = match TaskId::random() {
            Ok(id) => id,
            Err(error) => return ready(Err(error)).boxed(),
        };
        let what = format!("task `{function}`");
        let published = self.publish_to(Bound::Tasks, function, what, message(task, &id));
        published
            .map(move |published| match published {
                Ok(()) => Ok(Submitted {
                    id,
                    repeated: false,
                }),
                Err(error) => Err(TaskError::of_queue(function, error)),
            })
            .boxed()
    }

    fn status(&self, _: &TaskId) -> BoxFuture<'static, Result<Option<TaskStatus>, TaskError>> {
        self.unsupported("what became of a task")
    }

    fn list(&self, _: TaskFilter) -> BoxFuture<'static, Result<Vec<TaskStatus>, TaskError>> {
        self.unsupported("which tasks there are")
    }

    fn cancel(&self, _: &TaskId) -> BoxFuture<'static, Result<Option<Cancelled>, TaskError>> {
        self.unsupported("which task to cancel")
    }

    fn is_bound(&self, function: &str) -> bool {
        self.can_publish(Bound::Tasks, function)
    }
}

/// Makes the message of a task. Without a key of the sender's the task's id tells it from others.
fn message(task: NewTask, id: &TaskId) -> Message {
    let NewTask {
        function,
        payload,
        delay,
        priority,
        idempotency_key,
        keep: _,
        trace,
    } = task;
    let mut message = Message::new(format!("{CHANNEL}{function}"), payload);
    message.attributes.push(ATTRIBUTE, id.as_str().to_owned());
    message.idempotency_key = idempotency_key.or_else(|| Some(id.as_str().into()));
    message.delay = delay;
    message.priority = priority;
    message.trace = trace;
    message
}

#[cfg(test)]
mod tests {
    //! What a task is as a message, and what is said where there is no queue for it.

    use std::time::Duration;

    use super::*;
    use crate::config::Configuration;
    use crate::error::Error;
    use crate::invocation::Payload;

    fn bindings(toml: &str) -> Bindings {
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        Bindings::new(configuration, "aws-lambda", None)
    }

    fn task() -> NewTask {
        NewTask {
            function: "encode",
            payload: Payload::json("1"),
            delay: None,
            priority: 3,
            idempotency_key: None,
            keep: Duration::from_secs(1),
            trace: None,
        }
    }

    #[track_caller]
    fn refused(toml: &str) -> TaskError {
        let submitted = bindings(toml).submit(task());
        submitted.now_or_never().unwrap().unwrap_err()
    }

    #[test]
    fn an_unbound_task_names_the_key_also_to_a_client() {
        let error = refused("[tasks.other]\nurl = \"http://127.0.0.1:1\"");
        let text = "task `encode` is not bound on `aws-lambda`: set `tasks.encode.url`";
        assert_eq!(error.to_string(), text);
        let error = Error::from(error);
        assert_eq!(
            (error.http_status().as_u16(), &*error.to_string()),
            (503, text)
        );
    }

    #[test]
    fn a_binding_that_nothing_speaks_is_told() {
        let error = refused("[tasks.encode]\nurl = \"sqs://u:hunter2@host/encode\"").to_string();
        assert!(
            error.starts_with(
                "the task `encode` cannot be handed over: nothing here publishes to `sqs://`"
            ),
            "{error}"
        );
    }

    #[test]
    fn only_a_binding_of_its_own_binds_a_task() {
        let bindings = bindings("[tasks.encode]\nurl = \"http://broker/encode\"");
        assert!(bindings.is_bound("encode"));
        assert!(!bindings.is_bound("decode"));
        let known = bindings.status(&"a".parse().unwrap()).now_or_never();
        let error = known.unwrap().unwrap_err();
        assert!(matches!(error, TaskError::Unsupported { .. }), "{error}");
    }

    #[test]
    fn a_message_carries_the_id_of_its_task() {
        let id: TaskId = "7".parse().unwrap();
        let plain = message(task(), &id);
        assert_eq!(plain.queue, "task:encode");
        assert_eq!(plain.attributes.get("faastask"), Some("7"));
        assert_eq!(plain.idempotency_key.as_deref(), Some("7"));
        assert_eq!(plain.priority, 3);
        let keyed = NewTask {
            idempotency_key: Some("order-7".into()),
            ..task()
        };
        let keyed = message(keyed, &id);
        assert_eq!(keyed.idempotency_key.as_deref(), Some("order-7"));
    }
}
