//! A build without Thrift: there is no port for it.

use std::fmt;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use super::http::Phase;
use crate::application::Application;
use crate::config::Configuration;
use crate::lifecycle::Boot;
use crate::startup::StartErrors;

/// There is none.
#[derive(Debug)]
pub(super) enum Port {}

impl Port {
    pub(super) fn serve(self, _: Application, _: watch::Receiver<Phase>) -> BoxFuture<'static, ()> {
        match self {}
    }
}

impl fmt::Display for Port {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

#[expect(clippy::unused_async, reason = "the other one opens a listener")]
pub(super) async fn open_if_served(
    _: &Boot,
    _: &Configuration,
) -> Result<Option<Port>, StartErrors> {
    Ok(None)
}
