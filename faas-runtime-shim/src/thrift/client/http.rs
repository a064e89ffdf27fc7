//! Calls over HTTP: a POST for each message (Apache Thrift, `THttpClient`).

use std::fmt;
use std::io;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::Full;

use super::settings::{Settings, settings};
use super::{CallError, MOST_OF_AN_ANSWER, Outgoing, Protocol, Transport};
use crate::outlet::sink::address::Address;
use crate::outlet::sink::connection::{Pool, Unanswered};

/// Carries messages over HTTP/1.1; connections are kept for the next call.
pub struct Http {
    address: Address,
    settings: Settings,
    pool: Pool,
}

impl Http {
    /// Calls the service at this URL, such as `http://shop.example/thrift`.
    ///
    /// # Errors
    ///
    /// Fails unless it is a URL of the scheme `http`.
    pub fn new(url: &str) -> Result<Self, CallError> {
        let wrong = |why: &str| CallError::Unreachable {
            peer: "the service".into(),
            source: io::Error::new(io::ErrorKind::InvalidInput, why),
        };
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(wrong("its address does not begin with `http://`"));
        }
        let address = Address::parse(url).map_err(wrong)?;
        Ok(Self {
            address,
            settings: Settings::default(),
            pool: Pool::default(),
        })
    }

    settings!(timeout);

    fn request(&self, outgoing: Outgoing) -> Request<Full<Bytes>> {
        let trace = outgoing
            .trace()
            .and_then(|trace| HeaderValue::from_str(&trace.traceparent().to_string()).ok());
        let body = outgoing.into_message();
        let mut request = Request::new(Full::new(body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from(self.address.target.clone());
        let headers = request.headers_mut();
        let _ = headers.insert(header::HOST, self.address.host.clone());
        let _ = headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        let _ = headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        let _ = headers.insert(header::ACCEPT, MEDIA_TYPE);
        if let Some(authorization) = &self.address.authorization {
            let _ = headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        if let Some(trace) = trace {
            let _ = headers.insert("traceparent", trace);
        }
        request
    }

    fn lost(&self, why: Unanswered) -> CallError {
        let peer = self.address.peer.clone();
        match why {
            Unanswered::Unreachable(error) => CallError::Unreachable {
                peer,
                source: io::Error::other(error),
            },
            Unanswered::Broken(error) => CallError::Broken {
                peer,
                source: io::Error::other(error),
            },
        }
    }
}

impl Transport for Http {
    fn protocol(&self) -> Protocol {
        self.settings.protocol
    }

    fn service(&self) -> Option<&str> {
        self.settings.service.as_deref()
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Bytes, CallError> {
        let after = self.settings.wait(&outgoing);
        let oneway = outgoing.is_oneway();
        let request = self.request(outgoing);
        let exchange = self
            .pool
            .exchange(&self.address.peer, request, MOST_OF_AN_ANSWER);
        let answer = match tokio::time::timeout(after, exchange).await {
            Ok(answered) => answered.map_err(|why| self.lost(why))?,
            Err(_) => return Err(CallError::TimedOut { after }),
        };
        if let Some(found) = answer.cut
            && !oneway
        {
            return Err(CallError::strange(format!(
                "an answer of {found} bytes or more is over the limit of {MOST_OF_AN_ANSWER}"
            )));
        }
        match answer.status {
            status if status.is_success() && oneway => Ok(Bytes::new()),
            status if status.is_success() || is_message(&answer.body) => Ok(answer.body),
            status => Err(refused(status)),
        }
    }
}

/// Some servers tell of an exception by the status too.
fn is_message(body: &[u8]) -> bool {
    body.first().is_some_and(|first| *first >= 0x80)
}

fn refused(status: StatusCode) -> CallError {
    CallError::strange(format!("expected status 200, found {status}"))
}

/// Apache Thrift, `THttpClient`.
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/x-thrift");

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}
