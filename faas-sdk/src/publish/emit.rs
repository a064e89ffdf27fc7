//! Events to whoever listens.

use std::future::ready;
use std::pin::Pin;

use faas_runtime_shim::cloudevents::CloudEvent;
use faas_runtime_shim::invocation::Context;
use faas_runtime_shim::outlet::PublishError;

use super::Sender;
use crate::Event;
use crate::extract::ToPayload;

/// Sends an event where the platform or `[events] url` says: a broker, a bus, a sink.
///
/// An event function that has one event to send can return it instead, as a reply.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::App;
/// use faas::{Error, Event};
///
/// #[faas::timer(every = "1h")]
/// async fn chime() -> Result<(), Error> {
///     faas::emit(Event::new("com.example.chimed", "ding").with_subject("tower")).await?;
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// assert!(app.tick(chime).await.outcome.is_ok());
/// assert_eq!(app.published()[0].json::<String>(), "ding");
/// # }
/// ```
pub fn emit<T: ToPayload>(event: Event<T>) -> Emit {
    let what = format!("the event `{}`", event.kind());
    let event = event.encode().map(Box::new);
    Emit {
        sender: Sender::here(),
        event: event.map_err(|error| Sender::unwritable(what, &error)),
    }
}

/// An event on its way: `.await` is done once the other side has confirmed it.
///
/// # Errors
///
/// Its result is a [`PublishError`]; `?` makes an [`Error`](crate::Error) of it.
///
/// # Cancel safety
///
/// Dropped half-way, the event may have been sent or not.
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct Emit {
    sender: Sender,
    event: Result<Box<CloudEvent>, PublishError>,
}

impl Emit {
    /// Sends as this invocation: for tasks that a handler has spawned.
    ///
    /// A process that serves knows its application there too; in a test, where there may be many, only the context does.
    pub fn within(mut self, context: &Context) -> Self {
        self.sender = Sender::of(context);
        self
    }
}

impl IntoFuture for Emit {
    type Output = Result<(), PublishError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { sender, event } = self;
        let sent = event.and_then(|event| {
            let outlet = sender.application()?.outlet();
            let what = format!("the event `{}`", event.kind);
            match sender.complete(*event) {
                Ok(event) => Ok(outlet.emit(event)),
                Err(error) => Err(Sender::unwritable(what, &error)),
            }
        });
        sent.unwrap_or_else(|error| Box::pin(ready(Err(error))))
    }
}
