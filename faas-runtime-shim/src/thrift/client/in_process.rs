//! Calls of an application in this process, through all of the codec and no socket: for tests.

use bytes::{Bytes, BytesMut};

use super::settings::{Settings, settings};
use super::{CallError, Outgoing, Protocol, Transport};
use crate::application::Application;
use crate::invocation::Facts;
use crate::thrift::dispatch::{Incoming, dispatch};
use crate::thrift::wire::{Frame, Framing};

/// Takes messages to the services of an application in this process.
#[derive(Clone, Debug)]
pub struct InProcess {
    application: Application,
    settings: Settings,
}

impl InProcess {
    /// Calls the services of this application.
    #[must_use]
    pub fn new(application: Application) -> Self {
        Self {
            application,
            settings: Settings::default(),
        }
    }

    settings!();
}

impl Transport for InProcess {
    fn protocol(&self) -> Protocol {
        self.settings.protocol
    }

    fn service(&self) -> Option<&str> {
        self.settings.service.as_deref()
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Bytes, CallError> {
        let now = self.application.clock().now();
        let facts = Facts {
            deadline: outgoing.remaining().map(|remaining| now.after(remaining)),
            trace: outgoing.trace().cloned(),
            ..Facts::default()
        };
        let incoming = Incoming {
            facts,
            frame: Frame {
                framing: Framing::Unframed,
                payload: outgoing.into_message(),
                header: None,
            },
            place: None,
            room: BytesMut::new(),
        };
        let dispatched = dispatch(&self.application, incoming).map_err(CallError::malformed)?;
        let bytes = dispatched.await;
        Ok(bytes.map_or_else(Bytes::new, BytesMut::freeze))
    }
}
