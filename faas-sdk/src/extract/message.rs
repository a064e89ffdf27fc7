//! Messages of queues, one at a time.

use std::ops::{Deref, DerefMut};

use faas_runtime_shim::invocation::{Input, Payload};

use super::payload::undecodable;
use super::trigger::Queue;
use super::{All, FromInvocation, FromPayload, Nothing, Parts, Slot, look};
use crate::Error;

/// The value in a message: the body, decoded as the type says.
///
/// The function is called once for each delivery of a batch, and each is settled by itself: what the handler returns,
/// a panic, a passed deadline. At most `concurrency` of them run at once (one without it), deliveries of one key in their
/// order if the function is `ordered`. A body that is no `T` is rejected.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::{App, Settlement};
/// use faas::{Error, Message};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Order {
///     id: u64,
/// }
///
/// #[faas::queue("orders", retry(max = 3, delay = "1s"))]
/// async fn on_order(Message(order): Message<Order>) -> Result<(), Error> {
///     match order.id {
///         0 => Err(Error::reject("an order without an id")),
///         1 => Err(Error::retry("the database is down")),
///         _ => Ok(()),
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// let settled = app.send(on_order, Order { id: 7 }).await;
/// assert_eq!(settled.settlement, Settlement::Acknowledge);
/// let settled = app.send(on_order, Order { id: 0 }).await;
/// assert_eq!(settled.settlement, Settlement::DeadLetter);
/// let settled = app.send(on_order, Order { id: 1 }).await;
/// let after = std::time::Duration::from_secs(1);
/// assert_eq!(settled.settlement, Settlement::Redeliver { after });
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Message<T>(pub T);

impl<T> Deref for Message<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Message<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: FromPayload> FromInvocation<Queue> for Message<T> {
    type Takes = All<T>;

    fn from_invocation(_: &Parts, input: &mut Slot) -> Result<Self, Error> {
        value(one(input)?).map(Self)
    }
}

/// What the broker tells of a message beside its value: id, key, attributes, attempt. It stands beside [`Message`], or alone.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::testing::{App, delivery};
/// use faas::{Delivery, Error, Message};
///
/// #[faas::queue("greetings")]
/// async fn on_greeting(Message(text): Message<String>, delivery: Delivery) -> Result<(), Error> {
///     match delivery.attributes.get("tenant") {
///         Some(tenant) => Ok(println!("{tenant}: {text}")),
///         None => Err(Error::reject("a greeting of nobody's")),
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = App::new().start().await;
/// let mut sent = delivery(&"hello");
/// sent.attributes.push("tenant", "acme");
/// let settled = app.deliver(on_greeting, vec![sent, delivery(&"who?")]).await;
/// assert!(settled[0].outcome.is_ok() && settled[1].outcome.is_err());
/// # }
/// ```
pub use faas_runtime_shim::invocation::Delivery;

impl FromInvocation<Queue> for Delivery {
    type Takes = Nothing;

    fn from_invocation(_: &Parts, input: &mut Slot) -> Result<Self, Error> {
        one(input).cloned()
    }
}

fn one(input: &Slot) -> Result<&Delivery, Error> {
    look(input, "a delivery", |input| match input {
        Input::Delivery(delivery) => Some(&**delivery),
        _ => None,
    })
}

/// Decodes the body of a delivery; a tombstone has none.
pub(super) fn value<T: FromPayload>(delivery: &Delivery) -> Result<T, Error> {
    let payload = Payload {
        body: delivery.body.clone().unwrap_or_default(),
        media_type: delivery.media_type.clone(),
    };
    T::from_payload(payload).map_err(|error| {
        let Delivery { id, queue, .. } = delivery;
        undecodable(format_args!("delivery `{id}` of `{queue}`"), &error)
    })
}
