//! What the messages of a timer's channel are.

use super::decode;
use crate::host::embedded::feed::Feed;
use crate::host::embedded::message::time;
use crate::host::store::{Note, Stored};
use crate::invocation::{Input, Item};

/// The ticks of the timer function of this name.
pub(crate) struct Ticks(pub(crate) &'static str);

impl Feed for Ticks {
    fn item(&self, message: &Stored) -> Result<Item, Note> {
        let content = &message.content;
        let tick = decode(self.0, content, time(message.sent))
            .map_err(|error| Note::new("reject", &error.to_string()))?;
        let key = content.idempotency_key.clone();
        Ok(Item {
            attempt: Some(message.attempt),
            idempotency_key: key.or_else(|| Some(format!("{}/{}", self.0, message.id).into())),
            ..Item::new(Input::Tick(Box::new(tick)))
        })
    }
}
