//! Calls of an application in this process, through all of the codec and no socket: for tests.

use bytes::{Bytes, BytesMut};

use super::{CallError, Outgoing, Protocol, Transport};
use crate::application::Application;
use crate::invocation::Facts;
use crate::thrift::dispatch::dispatch;
use crate::thrift::wire::{Frame, Framing};

/// Takes messages to the services of an application in this process.
#[derive(Clone, Debug)]
pub struct InProcess {
    application: Application,
    protocol: Protocol,
    service: Option<Box<str>>,
}

impl InProcess {
    /// Calls the services of this application.
    #[must_use]
    pub fn new(application: Application) -> Self {
        Self {
            application,
            protocol: Protocol::Binary,
            service: None,
        }
    }

    /// Writes messages in this protocol instead of the binary one.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Names the service in each message, which an application with several needs.
    #[must_use]
    pub fn service(mut self, name: impl Into<Box<str>>) -> Self {
        self.service = Some(name.into());
        self
    }
}

impl Transport for InProcess {
    fn protocol(&self) -> Protocol {
        self.protocol
    }

    fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Bytes, CallError> {
        let facts = Facts {
            trace: outgoing.trace().cloned(),
            ..Facts::default()
        };
        let frame = Frame {
            framing: Framing::Unframed,
            payload: outgoing.into_message(),
            header: None,
        };
        let dispatched =
            dispatch(&self.application, facts, frame, None).map_err(CallError::malformed)?;
        let bytes = dispatched.await;
        Ok(bytes.map_or_else(Bytes::new, BytesMut::freeze))
    }
}
