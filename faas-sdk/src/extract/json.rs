//! JSON bodies and payloads.
//!
//! Our own type and not axum's, which decodes through a path tracker: that costs half as much again as the decoding
//! itself. Here a document is decoded plainly, and only one that turned out wrong is decoded a second time for the path.

use std::ops::{Deref, DerefMut};

use axum::body::Body;
use axum::extract::{FromRequest, OptionalFromRequest};
use axum::response::IntoResponse;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::payload::body;
use super::trigger::{Invoke, Task};
use super::{All, AsJson, FromInvocation, Parts, Slot};
use crate::Error;

/// A JSON document: as a parameter the decoded body or payload, as an answer the encoded value.
///
/// A document of another shape is answered with 422 (over HTTP) or rejected, and the error names the path in it.
///
/// # Examples
///
/// ```standalone_crate
/// use faas::Json;
///
/// #[derive(serde::Deserialize)]
/// struct Pair { a: i64, b: i64 }
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Sum { sum: i64 }
///
/// #[faas::http(POST, "/sum")]
/// async fn sum(Json(pair): Json<Pair>) -> Json<Sum> {
///     Json(Sum { sum: pair.a + pair.b })
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let app = faas::testing::App::new().start().await;
/// let request = http::Request::post("/sum")
///     .header("content-type", "application/json")
///     .body(r#"{"a": 1, "b": "two"}"#)
///     .unwrap();
/// let answer = app.http(request).await;
/// assert_eq!(answer.status(), 422);
/// assert!(answer.text().contains("at `b`: invalid type"));
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// Why a body is no [`Json<T>`].
#[non_exhaustive]
#[derive(Debug)]
pub enum JsonRejection {
    /// The content type is missing or another; 415.
    ContentType {
        /// What was sent.
        found: Option<String>,
    },
    /// The body is no JSON; 400.
    Syntax {
        /// What the parser found, with line and column.
        message: String,
    },
    /// The document has another shape; 422.
    Shape {
        /// The path in the document, such as `items[2].price`.
        path: String,
        /// What was expected there.
        message: String,
    },
    /// The body did not arrive, or is too large; 4xx.
    Body {
        /// The status.
        status: StatusCode,
        /// What went wrong.
        message: String,
    },
}

impl std::fmt::Display for JsonRejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ContentType { found: None } => {
                f.write_str("the content type is missing, expected `application/json`")
            }
            Self::ContentType { found: Some(found) } => write!(
                f,
                "the content type is `{found}`, expected `application/json`"
            ),
            Self::Syntax { message } => write!(f, "this is no JSON document: {message}"),
            Self::Shape { path, message } if path.is_empty() || path == "." => {
                write!(f, "the JSON document is not what was expected: {message}")
            }
            Self::Shape { path, message } => write!(
                f,
                "the JSON document is not what was expected at `{path}`: {message}"
            ),
            Self::Body { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for JsonRejection {}

impl JsonRejection {
    /// Returns the status that the client gets.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::ContentType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Syntax { .. } => StatusCode::BAD_REQUEST,
            Self::Shape { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Body { status, .. } => *status,
        }
    }
}

impl IntoResponse for JsonRejection {
    fn into_response(self) -> Response<Body> {
        Error::status(self.status(), self.to_string()).into_response()
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = JsonRejection;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, JsonRejection> {
        expect_json(request.headers())?;
        let bytes = collect(request, state).await?;
        decode(&bytes).map(Self)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = JsonRejection;

    async fn from_request(
        request: Request<Body>,
        state: &S,
    ) -> Result<Option<Self>, JsonRejection> {
        if !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state)
            .await
            .map(Some)
    }
}

macro_rules! payload {
    ($($trigger:ty),+) => {$(
        impl<T: DeserializeOwned> FromInvocation<$trigger> for Json<T> {
            type Takes = All<T, AsJson>;

            fn from_invocation(_: &Parts, payload: &mut Slot) -> Result<Self, Error> {
                decode(&body(payload))
                    .map(Self)
                    .map_err(|rejection| Error::reject(rejection).with_name("InvalidPayload"))
            }
        }
    )+};
}

payload!(Invoke, Task);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response<Body> {
        match encode(&self.0) {
            Ok(text) => {
                let mut response = Response::new(Body::from(text));
                response.headers_mut().insert(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json"),
                );
                response
            }
            Err(error) => error.into_response(),
        }
    }
}

/// Writes a value as JSON.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Error> {
    // most answers are small, and the doubling from nothing costs more than this
    let mut text = Vec::with_capacity(128);
    serde_json::to_writer(&mut text, value)?;
    Ok(text)
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonRejection> {
    serde_json::from_slice(bytes).map_err(|error| explain::<T>(bytes, &error))
}

/// Decodes once more, for the path.
#[cold]
fn explain<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error) -> JsonRejection {
    if !error.is_data() {
        return JsonRejection::Syntax {
            message: error.to_string(),
        };
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Err(found) => JsonRejection::Shape {
            path: found.path().to_string(),
            message: found.into_inner().to_string(),
        },
        Ok(_) => JsonRejection::Shape {
            path: String::new(),
            message: error.to_string(),
        },
    }
}

fn expect_json(headers: &HeaderMap) -> Result<(), JsonRejection> {
    let found = headers.get(header::CONTENT_TYPE);
    match found {
        Some(value) if is_json(value.as_bytes()) => Ok(()),
        found => Err(JsonRejection::ContentType {
            found: found.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
        }),
    }
}

/// `application/json` or `application/*+json` (RFC 6839, section 3.1), parameters aside.
pub(super) fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default()
        .trim_ascii()
        .to_ascii_lowercase();
    essence
        .strip_prefix(b"application/")
        .is_some_and(|subtype| subtype == b"json" || subtype.ends_with(b"+json"))
}

async fn collect<S: Send + Sync>(
    request: Request<Body>,
    state: &S,
) -> Result<Bytes, JsonRejection> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| JsonRejection::Body {
            status: rejection.status(),
            message: rejection.body_text(),
        })
}

#[cfg(test)]
mod tests {
    //! What is taken for JSON, and what an error says.

    use super::*;

    #[test]
    fn content_types() {
        let json = [
            "application/json",
            "APPLICATION/JSON; charset=utf-8",
            "application/problem+json",
        ];
        for content_type in json {
            assert!(is_json(content_type.as_bytes()), "{content_type}");
        }
        for content_type in [
            "",
            "text/json",
            "application/jsonp",
            "application/x-json+zip",
        ] {
            assert!(!is_json(content_type.as_bytes()), "{content_type}");
        }
    }

    #[test]
    fn an_error_names_the_path() {
        #[derive(Debug, serde::Deserialize)]
        struct Order {
            #[expect(dead_code, reason = "only its shape matters")]
            items: Vec<Item>,
        }
        #[derive(Debug, serde::Deserialize)]
        struct Item {
            #[expect(dead_code, reason = "only its shape matters")]
            price: f64,
        }
        let error = decode::<Order>(br#"{"items":[{"price":1},{"price":"2"}]}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the JSON document is not what was expected at `items[1].price`: invalid type: string \"2\", expected f64 at line 1 column 34"
        );
        assert_eq!(error.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            decode::<Order>(b"{").unwrap_err().status(),
            StatusCode::BAD_REQUEST
        );
    }
}
