//! Errors of every kind, as the caller wants them.

use std::io;
use std::time::Duration;

use faas::Error;
use http::StatusCode;
use tonic::{Code, Status};

use super::wire::probe::Failure;
use super::wire::probe::failure::Kind;

impl Failure {
    #[expect(clippy::panic, reason = "that is what it is for")]
    pub(super) fn panic_if_asked(&self) {
        if self.kind() == Kind::Panic {
            panic!("{}", self.message);
        }
    }

    /// Returns the error, unless a panic is wanted.
    pub(super) fn error(self) -> Error {
        self.panic_if_asked();
        let kind = self.kind();
        let Failure { code, message, .. } = self;
        match kind {
            Kind::Unspecified | Kind::Panic => Error::reject("no kind of failure was told"),
            Kind::Internal => io::Error::other(format!("{message}: secret of src/shop.rs")).into(),
            Kind::Retry => Error::retry(message),
            Kind::RetryAfter => Error::retry_after(Duration::from_secs(3), message),
            Kind::Reject => Error::reject(message),
            Kind::Status => {
                let status = u16::try_from(code).ok();
                let status = status.and_then(|code| StatusCode::from_u16(code).ok());
                Error::status(status.unwrap_or(StatusCode::BAD_REQUEST), message)
            }
            Kind::Grpc => Status::new(Code::from(code), message).into(),
        }
    }
}
