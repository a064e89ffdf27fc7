//! What was wrong with a request's body, told to whoever answers while the call is already running.

use std::sync::{Arc, OnceLock};

use axum::BoxError;
use http_body_util::LengthLimitError;

use crate::grpc::status::{Code, Status};

/// Shared by the body, which finds what is wrong, and the answer, which says it.
#[derive(Clone, Debug, Default)]
pub(super) struct Complaint(Arc<OnceLock<Status>>);

impl Complaint {
    /// Notes what is wrong, and makes the error of the body; tonic hands such a one to the handler with its code.
    pub(super) fn note(&self, status: Status) -> BoxError {
        let status = self.0.get_or_init(|| status);
        let code = tonic::Code::from_i32(status.code.number().into());
        Box::new(tonic::Status::new(code, status.message.clone()))
    }

    /// The status to answer: a call that failed after its request was found wrong has failed for that.
    pub(super) fn over(&self, status: Status) -> Status {
        match self.0.get() {
            Some(complaint) if status.code != Code::Ok => complaint.clone(),
            _ => status,
        }
    }
}

/// The status for a body that broke off.
pub(super) fn broken(error: &axum::Error) -> Status {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<LengthLimitError>() {
            return Status::new(
                Code::ResourceExhausted,
                "the request's body is over the limit",
            );
        }
        source = error.source();
    }
    Status::new(
        Code::Unknown,
        format!("the request's body broke off: {error}"),
    )
}
