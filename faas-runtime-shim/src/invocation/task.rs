//! The task that an invocation works on.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::services::TaskId;

/// A task at work: its id, whether it shall end, and where its progress goes.
pub struct TaskHandle {
    id: TaskId,
    is_cancelled: AtomicBool,
    asked: Notify,
    progress: Box<Progress>,
}

/// Takes what a task says about how far it is.
type Progress = dyn Fn(&TaskId, &str) + Send + Sync;

impl TaskHandle {
    /// Makes the handle of a task whose progress goes to `progress`.
    #[must_use]
    pub fn new(id: TaskId, progress: impl Fn(&TaskId, &str) + Send + Sync + 'static) -> Self {
        Self {
            id,
            is_cancelled: AtomicBool::new(false),
            asked: Notify::new(),
            progress: Box::new(progress),
        }
    }

    /// Makes the handle of a task that came through a queue, where nobody keeps its progress.
    pub(crate) fn of_queue(id: TaskId) -> Self {
        Self::new(id, |id, text| {
            tracing::debug!(task = %id, "nobody keeps the progress of a task that came through a queue: {text}");
        })
    }

    /// Returns the id.
    #[must_use]
    pub fn id(&self) -> &TaskId {
        &self.id
    }

    /// Asks the task to end.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::SeqCst);
        self.asked.notify_waiters();
    }

    /// Tells whether it was asked to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::SeqCst)
    }

    /// Completes once it is asked to end.
    pub(crate) async fn cancelled(&self) {
        let mut notified = std::pin::pin!(self.asked.notified());
        notified.as_mut().enable();
        if !self.is_cancelled() {
            notified.await;
        }
    }

    pub(crate) fn progress(&self, text: &str) {
        (self.progress)(&self.id, &text[..text.floor_char_boundary(LONGEST)]);
    }
}

/// How much of what a task says about its progress is kept.
const LONGEST: usize = 1024;

impl fmt::Debug for TaskHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskHandle")
            .field("id", &self.id)
            .field("is_cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    //! Who waits is told; what is said is cut.

    use std::sync::{Arc, Mutex};

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn whoever_waits_is_told_be_it_before_or_after() {
        let task = TaskHandle::new("a".parse().unwrap(), |_, _| {});
        let mut waiting = Box::pin(task.cancelled());
        assert!(waiting.as_mut().now_or_never().is_none());
        task.cancel();
        assert!(waiting.now_or_never().is_some());
        assert!(task.cancelled().now_or_never().is_some());
    }

    #[test]
    fn of_a_long_text_the_beginning_is_kept() {
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let task = TaskHandle::new("a".parse().unwrap(), move |_, text| {
            *heard.lock().unwrap() = text.to_owned();
        });
        task.progress(&"ü".repeat(600));
        assert_eq!(*said.lock().unwrap(), "ü".repeat(512));
        task.progress(&format!("a{}", "ü".repeat(600)));
        assert_eq!(said.lock().unwrap().len(), 1023);
    }
}
