//! What the messages of a channel are to their function.

use std::sync::Arc;
use std::time::Duration;

use super::super::object;
use super::super::store::{Claimed, Held, Note, Stored, Token, Verdict};
use super::super::task::StoredTasks;
use super::super::timer::{self, Ticks};
use super::message::delivery;
use super::settings::Rooms;
use crate::application::{Application, FunctionIndex};
use crate::function::{Overlap, QueueSpec, RetryPolicy, Trigger};
use crate::invocation::{Facts, Item, Reply};
use crate::services::CHANNEL;

/// A queue of the store, and how one function takes from it.
#[derive(Clone)]
pub(crate) struct Channel {
    /// What the queue is called in the store.
    pub(crate) name: Box<str>,
    /// What its messages are.
    pub(crate) feed: Arc<dyn Feed>,
    /// How many calls of the function go on at once.
    pub(crate) at_once: usize,
    /// The most messages of one call, if the function takes them together.
    pub(crate) whole_batch: Option<u32>,
    /// Whether messages of one key are handled in their order.
    pub(crate) ordered: bool,
    /// How failures are repeated.
    pub(crate) retry: RetryPolicy,
    /// The logical name of the queue for what is given up; without one it stays where it is, as a dead letter.
    pub(crate) dead_letter: Option<&'static str>,
}

impl Channel {
    /// Finds with what a name begins that only channels of the host's own making have: a queue of such a name would run a
    /// function past what keeps account of its runs.
    pub(crate) fn reserved(queue: &str) -> Option<&'static str> {
        let own = [CHANNEL, timer::CHANNEL, object::CHANNEL];
        own.into_iter().find(|own| queue.starts_with(own))
    }
}

/// Makes invocations of messages.
pub(crate) trait Feed: Send + Sync {
    /// Reads a message; one that cannot be read is never tried.
    fn item(&self, message: &Stored) -> Result<Item, Note>;

    /// Returns what is known of the invocation beside its item.
    fn facts(&self, claimed: &Claimed) -> Facts {
        let _ = claimed;
        Facts::default()
    }

    /// Says what becomes of a message whose function has answered.
    fn done(&self, reply: Reply) -> Verdict {
        drop(reply);
        Verdict::Done
    }

    /// Hears of a claim that was kept up.
    fn held(&self, token: Token, held: Held) {
        let _ = (token, held);
    }

    /// How often claims are kept up.
    fn beat(&self) -> Duration {
        BEAT
    }
}

/// How often claims are kept up: two may fail.
const BEAT: Duration = Duration::from_secs(10);

/// Returns the channel of a function; `None` for one that has none here.
pub(super) fn channel(
    application: &Application,
    function: FunctionIndex,
    rooms: &Rooms,
    tasks: &StoredTasks,
) -> Option<Channel> {
    let state = application.state(function);
    let at_once = state.limits().concurrency.map(|limit| limit.get() as usize);
    match &state.function().trigger {
        Trigger::Queue { spec, .. } => queue(spec, at_once.unwrap_or(1), rooms),
        Trigger::Task { spec, .. } => tasks.channel(state.name(), spec, at_once),
        Trigger::Object { .. } => Some(object::channel(state.name(), at_once.unwrap_or(1))),
        Trigger::Timer { spec, .. } => {
            let at_once = match spec.overlap {
                Overlap::Skip | Overlap::Queue => 1,
                Overlap::Allow => at_once.unwrap_or(OVERLAPPING),
            };
            let name = state.name();
            Some(plain(timer::channel(name), Arc::new(Ticks(name)), at_once))
        }
        _ => None,
    }
}

fn queue(spec: &QueueSpec, at_once: usize, rooms: &Rooms) -> Option<Channel> {
    // what is wrong with the binding has been told when the application was built
    let room = rooms.of(spec.queue).ok()?;
    if room.is_elsewhere {
        if let Some(scheme) = rooms.pulled_by(spec.queue) {
            tracing::warn!(
                queue = spec.queue,
                "nothing here takes messages from `{scheme}://` addresses: they have to be brought here, as CloudEvents"
            );
        }
        return None;
    }
    Some(Channel {
        name: room.name,
        feed: Arc::new(Deliveries),
        at_once,
        whole_batch: spec
            .whole_batch
            .then(|| spec.batch.map_or(WHOLE_BATCH, |batch| batch.get())),
        ordered: spec.ordered,
        retry: spec.retry,
        dead_letter: spec.dead_letter,
    })
}

/// How many runs of one timer go on at once where it allows that and nobody says how many.
const OVERLAPPING: usize = 16;

/// A channel whose messages stand for themselves.
fn plain(name: Box<str>, feed: Arc<dyn Feed>, at_once: usize) -> Channel {
    Channel {
        name,
        feed,
        at_once,
        whole_batch: None,
        ordered: false,
        retry: RetryPolicy::DEFAULT,
        dead_letter: None,
    }
}

/// How many deliveries a batch has at most where nobody says it.
const WHOLE_BATCH: u32 = 10;

/// The messages of a queue.
struct Deliveries;

impl Feed for Deliveries {
    fn item(&self, message: &Stored) -> Result<Item, Note> {
        Ok(Item {
            trace: message.content.trace.clone(),
            ..delivery(message).into()
        })
    }
}
