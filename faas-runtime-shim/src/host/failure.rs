//! What a caller that waits is told of a failure, other than in an answer of an HTTP handler's own.

use std::time::Duration;

use http::StatusCode;

use crate::invocation::FailureKind;

/// Returns the status of a failure, and how long the caller shall wait before it tries again.
///
/// The statuses are those that senders of CloudEvents tell apart: 5xx comes again, 422 does not; 404, 408, 409 and 429 would
/// come again too and are not used (knative/specs, "specs/eventing/data-plane.md", delivery retry).
pub(crate) fn status(kind: FailureKind) -> (StatusCode, Option<Duration>) {
    match kind {
        FailureKind::Retry | FailureKind::Panic => (StatusCode::INTERNAL_SERVER_ERROR, None),
        FailureKind::RetryAfter(delay) => (StatusCode::SERVICE_UNAVAILABLE, Some(delay)),
        FailureKind::Overload | FailureKind::NotAttempted => {
            (StatusCode::SERVICE_UNAVAILABLE, Some(SOON))
        }
        FailureKind::Reject | FailureKind::Unroutable => (StatusCode::UNPROCESSABLE_ENTITY, None),
        FailureKind::Deadline => (StatusCode::GATEWAY_TIMEOUT, None),
    }
}

/// Nobody knows when a place falls free.
const SOON: Duration = Duration::from_secs(1);
