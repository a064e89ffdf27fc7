//! What an error of a handler is called in gRPC, and answers that are a status alone.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Response, StatusCode};
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

use crate::error::{Error, ErrorKind, chain};

/// Makes an answer that is a status alone, in its head (gRPC over HTTP/2, "Responses", Trailers-Only).
pub(crate) fn refused(status: &Status) -> Response<Body> {
    status.clone().into_http()
}

/// Tells what an error is called: a status that the handler made stays as it is, others tell their text if an HTTP client
/// would be told. What a caller must not see is the status' source, for the log.
#[must_use]
pub fn of(error: Error) -> Status {
    let source = error.source();
    if let Some(status) = source.and_then(|source| source.downcast_ref::<Status>()) {
        return passed_on(status);
    }
    let code = code_of(error.http_status());
    let mut status = if error.tells_clients() {
        Status::new(code, error.to_string())
    } else {
        let mut status = Status::new(code, "internal error");
        status.set_source(Arc::new(Untold(error.chain().into())));
        status
    };
    if let ErrorKind::RetryAfter(delay) = error.kind() {
        push_back(&mut status, delay);
    }
    status
}

/// Tells what an error in the midst of an answer is called. The answer's head is out, so what its caller must not see is
/// logged here.
#[must_use]
pub fn of_stream(error: Error) -> Status {
    let status = of(error);
    if let Some(chain) = untold(&status) {
        tracing::error!("{chain}");
    }
    status
}

/// Passes a status on that a handler returned, unless it says that a connection of the handler's own broke: that is an inner
/// matter.
fn passed_on(status: &Status) -> Status {
    if StdError::source(status).is_none() {
        return status.clone();
    }
    let mut ours = Status::internal("internal error");
    ours.set_source(Arc::new(Untold(chain(status).into())));
    ours
}

/// What failed, in words that a caller must not see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Untold(Box<str>);

/// Finds what a caller must not see of an answer that is a status alone.
pub(super) fn untold(status: &Status) -> Option<&dyn StdError> {
    let source = StdError::source(status)?;
    source.is::<Untold>().then_some(source)
}

/// The status of limits that leave no room until then.
pub(super) fn overloaded(wait: Duration) -> Status {
    let mut status = Status::resource_exhausted("the service is overloaded");
    push_back(&mut status, wait);
    status
}

/// Says when to try again (gRFC A6, "Pushback"): rounded up, since whoever comes a moment too early is refused again.
fn push_back(status: &mut Status, delay: Duration) {
    let millis = i32::try_from(delay.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX);
    if let Ok(value) = MetadataValue::try_from(millis.to_string()) {
        status
            .metadata_mut()
            .insert("grpc-retry-pushback-ms", value);
    }
}

/// The code whose HTTP status this is (google.rpc.Code, "HTTP Mapping"), and the nearest for others.
fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::PermissionDenied,
        StatusCode::NOT_FOUND | StatusCode::GONE => Code::NotFound,
        StatusCode::CONFLICT => Code::Aborted,
        StatusCode::PRECONDITION_FAILED => Code::FailedPrecondition,
        StatusCode::RANGE_NOT_SATISFIABLE => Code::OutOfRange,
        StatusCode::TOO_MANY_REQUESTS => Code::ResourceExhausted,
        StatusCode::NOT_IMPLEMENTED => Code::Unimplemented,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => Code::Unavailable,
        StatusCode::GATEWAY_TIMEOUT | StatusCode::REQUEST_TIMEOUT => Code::DeadlineExceeded,
        other if other.is_client_error() => Code::InvalidArgument,
        _ => Code::Internal,
    }
}
