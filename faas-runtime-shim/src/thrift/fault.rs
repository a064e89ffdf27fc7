//! What becomes a `TApplicationException`: why a call has neither a result nor a declared exception.

use std::borrow::Cow;
use std::fmt;

use pilota::thrift::{ApplicationException, ApplicationExceptionKind as Kind};

use super::wire::{Malformed, Unsendable};
use crate::error::{Error, ErrorKind};
use crate::invocation::{Failure, FailureKind};
use crate::telemetry::metrics::OutcomeKind;

/// Why a call has no answer of its method.
///
/// A client reads nothing internal in it: the texts are ours, or those of errors that were made for clients.
pub struct Fault {
    kind: Kind,
    message: Cow<'static, str>,
    outcome: OutcomeKind,
    /// What the log says, where the client must not read it.
    report: Option<Box<str>>,
}

impl Fault {
    /// Tells that a message could not be read.
    pub(crate) fn malformed(malformed: &Malformed) -> Self {
        Self::told(Kind::PROTOCOL_ERROR, malformed.to_string())
    }

    /// Tells that the answer could not be written.
    pub(crate) fn unsendable(unsendable: &Unsendable) -> Self {
        Self {
            report: Some(format!("the answer could not be written: {unsendable}").into()),
            ..Self::failed(OutcomeKind::Reject)
        }
    }

    /// Tells that there is no such method.
    pub(crate) fn unknown_method(name: &str) -> Self {
        let shown = shown(name);
        Self::told(
            Kind::UNKNOWN_METHOD,
            format!("there is no method `{shown}`"),
        )
    }

    /// Tells that more than one service has the method.
    pub(crate) fn ambiguous(name: &str, one: &str, other: &str) -> Self {
        let shown = shown(name);
        Self::told(
            Kind::UNKNOWN_METHOD,
            format!(
                "method `{shown}` is of `{one}` and of `{other}`: name the service, as in `{one}:{shown}` (TMultiplexedProtocol), or over HTTP at the end of the path"
            ),
        )
    }

    /// Tells that a server takes calls only.
    pub(crate) fn no_call() -> Self {
        Self::told(
            Kind::INVALID_MESSAGE_TYPE,
            "expected a call, found an answer",
        )
    }

    /// Tells that a limit of the function leaves no room now.
    pub(crate) fn overloaded() -> Self {
        Self {
            message: Cow::Borrowed("overloaded"),
            ..Self::failed(OutcomeKind::Overload)
        }
    }

    /// What is counted.
    pub(crate) fn outcome(&self) -> OutcomeKind {
        self.outcome
    }

    /// Takes out what the log has to say.
    pub(crate) fn take_report(&mut self) -> Option<Box<str>> {
        self.report.take()
    }
    /// Returns what is written.
    pub(crate) fn exception(&self) -> ApplicationException {
        ApplicationException::new(self.kind, self.message.clone().into_owned())
    }

    /// A mistake of the client's, which it is told.
    fn told(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            outcome: OutcomeKind::Reject,
            report: None,
        }
    }

    /// A failure of ours, of which the client is told nothing.
    fn failed(outcome: OutcomeKind) -> Self {
        Self {
            kind: Kind::INTERNAL_ERROR,
            message: Cow::Borrowed("internal error"),
            outcome,
            report: None,
        }
    }
}

fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(LONGEST_NAME).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    shown
}

/// What a name is cut to in an answer; it may be as long as a message.
const LONGEST_NAME: usize = 100;

/// An [`ApplicationException`] that a handler fails with goes out as it is.
impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        let own = error
            .source()
            .and_then(<dyn std::error::Error>::downcast_ref);
        let own: Option<&ApplicationException> = own;
        let mut fault = Self::failed(match error.kind() {
            ErrorKind::Retry => OutcomeKind::Retry,
            ErrorKind::RetryAfter(_) => OutcomeKind::RetryAfter,
            ErrorKind::Reject => OutcomeKind::Reject,
        });
        if let Some(own) = own {
            fault.kind = own.kind();
            fault.message = Cow::Owned(own.message().to_string());
        } else if error.tells_clients() {
            fault.message = Cow::Owned(error.to_string());
        }
        fault.report = Some(error.chain().into());
        fault
    }
}

/// What the guard makes of an invocation that ended without its handler's word. Panics and deadlines it has logged.
impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        let mut fault = Self::failed(failure.kind.into());
        match failure.kind {
            FailureKind::Deadline => fault.message = Cow::Borrowed("the deadline passed"),
            FailureKind::Overload | FailureKind::NotAttempted => return Self::overloaded(),
            FailureKind::Panic => {}
            FailureKind::Retry
            | FailureKind::RetryAfter(_)
            | FailureKind::Reject
            | FailureKind::Unroutable => fault.report = Some(failure.message.into()),
        }
        fault
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    //! What clients are told of failures.

    use http::StatusCode;

    use super::*;

    #[track_caller]
    fn check(error: Error, kind: Kind, message: &str, outcome: OutcomeKind) {
        let mut fault = Fault::from(error);
        assert_eq!(
            fault.exception(),
            ApplicationException::new(kind, message.to_owned())
        );
        assert_eq!(fault.outcome(), outcome);
        assert!(fault.take_report().is_some(), "the log has it in any case");
    }

    #[test]
    fn server_errors_tell_the_client_nothing() {
        check(
            Error::retry("password=hunter2"),
            Kind::INTERNAL_ERROR,
            "internal error",
            OutcomeKind::Retry,
        );
        check(
            Error::reject("no such colour"),
            Kind::INTERNAL_ERROR,
            "no such colour",
            OutcomeKind::Reject,
        );
        check(
            Error::status(StatusCode::INTERNAL_SERVER_ERROR, "secret"),
            Kind::INTERNAL_ERROR,
            "internal error",
            OutcomeKind::Retry,
        );
    }

    #[test]
    fn an_exception_of_the_handlers_own_goes_out_as_it_is() {
        let own = ApplicationException::new(Kind::MISSING_RESULT, "nothing there".to_owned());
        check(
            Error::from(own),
            Kind::MISSING_RESULT,
            "nothing there",
            OutcomeKind::Retry,
        );
    }

    #[test]
    fn long_names_are_cut() {
        let fault = Fault::unknown_method(&"é".repeat(1000));
        let text = fault.exception().message().to_string();
        assert_eq!(text.chars().filter(|c| *c == 'é').count(), LONGEST_NAME);
        assert!(text.ends_with("…`"), "{text}");
    }
}
