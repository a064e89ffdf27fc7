//! What tests get back.

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use faas_runtime_shim::platform::Exchange;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

/// A whole HTTP answer.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub(super) async fn collect(response: Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX)
            .await
            .expect("the response's body breaks off: `TestApp::application` gives it as a stream");
        Self {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    /// Returns the status code.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns a header's text; empty if it is missing or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    }

    /// Returns the body.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// Returns the body as text.
    ///
    /// # Panics
    ///
    /// Panics if it is no UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is no UTF-8 text")
    }

    /// Decodes the body.
    ///
    /// # Panics
    ///
    /// Panics with the body if it is another document.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        decode(&self.body)
    }
}

/// What a platform would be answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EventAnswer {
    body: Bytes,
    is_error: bool,
}

impl EventAnswer {
    /// Tells whether it goes through the platform's channel for errors.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.is_error
    }

    /// Returns the bytes.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// Decodes them.
    ///
    /// # Panics
    ///
    /// Panics with the bytes if they are another document.
    #[must_use]
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        decode(&self.body)
    }
}

impl From<Exchange> for EventAnswer {
    #[expect(clippy::panic, reason = "this is how a test fails")]
    fn from(exchange: Exchange) -> Self {
        let (body, is_error) = match exchange {
            Exchange::Answer(body) => (body, false),
            Exchange::Error(body) => (body, true),
            other => panic!("the testing kit does not know {other:?}"),
        };
        Self { body, is_error }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> T {
    match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(error) => panic!("{error} in {}", String::from_utf8_lossy(body)),
    }
}
