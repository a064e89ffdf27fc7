//! Messages of queues and streams.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

use super::{Failure, Payload};

/// One message inside a queue invocation.
///
/// Its `Debug` shows neither body nor key.
#[derive(Clone, Default)]
pub struct Delivery {
    /// The broker's id of the message.
    pub id: Box<str>,
    /// The queue, stream or topic that it came from, as the broker calls it.
    pub queue: Box<str>,
    /// The ordering or partition key.
    pub key: Option<Bytes>,
    /// What the sender wrote beside the body.
    pub attributes: Attributes,
    /// When it was sent.
    pub sent: Option<SystemTime>,
    /// The body; none in a tombstone, by which a log says that a key is gone.
    pub body: Option<Bytes>,
    /// The media type of the body, where the sender told one.
    pub media_type: Option<Cow<'static, str>>,
    /// Which attempt this is, the first being 1, where the broker tells.
    pub attempt: Option<u32>,
    /// What stays the same when the message is delivered again.
    pub idempotency_key: Option<Box<str>>,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("id", &self.id)
            .field("queue", &self.queue)
            .field("attributes", &self.attributes)
            .field("bytes", &self.body.as_ref().map(Bytes::len))
            .field("media_type", &self.media_type)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl Delivery {
    /// Returns the body as a payload; a tombstone is JSON's `null`.
    #[must_use]
    pub fn payload(&self) -> Payload {
        match &self.body {
            Some(body) => Payload {
                body: body.clone(),
                media_type: self.media_type.clone(),
            },
            None => Payload::json(Bytes::from_static(b"null")),
        }
    }
}

/// Names with values, in the order in which they came. A name may occur more than once.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Attributes(Vec<(Box<str>, Bytes)>);

impl Attributes {
    /// Adds one.
    pub fn push(&mut self, name: impl Into<Box<str>>, value: impl Into<Bytes>) {
        self.0.push((name.into(), value.into()));
    }

    /// Returns the first value of this name, if it is text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_bytes(name)
            .and_then(|value| std::str::from_utf8(value).ok())
    }

    /// Returns the first value of this name.
    #[must_use]
    pub fn get_bytes(&self, name: &str) -> Option<&Bytes> {
        self.0
            .iter()
            .find_map(|(known, value)| (**known == *name).then_some(value))
    }

    /// Walks all of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // values may hold what the sender would not have in a log
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// All deliveries of a batch, with the place where their handler reports on each.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The messages.
    pub deliveries: Vec<Delivery>,
    /// What was reported.
    pub ledger: Arc<Ledger>,
}

impl Batch {
    /// Makes a batch of which nothing has been reported.
    #[must_use]
    pub fn new(deliveries: Vec<Delivery>) -> Self {
        let ledger = Arc::new(Ledger::new(deliveries.len()));
        Self { deliveries, ledger }
    }
}

/// What a handler has reported about the deliveries of its batch. It outlives a handler that panics or is too late.
#[derive(Debug)]
pub struct Ledger(Mutex<Vec<Option<Result<(), Failure>>>>);

impl Ledger {
    fn new(deliveries: usize) -> Self {
        Self(Mutex::new(vec![None; deliveries]))
    }

    /// Reports on the delivery of this index. The first report holds; an index that is none is ignored.
    pub fn report(&self, index: usize, result: Result<(), Failure>) {
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot @ None) = reports.get_mut(index) {
            *slot = Some(result);
        }
    }

    /// Returns the reports so far, in the order of the deliveries.
    #[cfg_attr(
        target_family = "wasm",
        expect(dead_code, reason = "nothing is recorded there")
    )]
    pub(crate) fn reports(&self) -> Vec<Option<Result<(), Failure>>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Takes all reports, in the order of the deliveries; later ones find no place any more.
    pub(crate) fn close(&self) -> Vec<Option<Result<(), Failure>>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
