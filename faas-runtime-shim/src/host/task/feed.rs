//! Messages of a task function's channel, and what its answers are to the store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;

use super::super::embedded::feed::{Channel, Feed};
use super::super::embedded::message::delivery;
use super::super::store::{self, Claimed, Held, Note, Store, Stored, Token, Verdict};
use super::AtWork;
use super::progress::{Notebook, Page};
use crate::function::TaskSpec;
use crate::invocation::{Facts, Input, Item, Reply, TaskHandle};
use crate::services::{ATTRIBUTE, CHANNEL, TaskId};

/// Returns the name of the queue that the tasks of a function wait in.
pub(crate) fn channel_of(function: &str) -> Box<str> {
    format!("{CHANNEL}{function}").into()
}

/// How many tasks of a function go on at once where nobody says how many.
const AT_ONCE: usize = 4;

/// How often the claims of tasks are kept up: that long it takes at most until one hears of a wish of another process.
const BEAT: Duration = Duration::from_secs(2);

/// The tasks of a function.
pub(super) struct Jobs {
    pub(super) store: Store,
    pub(super) at_work: AtWork,
}

impl Jobs {
    /// Makes the channel that they come from.
    pub(super) fn channel(
        self,
        function: &str,
        spec: &TaskSpec,
        at_once: Option<usize>,
    ) -> Channel {
        Channel {
            name: channel_of(function),
            feed: Arc::new(self),
            at_once: at_once.unwrap_or(AT_ONCE),
            whole_batch: None,
            ordered: false,
            retry: spec.retry,
            dead_letter: None,
        }
    }
}

impl Feed for Jobs {
    fn item(&self, message: &Stored) -> Result<Item, Note> {
        let delivery = delivery(message);
        let own = message.content.idempotency_key.clone();
        Ok(Item {
            attempt: delivery.attempt,
            idempotency_key: own.or_else(|| Some(id(message)?.as_str().into())),
            trace: message.content.trace.clone(),
            ..Item::new(Input::Payload(delivery.payload()))
        })
    }

    fn facts(&self, claimed: &Claimed) -> Facts {
        let token = claimed.token;
        let task = id(&claimed.message).map(|id| {
            let notebook = Arc::new(Notebook {
                store: self.store.clone(),
                token,
                at_work: self.at_work.clone(),
                runtime: Handle::current(),
                page: Mutex::new(Page::default()),
            });
            let task = Arc::new(TaskHandle::new(id, move |_, text| notebook.note(text)));
            self.at_work.add(token, &task);
            task
        });
        Facts {
            task,
            ..Facts::default()
        }
    }

    fn done(&self, reply: Reply) -> Verdict {
        Verdict::Finished(store::Reply {
            body: reply.body,
            media_type: Some(reply.media_type),
        })
    }

    fn held(&self, token: Token, held: Held) {
        if held.cancel {
            self.at_work.cancel(token);
        }
    }

    fn beat(&self) -> Duration {
        BEAT
    }
}

/// Reads which task a message is; none if somebody has written it by hand.
fn id(message: &Stored) -> Option<TaskId> {
    message.content.attributes.get(ATTRIBUTE)?.parse().ok()
}
