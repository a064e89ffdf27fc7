//! What stands for `sink/` in a build without the feature `sink`: it says so.

use futures_util::future::BoxFuture;

use super::{Message, PublishError};
use crate::cloudevents::CloudEvent;
use crate::config::Secret;

/// Publishes nothing.
#[derive(Debug, Default)]
pub(super) struct Client(());

impl Client {
    pub(super) fn publish(
        &self,
        what: String,
        _: &Secret<String>,
        _: Vec<(String, String)>,
        _: Message,
        _: &str,
    ) -> BoxFuture<'static, Result<(), PublishError>> {
        unsupported(what)
    }

    pub(super) fn disconnect(&self) {}

    pub(super) fn emit(
        &self,
        what: String,
        _: &Secret<String>,
        _: Vec<(String, String)>,
        _: CloudEvent,
        _: &str,
    ) -> BoxFuture<'static, Result<(), PublishError>> {
        unsupported(what)
    }
}

fn unsupported(what: String) -> BoxFuture<'static, Result<(), PublishError>> {
    Box::pin(std::future::ready(Err(PublishError::Unsupported {
        what,
        why: "this build was made without the feature `sink` of `faas`".to_owned(),
    })))
}
