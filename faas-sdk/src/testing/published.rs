//! What an application has published in a test.

use std::sync::{Arc, Mutex, PoisonError};

use faas_runtime_shim::cloudevents::CloudEvent;
use faas_runtime_shim::outlet::{Message, Outlet, PublishError};
use serde::de::DeserializeOwned;

use super::answer::decode;

type Done = std::pin::Pin<Box<dyn Future<Output = Result<(), PublishError>> + Send>>;

/// Something that a handler has published.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::Queue;
/// use faas::testing::{App, Published};
///
/// #[faas::timer(every = "1h")]
/// async fn remind() -> Result<(), faas::Error> {
///     Ok(Queue::named("reminders").send(7).key("eu").await?)
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// app.tick(remind).await;
/// let published = app.published();
/// assert_eq!((published[0].queue(), published[0].json()), (Some("reminders"), 7));
/// let Published::Message(message) = &published[0] else { unreachable!() };
/// assert_eq!(message.key.as_deref(), Some("eu"));
/// # }
/// ```
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Published {
    /// A message to a queue.
    Message(Message),
    /// An event.
    Event(CloudEvent),
}

impl Published {
    /// Returns the logical name of the queue, if it is a message.
    #[must_use]
    pub fn queue(&self) -> Option<&str> {
        match self {
            Self::Message(message) => Some(&message.queue),
            Self::Event(_) => None,
        }
    }

    /// Returns the type, if it is an event.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        match self {
            Self::Message(_) => None,
            Self::Event(event) => Some(&event.kind),
        }
    }

    /// Returns the body of the message or the data of the event, empty if it has none.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Message(message) => &message.payload.body,
            Self::Event(event) => event.data.as_deref().unwrap_or_default(),
        }
    }

    /// Decodes the body or the data.
    ///
    /// # Panics
    ///
    /// Panics with the bytes if they are another document.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        decode(self.bytes())
    }
}

/// Keeps what is published, and confirms it at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Capture(Arc<Mutex<Vec<Published>>>);

impl Capture {
    pub(super) fn take(&self) -> Vec<Published> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Keeps it once somebody awaits it, as a broker does.
    fn keep(&self, published: Published) -> Done {
        let kept = Arc::clone(&self.0);
        Box::pin(async move {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push(published);
            Ok(())
        })
    }
}

impl Outlet for Capture {
    fn publish(&self, message: Message) -> Done {
        self.keep(Published::Message(message))
    }

    fn emit(&self, event: CloudEvent) -> Done {
        self.keep(Published::Event(event))
    }

    fn is_bound(&self, _: &str) -> bool {
        true
    }
}
