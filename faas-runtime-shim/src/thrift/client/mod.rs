//! Calls of services elsewhere, or of this application's own: what generated clients stand on.
//!
//! A [`Caller`] writes and reads messages; a [`Transport`] carries them. A call inside of an invocation waits no longer than
//! the invocation has left, and says so to the other side where the transport has a place for it.

mod error;
#[cfg(all(feature = "sink", not(target_family = "wasm")))]
mod http;
mod in_process;
#[cfg(not(target_family = "wasm"))]
mod pool;
mod protocol;
mod settings;
#[cfg(not(target_family = "wasm"))]
mod tcp;

use std::fmt;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use pilota::FastStr;
use pilota::thrift::{ApplicationException, ApplicationExceptionKind, Message};

pub use self::error::{CallError, ClientError};
#[cfg(all(feature = "sink", not(target_family = "wasm")))]
pub use self::http::Http;
pub use self::in_process::InProcess;
pub use self::protocol::Protocol;
#[cfg(not(target_family = "wasm"))]
pub use self::tcp::Tcp;
use super::wire::{self, Framing, Head, Info, Kind, Limits};
use crate::current;
use crate::trace::TraceContext;

/// Carries messages to a service, and their answers back.
pub trait Transport: Send + Sync + 'static {
    /// Returns how messages are written.
    fn protocol(&self) -> Protocol {
        Protocol::Binary
    }

    /// Returns the name of the service, where the other side has several and tells them apart by it.
    fn service(&self) -> Option<&str> {
        None
    }

    /// Sends a message, and returns the one that answers it, without framing; nothing for a message that none answers.
    fn exchange(&self, outgoing: Outgoing)
    -> impl Future<Output = Result<Bytes, CallError>> + Send;
}

/// A message on its way out.
pub struct Outgoing {
    message: BytesMut,
    head: Head,
    remaining: Option<Duration>,
    trace: Option<TraceContext>,
}

impl Outgoing {
    /// Returns the message, without framing.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Takes the message out, without framing.
    #[must_use]
    pub fn into_message(self) -> Bytes {
        self.message.freeze()
    }

    /// Returns the number that the answer has to have too.
    #[must_use]
    pub fn sequence(&self) -> i32 {
        self.head.sequence
    }

    /// Tells whether no answer comes.
    #[must_use]
    pub fn is_oneway(&self) -> bool {
        self.head.kind == Kind::OneWay
    }

    /// Returns the head that the message has.
    pub(super) fn head(&self) -> &Head {
        &self.head
    }

    /// Returns how much time the invocation has left that makes the call.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.remaining
    }

    /// Returns the trace that the call belongs to.
    #[must_use]
    pub fn trace(&self) -> Option<&TraceContext> {
        self.trace.as_ref()
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("length", &self.message.len())
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

/// Calls methods of a service through a transport; generated clients have one.
#[derive(Debug)]
pub struct Caller<C> {
    transport: C,
    next: AtomicI32,
}

impl<C: Transport> Caller<C> {
    /// Makes a caller.
    pub fn new(transport: C) -> Self {
        Self {
            transport,
            next: AtomicI32::new(1),
        }
    }

    /// Calls a method and returns its result, a declared exception being one.
    ///
    /// # Errors
    ///
    /// Returns why there is none.
    pub async fn call<A: Message, R: Message>(
        &self,
        method: &'static str,
        args: &A,
    ) -> Result<R, CallError> {
        let outgoing = self.write(Kind::Call, method, args)?;
        let sequence = outgoing.sequence();
        let answer = self.transport.exchange(outgoing).await?;
        read(answer, sequence)
    }

    /// Calls a method that answers nothing; done once the message is on its way.
    ///
    /// # Errors
    ///
    /// Returns why it is not.
    pub async fn oneway<A: Message>(
        &self,
        method: &'static str,
        args: &A,
    ) -> Result<(), CallError> {
        let outgoing = self.write(Kind::OneWay, method, args)?;
        self.transport.exchange(outgoing).await.map(drop)
    }

    fn write<A: Message>(
        &self,
        kind: Kind,
        method: &'static str,
        args: &A,
    ) -> Result<Outgoing, CallError> {
        let name = match self.transport.service() {
            None => FastStr::from_static_str(method),
            Some(service) => FastStr::from_string(format!("{service}:{method}")),
        };
        let sequence = self.next.fetch_add(1, Ordering::Relaxed);
        let mut message = BytesMut::new();
        let head = Head {
            name,
            kind,
            sequence,
            protocol: self.transport.protocol().on_wire(),
        };
        wire::write(
            Framing::Unframed,
            &Info::default(),
            &head,
            args,
            &mut message,
        )
        .map_err(CallError::unsendable)?;
        let invocation = current::context();
        Ok(Outgoing {
            message,
            head,
            remaining: invocation.as_ref().and_then(|context| context.remaining()),
            trace: invocation.and_then(|context| context.trace().cloned()),
        })
    }
}

/// What transports take, as long as they are not told otherwise: the limit of the port too.
const MOST_OF_AN_ANSWER: usize = 16 * 1024 * 1024;

/// A struct without fields, in either protocol: its end alone.
const EMPTY: [u8; 1] = [0];

const MISSING_RESULT: &str = "its answer has neither a result nor an exception";

/// Reads an answer to the message with this number.
fn read<R: Message>(answer: Bytes, sequence: i32) -> Result<R, CallError> {
    // whoever brought it has held it to a longest message
    let limits = Limits::of_frame(answer.len().max(MOST_OF_AN_ANSWER));
    let (head, value) = wire::read_head(&answer).map_err(CallError::malformed)?;
    if head.sequence != sequence {
        let found = head.sequence;
        return Err(CallError::strange(format!(
            "expected the answer to message {sequence}, found that to {found}"
        )));
    }
    match head.kind {
        Kind::Reply => wire::decode(head.protocol, value.clone(), &limits).map_err(|malformed| {
            match *value == EMPTY {
                true => CallError::Application {
                    kind: ApplicationExceptionKind::MISSING_RESULT,
                    message: MISSING_RESULT.to_owned(),
                },
                false => CallError::malformed(malformed),
            }
        }),
        Kind::Exception => {
            let exception: ApplicationException =
                wire::decode(head.protocol, value, &limits).map_err(CallError::malformed)?;
            Err(CallError::Application {
                kind: exception.kind(),
                message: exception.message().to_string(),
            })
        }
        Kind::Call | Kind::OneWay => Err(CallError::strange("expected an answer, found a call")),
    }
}
