//! Events by hand: what a test sends to functions of all triggers but HTTP and `invoke`.

use std::any::type_name;
use std::time::SystemTime;

use faas_runtime_shim::application::{FunctionIndex, FunctionState, Settled};
use faas_runtime_shim::function::{QueueSpec, Trigger};
use faas_runtime_shim::invocation::{
    Address, Arrival, Delivery, Facts, Input, InvocationId, Item, ObjectEvent, ObjectKind, Payload,
};
use faas_runtime_shim::settle::Form;
use serde::Serialize;

use super::TestApp;
use crate::extract::{ToPayload, trigger};
use crate::publish::Sender;
use crate::{Change, Error, Event, Handler};

/// Makes a delivery of a value, as somebody else's message: further facts are set on it.
///
/// # Panics
///
/// Panics for a value that its form cannot hold.
#[must_use]
#[track_caller]
pub fn delivery<T: ToPayload + ?Sized>(value: &T) -> Delivery {
    let Payload { body, media_type } = expect(value.to_payload());
    Delivery {
        id: InvocationId::own().as_str().into(),
        body: Some(body),
        media_type,
        ..Delivery::default()
    }
}

/// Makes the event of an object that was written, without more than its key: further facts are set on it.
#[must_use]
pub fn object(key: impl Into<String>) -> ObjectEvent {
    ObjectEvent {
        bucket: "".into(),
        key: key.into(),
        kind: ObjectKind::Created,
        size: None,
        version: None,
        etag: None,
        time: None,
        sequencer: None,
        path: None,
    }
}

impl TestApp {
    /// Sends a message to a queue function, as its first attempt, and says how the host would settle it.
    ///
    /// # Panics
    ///
    /// Panics for a fn that is no `#[faas::queue]` function of this application.
    pub async fn send<H, A>(&self, function: H, value: H::Input) -> Settled
    where
        H: Handler<trigger::Queue, A>,
        H::Input: ToPayload,
    {
        let sent = Delivery {
            attempt: Some(1),
            sent: Some(self.wall()),
            ..delivery(&value)
        };
        let mut settled = self.deliver(function, vec![sent]).await;
        settled.pop().expect("each delivery is settled")
    }

    /// Hands deliveries to a queue function as one batch, and says in their order how the host would settle them.
    ///
    /// The queue's name is filled in where it is empty. If the function is `ordered`, those of one key keep their order.
    ///
    /// # Panics
    ///
    /// Panics for a fn that is no `#[faas::queue]` function of this application.
    pub async fn deliver<H, A>(&self, function: H, deliveries: Vec<Delivery>) -> Vec<Settled>
    where
        H: Handler<trigger::Queue, A>,
    {
        let index = self.index("#[faas::queue]", &function);
        let Trigger::Queue { spec, .. } = &self.trigger(index) else {
            wrong::<H>("#[faas::queue]")
        };
        let arrivals = deliveries
            .into_iter()
            .map(|delivery| queued(spec, delivery));
        self.arrive(arrivals.collect(), index).await
    }

    /// Lets a timer function come due now.
    ///
    /// # Panics
    ///
    /// Panics for a fn that is no `#[faas::timer]` function of this application.
    pub async fn tick<H, A>(&self, function: H) -> Settled
    where
        H: Handler<trigger::Timer, A>,
    {
        let index = self.index("#[faas::timer]", &function);
        let Trigger::Timer { .. } = self.trigger(index) else {
            wrong::<H>("#[faas::timer]")
        };
        let item = Item::new(expect(self.application.by_hand(index, Payload::default())));
        let address = Address::Timer(Some(self.name(index).into()));
        self.one(address, item, index).await
    }

    /// Tells an object function what happened to an object.
    ///
    /// The bucket's name is filled in where it is empty. An object that the function's arguments leave out is acknowledged
    /// without a function.
    ///
    /// # Panics
    ///
    /// Panics for a fn that is no `#[faas::object]` function of this application.
    pub async fn object<H, A>(&self, function: H, mut object: ObjectEvent) -> Settled
    where
        H: Handler<trigger::Object, A>,
    {
        let index = self.index("#[faas::object]", &function);
        let Trigger::Object { spec, .. } = self.trigger(index) else {
            wrong::<H>("#[faas::object]")
        };
        if object.bucket.is_empty() {
            object.bucket = spec.bucket.into();
        }
        let address = Address::Object(spec.bucket.into());
        let item = Item::new(Input::Object(Box::new(object)));
        self.one(address, item, index).await
    }

    /// Tells a binlog function what happened to a row.
    ///
    /// The table's name is filled in where it is empty. A kind of change that the function's arguments leave out is
    /// acknowledged without a function.
    ///
    /// # Panics
    ///
    /// Panics for a fn that is no `#[faas::binlog]` function of this application, and for a row that JSON cannot hold.
    pub async fn change<H, A, T>(&self, function: H, change: Change<T>) -> Settled
    where
        H: Handler<trigger::Binlog, A, Input = Change<T>>,
        T: Serialize,
    {
        let index = self.index("#[faas::binlog]", &function);
        let Trigger::Binlog { spec, .. } = self.trigger(index) else {
            wrong::<H>("#[faas::binlog]")
        };
        let change = expect(change.into_event(spec.table));
        let address = Address::Binlog(spec.table.into());
        let item = Item::new(Input::Change(Box::new(change)));
        self.one(address, item, index).await
    }

    /// Sends an event to an event function; its reply is in the outcome.
    ///
    /// Id, source and time are filled in where they are missing.
    ///
    /// # Panics
    ///
    /// Panics for a fn that is no `#[faas::event]` function of this application, for data that cannot be written, and if
    /// another function takes events of this type and source.
    pub async fn emit<H, A, T>(&self, function: H, event: Event<T>) -> Settled
    where
        H: Handler<trigger::Event, A, Input = Event<T>>,
        T: ToPayload,
    {
        let index = self.index("#[faas::event]", &function);
        let Trigger::Event { .. } = self.trigger(index) else {
            wrong::<H>("#[faas::event]")
        };
        let sender = Sender::outside(&self.application);
        let event = expect(event.encode().and_then(|event| sender.complete(event)));
        let item = Item {
            idempotency_key: Some(event.idempotency_key().into()),
            ..Item::new(Input::Event(Box::new(event)))
        };
        self.one(Address::Event, item, index).await
    }

    async fn one(&self, address: Address, item: Item, function: FunctionIndex) -> Settled {
        let mut settled = self.arrive(vec![Arrival { address, item }], function).await;
        settled.pop().expect("each arrival is settled")
    }

    #[expect(clippy::panic, reason = "this is how a test fails")]
    async fn arrive(&self, arrivals: Vec<Arrival>, function: FunctionIndex) -> Vec<Settled> {
        let settled = self
            .application
            .deliver(Facts::default(), arrivals, Form::Pulled)
            .await;
        self.application.recorded().await;
        let other = settled.iter().find_map(|settled| settled.function);
        match other {
            Some(other) if other != function => panic!(
                "it went to the function `{}`, not to `{}`",
                self.name(other),
                self.name(function)
            ),
            _ => settled,
        }
    }

    fn index<H: 'static>(&self, attribute: &str, function: &H) -> FunctionIndex {
        let item = crate::__private::item(function);
        match self.application.by_item(item) {
            Some(index) => index,
            None => wrong::<H>(attribute),
        }
    }

    pub(super) fn trigger(&self, function: FunctionIndex) -> &'static Trigger {
        &self.state(function).function().trigger
    }

    fn name(&self, function: FunctionIndex) -> &'static str {
        self.state(function).name()
    }

    fn state(&self, function: FunctionIndex) -> &FunctionState {
        let mut states = self.application.functions().iter();
        states
            .find(|state| self.application.by_name(state.name()) == Some(function))
            .expect("an index comes from the same application")
    }

    fn wall(&self) -> SystemTime {
        self.application.clock().wall()
    }
}

fn queued(spec: &QueueSpec, mut delivery: Delivery) -> Arrival {
    if delivery.queue.is_empty() {
        delivery.queue = spec.queue.into();
    }
    Arrival {
        address: Address::Queue(Some(spec.queue.into())),
        item: Item::from(delivery),
    }
}

#[expect(clippy::panic, reason = "this is how a test fails")]
fn wrong<H>(attribute: &str) -> ! {
    let name = type_name::<H>();
    panic!("`{name}` is not annotated with {attribute}, or not selected")
}

#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
fn expect<T>(made: Result<T, Error>) -> T {
    match made {
        Ok(value) => value,
        Err(error) => panic!("{}", error.chain()),
    }
}
