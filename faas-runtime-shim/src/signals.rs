//! The signals that end an instance.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::startup::StartError;

/// SIGTERM and SIGINT; each is an order to stop.
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes both signals over from the process's default, which is to die.
    pub(crate) fn install() -> Result<Self, StartError> {
        let open = |kind| signal(kind).map_err(|error| StartError::no_runtime(&error.to_string()));
        Ok(Self {
            terminate: open(SignalKind::terminate())?,
            interrupt: open(SignalKind::interrupt())?,
        })
    }

    /// Completes at the next of them.
    pub(crate) async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
