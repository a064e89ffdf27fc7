//! Messages to queues.

use std::any::{TypeId, type_name};
use std::borrow::Cow;
use std::fmt;
use std::future::ready;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use faas_runtime_shim::function::{Function, Trigger};
use faas_runtime_shim::invocation::Context;
use faas_runtime_shim::outlet::{Message, PublishError};

use super::Sender;
use crate::Handler;
use crate::extract::{ToPayload, trigger};

/// Sends a message to the queue of a function that is linked into this program: `faas::send(on_order, order).await?`.
///
/// The function gives the queue's name and checks the type of the message; whether this instance serves it does not
/// matter. Publishing is done once the broker has confirmed the message.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::App;
/// use faas::{Error, Json, Message};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Order {
///     id: u64,
/// }
///
/// #[faas::queue("orders")]
/// async fn on_order(Message(order): Message<Order>) {
///     println!("{}", order.id);
/// }
///
/// #[faas::http(POST, "/orders")]
/// async fn create(Json(order): Json<Order>) -> Result<(), Error> {
///     let key = format!("order-{}", order.id);
///     faas::send(on_order, order).idempotency_key(key).await?;
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// let request = http::Request::post("/orders").header("content-type", "application/json");
/// assert_eq!(app.http(request.body(r#"{"id": 7}"#).unwrap()).await.status(), 200);
/// let published = app.published();
/// assert_eq!(published[0].queue(), Some("orders"));
/// assert_eq!(published[0].json::<Order>().id, 7);
/// # }
/// ```
pub fn send<H, A>(function: H, value: H::Input) -> Publish
where
    H: Handler<trigger::Queue, A>,
    H::Input: ToPayload,
{
    // the item is all that is asked for; the handler is not called
    drop(function);
    match queue_of(TypeId::of::<H>()) {
        Some(queue) => Publish::new(Cow::Borrowed(queue), &value),
        None => Publish::refused(PublishError::Unsupported {
            what: format!("`{}`", type_name::<H>()),
            why: "it is not annotated with `#[faas::queue]`".to_owned(),
        }),
    }
}

/// Finds the queue of a function among all that are linked: it need not be selected here.
fn queue_of(item: TypeId) -> Option<&'static str> {
    let mut functions = inventory::iter::<Function>.into_iter();
    functions.find_map(|function| match &function.trigger {
        Trigger::Queue { spec, .. } if function.item == item => Some(spec.queue),
        _ => None,
    })
}

/// A queue by its logical name, for messages whose function is in another program.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::App;
/// use faas::{Error, Queue};
///
/// const GREETINGS: Queue<String> = Queue::named("greetings"); // [queues.greetings] url = "…"
///
/// #[faas::invoke]
/// async fn greet(name: String) -> Result<(), Error> {
///     GREETINGS.send(format!("hello {name}")).key(name).await?;
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// app.call(greet, "ada".to_owned()).await.unwrap();
/// assert_eq!(app.published()[0].json::<String>(), "hello ada");
/// # }
/// ```
pub struct Queue<T> {
    name: Cow<'static, str>,
    value: PhantomData<fn(T)>,
}

impl<T> Queue<T> {
    /// Names a queue.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            value: PhantomData,
        }
    }

    /// Names a queue by a text that the program has made.
    #[must_use]
    pub fn of(name: impl Into<String>) -> Self {
        Self {
            name: Cow::Owned(name.into()),
            value: PhantomData,
        }
    }

    /// Returns the logical name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends a message.
    pub fn send(&self, value: T) -> Publish
    where
        T: ToPayload,
    {
        Publish::new(self.name.clone(), &value)
    }
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            value: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Queue").field(&self.name).finish()
    }
}

/// A message on its way: knobs first, then `.await`, which is done once the broker has confirmed it.
///
/// # Examples
///
/// ```standalone_crate
/// use std::time::Duration;
///
/// use faas::{Context, Error, Queue};
///
/// const REMINDERS: Queue<String> = Queue::named("reminders");
///
/// #[faas::invoke]
/// async fn remind(name: String, cx: Context) -> Result<(), Error> {
///     let reminder = REMINDERS.send(format!("call {name}"));
///     reminder.delay(Duration::from_secs(60)).attribute("lang", "en").await?;
///
///     // a task outlives the handler, so it says for which invocation it publishes
///     tokio::spawn(async move { REMINDERS.send("and again".to_owned()).within(&cx).await }).await??;
///     Ok(())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = faas::testing::App::new().start().await;
/// app.call(remind, "ada".to_owned()).await.unwrap();
/// let published = app.published();
/// assert_eq!(published[0].json::<String>(), "call ada");
/// assert_eq!(published[1].json::<String>(), "and again");
/// # }
/// ```
///
/// # Errors
///
/// Its result is a [`PublishError`]; `?` makes an [`Error`](crate::Error) of it. A queue that nobody has bound is one, and
/// names the key of the configuration to set.
///
/// # Cancel safety
///
/// Dropped half-way, the message may have been published or not.
#[derive(Debug)]
#[must_use = "nothing is published until it is awaited"]
pub struct Publish {
    sender: Sender,
    message: Result<Box<Message>, PublishError>,
}

impl Publish {
    fn new(queue: Cow<'static, str>, value: &impl ToPayload) -> Self {
        let message = match value.to_payload() {
            Ok(payload) => Ok(Box::new(Message::new(queue, payload))),
            Err(error) => Err(Sender::unwritable(format!("queue `{queue}`"), &error)),
        };
        Self {
            sender: Sender::here(),
            message,
        }
    }

    fn refused(error: PublishError) -> Self {
        Self {
            sender: Sender::here(),
            message: Err(error),
        }
    }

    /// Gives the message a key: messages of one key keep their order, where the queue has an order.
    pub fn key(self, key: impl Into<String>) -> Self {
        let key = key.into().into_boxed_str();
        self.with(|message| message.key = Some(key))
    }

    /// Writes something beside the body, such as a header of the broker's.
    pub fn attribute(self, name: impl Into<String>, value: impl AsRef<[u8]>) -> Self {
        let value = Bytes::copy_from_slice(value.as_ref());
        let name = name.into().into_boxed_str();
        self.with(|message| message.attributes.push(name, value))
    }

    /// Lets the message be taken before those of a lower priority, where the queue knows priorities. Zero without it.
    pub fn priority(self, priority: i16) -> Self {
        self.with(|message| message.priority = priority)
    }

    /// Lets nobody take the message before this much time has passed, where the queue can do that.
    pub fn delay(self, delay: Duration) -> Self {
        self.with(|message| message.delay = Some(delay))
    }

    /// Sets what stays the same when the message is sent again, so that it is handled once.
    pub fn idempotency_key(self, key: impl Into<String>) -> Self {
        let key = key.into().into_boxed_str();
        self.with(|message| message.idempotency_key = Some(key))
    }

    /// Publishes as this invocation: for tasks that a handler has spawned.
    ///
    /// A process that serves knows its application there too; in a test, where there may be many, only the context does.
    pub fn within(mut self, context: &Context) -> Self {
        self.sender = Sender::of(context);
        self
    }

    fn with(mut self, set: impl FnOnce(&mut Message)) -> Self {
        if let Ok(message) = &mut self.message {
            set(message);
        }
        self
    }
}

impl IntoFuture for Publish {
    type Output = Result<(), PublishError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { sender, message } = self;
        let published = message.and_then(|mut message| {
            message.trace = sender.trace().cloned();
            Ok(sender.application()?.publish(*message))
        });
        published.unwrap_or_else(|error| Box::pin(ready(Err(error))))
    }
}
