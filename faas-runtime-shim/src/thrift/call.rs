//! One call on its way through generated code.

use std::fmt;

use bytes::{Bytes, BytesMut};
use pilota::thrift::Message;

use super::message::Question;
use super::wire::{self, Kind, Limits};
use super::{Answer, Fault};

/// A call of a method, for generated code: its name first, then its arguments, then one of the ways to answer.
pub struct Call {
    question: Question,
    args: Bytes,
    limits: Limits,
    /// Where the answer is written.
    out: BytesMut,
}

impl Call {
    pub(crate) fn new(question: Question, args: Bytes, limits: Limits, out: BytesMut) -> Self {
        Self {
            question,
            args,
            limits,
            out,
        }
    }

    /// Returns the name of the method, without that of a service before it.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.question.head.name
    }

    /// Takes out the arguments.
    ///
    /// # Errors
    ///
    /// Fails if they are not what the IDL says.
    pub fn args<T: Message>(&mut self) -> Result<T, Fault> {
        let args = std::mem::take(&mut self.args);
        wire::decode(self.question.head.protocol, args, &self.limits)
            .map_err(|malformed| Fault::malformed(&malformed))
    }

    /// Answers with a result, which may be a declared exception.
    #[must_use]
    pub fn reply<T: Message>(self, result: &T) -> Answer {
        match self.question.answer(Kind::Reply, result, self.out) {
            Ok(bytes) => Answer::message(bytes),
            Err(unsendable) => Answer::fault(Fault::unsendable(&unsendable)),
        }
    }

    /// Answers with nothing, as nobody waits for it.
    #[must_use]
    pub fn done(self) -> Answer {
        Answer::nothing()
    }

    /// Answers with a fault.
    #[must_use]
    pub fn fault(self, fault: Fault) -> Answer {
        Answer::fault(fault)
    }

    /// Answers that the service has no such method.
    #[must_use]
    pub fn unknown_method(self) -> Answer {
        Answer::fault(Fault::unknown_method(self.method()))
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method())
            .finish_non_exhaustive()
    }
}
