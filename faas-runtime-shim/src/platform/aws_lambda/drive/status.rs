//! What one status code of the Runtime API demands; decided here, and nowhere else.

use crate::platform::poll::Answer;

/// What follows an answer of the platform.
pub(super) enum Next {
    /// All is well.
    Serve,
    /// The same question once more, after a while.
    Again,
    /// The same, but not for ever: something is wrong.
    Odd,
    /// The platform is in trouble: the end of a classic instance, and a reason to wait for a slot of a managed one.
    Stop,
}

pub(super) fn after_next(answer: &Answer<'_>) -> Next {
    match answer.status() {
        200 => Next::Serve,
        // no event yet: an emulator's form of waiting
        204 => Next::Again,
        status @ 403 => {
            tracing::warn!(status, answer = %text(answer), "the poll came in a wrong state");
            Next::Odd
        }
        status => {
            tracing::error!(status, answer = %text(answer), "the platform is in trouble");
            Next::Stop
        }
    }
}

pub(super) fn after_post(answer: &Answer<'_>) -> Next {
    match answer.status() {
        200..=299 => Next::Serve,
        status @ 500 => {
            tracing::error!(status, answer = %text(answer), "the platform is in trouble");
            Next::Stop
        }
        // 400: already answered or cut; 403: wrong state; 410: the invocation had timed out; 413: too large. The
        // platform has counted the failure already, and another post would be refused.
        status => {
            tracing::error!(status, answer = %text(answer), "the answer was refused");
            Next::Serve
        }
    }
}

/// What the platform said, cut to what a log line bears.
pub(super) fn text(answer: &Answer<'_>) -> String {
    const LONGEST: usize = 512;
    let body = answer.body();
    String::from_utf8_lossy(body.get(..LONGEST).unwrap_or(body)).into_owned()
}
