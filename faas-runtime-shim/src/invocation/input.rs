//! What an invocation brings to its function, and how it finds the function.

use std::any::Any;
use std::fmt;

use super::{Batch, ChangeEvent, Delivery, ObjectEvent, Payload, Tick};
use crate::cloudevents::CloudEvent;
use crate::trace::TraceContext;

/// What an invocation brings: one form for each trigger that is not HTTP.
#[non_exhaustive]
#[derive(Clone, Debug)]
pub enum Input {
    /// The payload of a plain request.
    Payload(Payload),
    /// One message of a queue or a stream.
    Delivery(Box<Delivery>),
    /// All messages of a batch, for a function that takes them together.
    Batch(Batch),
    /// A timer's due time.
    Tick(Box<Tick>),
    /// What happened to an object in a store.
    Object(Box<ObjectEvent>),
    /// What happened to a row or a document.
    Change(Box<ChangeEvent>),
    /// An event.
    Event(Box<CloudEvent>),
}

impl Input {
    /// Returns the word for it in messages.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Payload(_) => "a payload",
            Self::Delivery(_) => "a delivery",
            Self::Batch(_) => "a batch of deliveries",
            Self::Tick(_) => "a tick",
            Self::Object(_) => "an object event",
            Self::Change(_) => "a change",
            Self::Event(_) => "an event",
        }
    }
}

impl From<Payload> for Input {
    fn from(payload: Payload) -> Self {
        Self::Payload(payload)
    }
}

/// Where the parameters of an event function find the input: the one that takes it leaves nothing behind.
///
/// What a call of a service brings is no [`Input`]: its type is known to the trigger alone.
pub struct Slot {
    input: Option<Input>,
    call: Option<Box<dyn Any + Send>>,
}

impl Slot {
    /// Makes a slot with an input in it.
    #[must_use]
    pub fn new(input: Input) -> Self {
        Self {
            input: Some(input),
            call: None,
        }
    }

    /// Makes a slot for what a call of a service brings.
    #[must_use]
    pub fn of_call<T: Any + Send>(call: T) -> Self {
        Self {
            input: None,
            call: Some(Box::new(call)),
        }
    }

    /// Looks at what a call of a service brings, to take of it what a parameter is made of.
    pub fn call<T: Any>(&mut self) -> Option<&mut T> {
        self.call.as_mut()?.downcast_mut()
    }

    /// Makes a slot for what brings nothing, such as the start of an application.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            input: None,
            call: None,
        }
    }

    /// Takes the input out; `None` the second time.
    pub fn take(&mut self) -> Option<Input> {
        self.input.take()
    }

    /// Looks at the input without taking it.
    #[must_use]
    pub fn peek(&self) -> Option<&Input> {
        self.input.as_ref()
    }

    /// Takes the payload of a plain request out; `None` if the input is another, or taken.
    pub fn payload(&mut self) -> Option<Payload> {
        match self.input.take() {
            Some(Input::Payload(payload)) => Some(payload),
            other => {
                self.input = other;
                None
            }
        }
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

/// One thing that happened, on its way to a function.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it brings.
    pub input: Input,
    /// Items of one lane are handled in their order, and nothing behind a failed one; without one it stands for itself.
    pub lane: Option<Box<str>>,
    /// Which attempt this is, the first being 1, where the sender tells.
    pub attempt: Option<u32>,
    /// What stays the same when it is delivered again.
    pub idempotency_key: Option<Box<str>>,
    /// The trace that it belongs to, where it is another than the invocation's.
    pub trace: Option<TraceContext>,
}

impl Item {
    /// Makes an item of which nothing more is known.
    #[must_use]
    pub fn new(input: Input) -> Self {
        Self {
            input,
            lane: None,
            attempt: None,
            idempotency_key: None,
            trace: None,
        }
    }
}

impl From<Delivery> for Item {
    fn from(delivery: Delivery) -> Self {
        Self {
            attempt: delivery.attempt,
            idempotency_key: delivery.idempotency_key.clone(),
            ..Self::new(Input::Delivery(Box::new(delivery)))
        }
    }
}

/// Which function an item is for, by what its sender tells.
#[non_exhaustive]
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Address {
    /// The function of this queue, stream or topic by its physical name; without a name the only one there is.
    Queue(Option<Box<str>>),
    /// The function of this timer; without a name the only one there is.
    Timer(Option<Box<str>>),
    /// The function of this bucket.
    Object(Box<str>),
    /// The function of this table.
    Binlog(Box<str>),
    /// The function of the event's type and source.
    Event,
}

/// An item with its address.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Where it goes.
    pub address: Address,
    /// What arrives.
    pub item: Item,
}
