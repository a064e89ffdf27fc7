//! What could not be translated: of a request, told to whoever answers while the call is already running, and of an answer.

use std::sync::{Arc, OnceLock};

use axum::BoxError;
use http::request;
use http_body_util::LengthLimitError;

use crate::grpc::status::{Code, Status};

/// Shared by the bodies, which find what is wrong, the answer, which says it, and whoever keeps count of it: that one puts
/// a clone among the request's extensions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Complaint(Arc<Found>);

#[derive(Debug, Default)]
struct Found {
    asked: OnceLock<Status>,
    answered: OnceLock<Status>,
}

impl Complaint {
    /// Takes it from among the extensions of a request.
    pub(super) fn of(head: &mut request::Parts) -> Self {
        head.extensions.remove().unwrap_or_default()
    }

    /// Notes what is wrong with the request, and makes the error of the body; tonic hands such a one to the handler with its
    /// code.
    pub(super) fn note(&self, status: Status) -> BoxError {
        let status = self.0.asked.get_or_init(|| status);
        let code = tonic::Code::from_i32(status.code.number().into());
        Box::new(tonic::Status::new(code, status.message.clone()))
    }

    /// Notes what is wrong with a request that no call is made of.
    pub(super) fn refused(&self, status: Status) -> Status {
        self.0.asked.get_or_init(|| status).clone()
    }

    /// Notes what is wrong with the answer: nothing that its caller could mend.
    pub(super) fn ours(&self, status: Status) -> Status {
        self.0.answered.get_or_init(|| status).clone()
    }

    /// The status to answer: a call that failed after its request was found wrong has failed for that.
    pub(super) fn over(&self, status: Status) -> Status {
        match self.0.asked.get() {
            Some(complaint) if status.code != Code::Ok => complaint.clone(),
            _ => status,
        }
    }

    /// What was wrong with the request.
    pub(crate) fn asked(&self) -> Option<&Status> {
        self.0.asked.get()
    }

    /// What was wrong with the answer.
    pub(crate) fn answered(&self) -> Option<&Status> {
        self.0.answered.get()
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
