//! Tasks on this machine's disk: each is a message of its function's channel, with a record beside it of what became of it.
//!
//! [`StoredTasks`] is what handlers ask; [`feed`] makes attempts of the messages; [`AtWork`] lets the one tell the other that
//! a task shall end. Whether it comes again is for the consumer and the store, as for any message.

pub(crate) mod feed;
mod progress;
mod stored;

use std::sync::{Arc, Mutex, PoisonError, Weak};

pub(crate) use self::stored::StoredTasks;
use super::store::Token;
use crate::invocation::TaskHandle;
use crate::services::TaskId;

/// The tasks that this process works on.
#[derive(Clone, Debug, Default)]
pub(crate) struct AtWork(Arc<Mutex<Vec<Attempt>>>);

/// The claim of a task, and its handle for as long as its function is at work.
type Attempt = (Token, Weak<TaskHandle>);

impl AtWork {
    fn add(&self, token: Token, task: &Arc<TaskHandle>) {
        self.with(|all| {
            // there are no more than are at work at once, so what is over is looked for here
            all.retain(|(_, task)| task.strong_count() > 0);
            all.push((token, Arc::downgrade(task)));
        });
    }

    /// Tells the attempt of a claim that its task shall end.
    fn cancel(&self, token: Token) {
        self.tell(|known, _| known == token);
    }

    /// Tells a task that it shall end, if this process works on it.
    fn cancel_task(&self, id: &TaskId) {
        self.tell(|_, task| task.id() == id);
    }

    fn tell(&self, is_meant: impl Fn(Token, &TaskHandle) -> bool) {
        let meant: Vec<_> = self.with(|all| {
            let tasks = all
                .iter()
                .filter_map(|(token, task)| Some((*token, task.upgrade()?)));
            tasks
                .filter(|(token, task)| is_meant(*token, task))
                .collect()
        });
        for (_, task) in meant {
            task.cancel();
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Vec<Attempt>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
