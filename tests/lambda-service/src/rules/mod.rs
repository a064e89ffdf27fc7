//! What the service allows, and when: no sockets, no waiting.
//!
//! Facts: the Developer Guide's "Using the Lambda runtime API" and "Lambda Extensions API", and what AWS's runtime interface
//! emulator answers, classic and with `AWS_LAMBDA_MAX_CONCURRENCY`.

mod classic;
mod extensions;
mod managed;

use self::classic::Classic;
pub(crate) use self::extensions::Extensions;
use self::managed::Managed;
use crate::request::Request;
use crate::script::{Event, Posting};

/// What kind of instance the service runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mode {
    /// One event after the other.
    Classic,
    /// As classic, with the routes of a restore.
    SnapStart,
    /// A managed instance: as many events at once.
    Managed {
        /// How many polls may wait.
        polls: usize,
    },
}

/// An answer of the service that is no success.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) message: &'static str,
}

impl Refusal {
    pub(crate) const STATE: Self = Self::new(
        403,
        "InvalidStateTransition",
        "State transition is not allowed",
    );
    pub(crate) const ID: Self = Self::new(400, "InvalidRequestID", "Invalid request ID");
    pub(crate) const MODE: Self = Self::new(
        400,
        "InvalidFunctionResponseMode",
        "Invalid function response mode",
    );
    pub(crate) const TRUNCATED: Self = Self::new(
        400,
        "TruncatedHTTPRequest",
        "HTTP request detected as truncated",
    );
    pub(crate) const LATE: Self = Self::new(410, "InvokeTimeout", "Invoke timeout");
    pub(crate) const LARGE: Self = Self::new(
        413,
        "RequestEntityTooLarge",
        "Exceeded maximum allowed payload size",
    );
    pub(crate) const CONTAINER: Self =
        Self::new(500, "InternalServerError", "Internal Server Error");

    pub(crate) const fn new(status: u16, kind: &'static str, message: &'static str) -> Self {
        Self {
            status,
            kind,
            message,
        }
    }

    pub(crate) fn text(&self) -> String {
        let Self { kind, message, .. } = self;
        format!(r#"{{"errorMessage":"{message}","errorType":"{kind}"}}"#)
    }
}

/// The state of an instance, as the service sees it.
#[derive(Debug)]
pub(crate) struct Rules {
    mode: Mode,
    classic: Classic,
    managed: Managed,
    pub(crate) extensions: Extensions,
}

impl Rules {
    pub(crate) fn new(mode: Mode) -> Self {
        Self {
            mode,
            classic: Classic::default(),
            managed: Managed::default(),
            extensions: Extensions::new(matches!(mode, Mode::Managed { .. })),
        }
    }

    /// A poll has come; so many wait already.
    pub(crate) fn poll(&mut self, waiting: usize) -> Result<(), Refusal> {
        match self.mode {
            Mode::Managed { polls } if waiting >= polls => return Err(Refusal::CONTAINER),
            Mode::Managed { .. } => {}
            Mode::Classic | Mode::SnapStart => self.classic.poll()?,
        }
        self.extensions.close();
        Ok(())
    }

    /// The event that every poll gets until it is answered.
    pub(crate) fn again(&self) -> Option<&Event> {
        self.classic.again()
    }

    /// An event goes to a poll.
    pub(crate) fn hand(&mut self, event: &Event) {
        match self.mode {
            Mode::Managed { .. } => self.managed.hand(event),
            Mode::Classic | Mode::SnapStart => self.classic.hand(event),
        }
        self.extensions.invoke(event.id());
    }

    /// What the test wants of the answer to an event that is out.
    pub(crate) fn posting(&self, id: &str) -> Option<Posting> {
        match self.mode {
            Mode::Managed { .. } => self.managed.posting(id),
            Mode::Classic | Mode::SnapStart => self.classic.posting(id),
        }
    }

    /// A post has begun.
    pub(crate) fn begin(&mut self, post: &Request) -> Result<(), Refusal> {
        let managed = matches!(self.mode, Mode::Managed { .. });
        let Some((id, end)) = post.invocation() else {
            return match post.path.ends_with("/restore/error") {
                true => self.classic.restore_error(),
                false if managed => self.managed.init_error(),
                false => self.classic.init_error(),
            };
        };
        let mode = post.header("lambda-runtime-function-response-mode");
        let mode_is_wrong = end == "response" && !["", "streaming"].contains(&mode.as_str());
        match managed {
            true => self.managed.begin(&id, end == "error", mode_is_wrong),
            false => self.classic.begin(&id, mode_is_wrong),
        }
    }

    /// A post has ended, with whatever answer; an error if its invocation has ended otherwise meanwhile.
    pub(crate) fn end(&mut self, id: &str, is_error: bool) -> Result<(), Refusal> {
        match self.mode {
            Mode::Managed { .. } => self.managed.end(id, is_error),
            Mode::Classic | Mode::SnapStart => {
                self.classic.end(id);
                Ok(())
            }
        }
    }

    /// The time of an invocation is up (managed instances; in the other modes that is the process's end).
    pub(crate) fn time_out(&mut self, id: &str) {
        self.managed.time_out(id);
    }

    /// The runtime waits for the restore.
    pub(crate) fn restore_next(&mut self) -> Result<(), Refusal> {
        self.classic.restore_next()
    }

    pub(crate) fn restored(&mut self) {
        self.classic.restored();
    }

    pub(crate) fn has_restores(&self) -> bool {
        self.mode == Mode::SnapStart
    }

    pub(crate) fn is_managed(&self) -> bool {
        matches!(self.mode, Mode::Managed { .. })
    }

    /// The longest body of a post.
    pub(crate) fn limit(&self, post: &Request) -> usize {
        // Lambda quotas: a streamed response; a buffered one; LMI's bodies of errors
        const STREAM: usize = 200 * 1024 * 1024;
        const ERROR: usize = 1024 * 1024;
        let is_error = post.path.ends_with("/error");
        match self.mode {
            Mode::Managed { .. } if is_error => ERROR,
            _ if !is_error && post.is_streamed() => STREAM,
            _ => crate::LARGEST,
        }
    }
}

#[cfg(test)]
mod tests {
    //! The rules that AWS's emulator cannot be asked for: those of a restore, and how many polls may wait.

    use super::*;

    fn post(path: &str) -> Request {
        Request {
            path: format!("/2018-06-01/runtime/{path}"),
            ..Request::default()
        }
    }

    #[test]
    fn a_restore_stands_between_the_start_and_the_first_poll() {
        let mut rules = Rules::new(Mode::SnapStart);
        let failed = post("restore/error");
        assert_eq!(rules.begin(&failed), Err(Refusal::STATE));
        assert_eq!(rules.restore_next(), Ok(()));
        for asked in [rules.restore_next(), rules.poll(0), rules.begin(&failed)] {
            assert_eq!(asked, Err(Refusal::STATE));
        }
        rules.restored();
        assert_eq!(rules.restore_next(), Err(Refusal::STATE));
        assert_eq!(rules.poll(0), Ok(()));
        assert_eq!(rules.begin(&failed), Err(Refusal::STATE));
    }

    #[test]
    fn an_error_after_the_restore_is_the_end() {
        for path in ["restore/error", "init/error"] {
            let mut rules = Rules::new(Mode::SnapStart);
            assert_eq!(rules.restore_next(), Ok(()));
            rules.restored();
            assert_eq!(rules.begin(&post(path)), Ok(()));
            assert_eq!(rules.begin(&post(path)), Err(Refusal::STATE));
            assert_eq!(rules.poll(0), Err(Refusal::STATE));
        }
    }

    #[test]
    fn a_runtime_without_hooks_skips_the_restore() {
        let mut rules = Rules::new(Mode::SnapStart);
        assert_eq!(rules.poll(0), Ok(()));
        assert_eq!(rules.restore_next(), Err(Refusal::STATE));
    }

    #[test]
    fn a_managed_instance_has_as_many_polls_as_it_was_given() {
        let mut rules = Rules::new(Mode::Managed { polls: 2 });
        assert_eq!(rules.poll(1), Ok(()));
        assert_eq!(rules.poll(2), Err(Refusal::CONTAINER));
    }
}
