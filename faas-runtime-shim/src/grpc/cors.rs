//! Leave for pages of other origins to call: the Fetch standard's CORS protocol, for gRPC-Web and Connect.
//!
//! Pure. Origins are told by the configuration; a listed one may send credentials, `*` may not. Begin with [`Cors::new`].
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

use axum::body::Body;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};

/// Whose pages may call.
#[derive(Clone, Debug)]
pub(crate) struct Cors(Origins);

#[derive(Clone, Debug)]
enum Origins {
    Any,
    Listed(Vec<HeaderValue>),
}

/// An entry of the configuration is no origin.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "`{origin}` is not an origin: expected `https://app.example`, without a path, or `*` alone"
)]
pub(crate) struct OriginError {
    origin: String,
}

impl Cors {
    /// Reads the configuration; without any origin there is no CORS.
    ///
    /// # Errors
    ///
    /// Fails on an entry that no browser would send.
    pub(crate) fn new<S: AsRef<str>>(origins: &[S]) -> Result<Option<Self>, OriginError> {
        match origins {
            [] => Ok(None),
            [any] if any.as_ref() == "*" => Ok(Some(Self(Origins::Any))),
            origins => {
                let listed = origins.iter().map(|origin| listed(origin.as_ref()));
                Ok(Some(Self(Origins::Listed(
                    listed.collect::<Result<_, _>>()?,
                ))))
            }
        }
    }

    /// Answers the question that a browser asks before it sends a call; none if the request is not one.
    pub(crate) fn preflight(&self, request: &Request<Body>) -> Option<Response<Body>> {
        let asked = request.headers();
        let is_asked = request.method() == Method::OPTIONS
            && asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let origin = asked.get(ORIGIN).filter(|_| is_asked)?;
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let fields = response.headers_mut();
        if !self.allow(origin, fields) {
            return Some(response);
        }
        fields.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST"),
        );
        if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            fields.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
        }
        // no browser keeps it for longer
        fields.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
        Some(response)
    }

    /// Lets the page read an answer; `origin` is the request's.
    pub(crate) fn apply(&self, origin: Option<&HeaderValue>, fields: &mut HeaderMap) {
        let Some(origin) = origin else {
            return self.vary(fields);
        };
        if !self.allow(origin, fields) {
            return;
        }
        let mut names = String::from(STATUS);
        for name in fields.keys().map(http::HeaderName::as_str) {
            // metadata is the answer's own, so it is told name by name
            if !STATUS.split(", ").any(|known| known == name)
                && !name.starts_with("access-control-")
            {
                names.push_str(", ");
                names.push_str(name);
            }
        }
        if let Ok(names) = HeaderValue::try_from(names) {
            _ = fields.try_insert(ACCESS_CONTROL_EXPOSE_HEADERS, names);
        }
    }

    fn allow(&self, origin: &HeaderValue, fields: &mut HeaderMap) -> bool {
        self.vary(fields);
        let mut put = |name, value| _ = fields.try_insert(name, value);
        match &self.0 {
            Origins::Any => put(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
            Origins::Listed(listed) if listed.contains(origin) => {
                put(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
                put(
                    ACCESS_CONTROL_ALLOW_CREDENTIALS,
                    HeaderValue::from_static("true"),
                );
            }
            Origins::Listed(_) => return false,
        }
        true
    }

    /// Caches may not give one origin's answer to another.
    fn vary(&self, fields: &mut HeaderMap) {
        if matches!(self.0, Origins::Listed(_)) {
            _ = fields.try_append(VARY, HeaderValue::from_static("origin"));
        }
    }
}

const STATUS: &str = "grpc-status, grpc-message, grpc-status-details-bin";

/// Checks that an entry is as browsers write origins: scheme, host, and a port that is not the scheme's own.
fn listed(origin: &str) -> Result<HeaderValue, OriginError> {
    let is_one = origin.split_once("://").is_some_and(|(scheme, host)| {
        let is_lower = !origin.contains(char::is_uppercase);
        let is_scheme = !scheme.is_empty()
            && scheme
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
        let is_host = host
            .parse::<Authority>()
            .is_ok_and(|host| !host.as_str().contains('@'));
        is_lower && is_scheme && is_host
    });
    let value = HeaderValue::from_str(origin).ok().filter(|_| is_one);
    value.ok_or_else(|| OriginError {
        origin: origin.to_owned(),
    })
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests {
    use http::HeaderName;

    use super::*;

    fn fields(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut fields = HeaderMap::new();
        for (name, value) in pairs {
            fields.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        fields
    }

    fn asked(method: Method, pairs: &[(&'static str, &'static str)]) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.headers_mut() = fields(pairs);
        request
    }

    #[test]
    fn without_origins_there_is_none() {
        assert!(Cors::new::<String>(&[]).unwrap().is_none());
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for origin in [
            "https://app.example",
            "http://localhost:3000",
            "chrome-extension://abc",
            "http://[::1]:80",
            "null",
        ] {
            assert_eq!(Cors::new(&[origin]).is_ok(), origin != "null", "{origin}");
        }
        for origin in [
            "",
            "app.example",
            "https://",
            "https://app.example/",
            "https://App.example",
            "https://a@b",
            "*.example",
            "://x",
            "https://a b",
            "https://a?b",
        ] {
            let error = Cors::new(&["https://app.example", origin]).unwrap_err();
            let expected = format!(
                "`{origin}` is not an origin: expected `https://app.example`, without a path, or `*` alone"
            );
            assert_eq!(error.to_string(), expected);
        }
        assert!(Cors::new(&["*", "https://app.example"]).is_err());
    }

    #[test]
    fn a_listed_origin_may_ask_and_read() {
        let cors = Cors::new(&["https://app.example", "https://b.example"])
            .unwrap()
            .unwrap();
        let question = [
            ("origin", "https://b.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type,x-grpc-web"),
        ];
        let response = cors.preflight(&asked(Method::OPTIONS, &question)).unwrap();
        assert_eq!(response.status(), 204);
        let expected = [
            ("vary", "origin"),
            ("access-control-allow-origin", "https://b.example"),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "GET, POST"),
            ("access-control-allow-headers", "content-type,x-grpc-web"),
            ("access-control-max-age", "7200"),
        ];
        assert_eq!(response.headers(), &fields(&expected));

        let mut told = fields(&[
            ("vary", "accept-encoding"),
            ("trailer-x-cost", "1"),
            ("grpc-status", "0"),
        ]);
        cors.apply(
            Some(&HeaderValue::from_static("https://app.example")),
            &mut told,
        );
        assert_eq!(told["access-control-allow-origin"], "https://app.example");
        let exposed = told["access-control-expose-headers"].to_str().unwrap();
        let names: Vec<_> = exposed.split(", ").collect();
        assert_eq!(
            names[..3],
            ["grpc-status", "grpc-message", "grpc-status-details-bin"]
        );
        assert!(names.contains(&"trailer-x-cost"));
        assert_eq!(names.len(), 5);
        assert_eq!(
            told.get_all("vary").iter().collect::<Vec<_>>(),
            ["accept-encoding", "origin"]
        );
    }

    #[test]
    fn others_may_not() {
        let cors = Cors::new(&["https://app.example"]).unwrap().unwrap();
        let question = [
            ("origin", "https://evil.example"),
            ("access-control-request-method", "POST"),
        ];
        let response = cors.preflight(&asked(Method::OPTIONS, &question)).unwrap();
        assert_eq!(response.headers(), &fields(&[("vary", "origin")]));
        for origin in [
            None,
            Some("https://evil.example"),
            Some("null"),
            Some("https://app.example.evil"),
        ] {
            let mut told = HeaderMap::new();
            cors.apply(origin.map(HeaderValue::from_static).as_ref(), &mut told);
            assert_eq!(told, fields(&[("vary", "origin")]));
        }
    }

    #[test]
    fn everybody_may_without_credentials() {
        let cors = Cors::new(&["*"]).unwrap().unwrap();
        let mut told = HeaderMap::new();
        cors.apply(
            Some(&HeaderValue::from_static("https://any.example")),
            &mut told,
        );
        let expected = [
            ("access-control-allow-origin", "*"),
            ("access-control-expose-headers", STATUS),
        ];
        assert_eq!(told, fields(&expected));
    }

    #[test]
    fn only_the_browsers_question_is_answered() {
        let cors = Cors::new(&["*"]).unwrap().unwrap();
        let origin = ("origin", "https://app.example");
        let method = ("access-control-request-method", "POST");
        for request in [
            asked(Method::POST, &[origin, method]),
            asked(Method::OPTIONS, &[origin]),
            asked(Method::OPTIONS, &[method]),
        ] {
            assert!(cors.preflight(&request).is_none());
        }
    }
}
