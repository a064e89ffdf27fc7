//! What a task says about how far it is, on its way to the disk.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;

use super::super::store::{Store, TaskProgress, Token};
use super::AtWork;

/// Writes down what an attempt says: one text after the other, and of those that come meanwhile only the last.
pub(super) struct Notebook {
    pub(super) store: Store,
    pub(super) token: Token,
    pub(super) at_work: AtWork,
    /// Handlers may say it on threads of their own.
    pub(super) runtime: Handle,
    pub(super) page: Mutex<Page>,
}

#[derive(Default)]
pub(super) struct Page {
    next: Option<Box<str>>,
    is_writing: bool,
}

impl Notebook {
    pub(super) fn note(self: &Arc<Self>, text: &str) {
        let mut page = self.page();
        page.next = Some(text.into());
        if !page.is_writing {
            page.is_writing = true;
            self.runtime.spawn(Arc::clone(self).write());
        }
    }

    async fn write(self: Arc<Self>) {
        while let Some(text) = self.turn_over() {
            let token = self.token;
            match self.store.task_progress(TaskProgress { token, text }).await {
                Ok(Ok(held)) if held.cancel => self.at_work.cancel(token),
                // an attempt that is over has nothing more to say
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!("the progress of a task could not be written down: {error}");
                }
            }
        }
    }

    fn turn_over(&self) -> Option<Box<str>> {
        let mut page = self.page();
        let next = page.next.take();
        page.is_writing = next.is_some();
        next
    }

    fn page(&self) -> MutexGuard<'_, Page> {
        self.page.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
