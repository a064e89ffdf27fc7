//! Calls over HTTP: a POST for each message (Apache Thrift, `THttpClient`).

use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::Full;

use super::tcp::MOST_OF_AN_ANSWER;
use super::{CallError, Outgoing, Protocol, Transport};
use crate::outlet::sink::address::Address;
use crate::outlet::sink::connection::{Answer, Connection, Lost, Pool};

/// Carries messages over HTTP/1.1; connections are kept for the next call.
pub struct Http {
    address: Address,
    protocol: Protocol,
    service: Option<Box<str>>,
    timeout: Duration,
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
            protocol: Protocol::Binary,
            service: None,
            timeout: TIMEOUT,
            pool: Pool::default(),
        })
    }

    /// Writes messages in this protocol instead of the binary one.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.protocol = protocol;
        self
    }

    /// Names the service in each message, where the URL does not name it.
    #[must_use]
    pub fn service(mut self, name: impl Into<Box<str>>) -> Self {
        self.service = Some(name.into());
        self
    }

    /// Waits so long for an answer instead of 30 s; less if the invocation has less left.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

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

    /// Sends it on a connection that is open already, else on a new one. What may have arrived is not sent again.
    async fn send(&self, mut request: Request<Full<Bytes>>) -> Result<Answer, CallError> {
        if let Some(mut connection) = self.pool.take(&self.address.peer).await {
            match connection.exchange(request, MOST_OF_AN_ANSWER).await {
                Ok(answer) => {
                    self.pool.put(connection).await;
                    return Ok(answer);
                }
                Err(Lost::Unsent(back)) => request = *back,
                Err(Lost::Broken(error)) => return Err(self.broken(io::Error::other(error))),
            }
        }
        let connecting = Connection::open(&self.address.peer);
        let mut connection = match tokio::time::timeout(CONNECT, connecting).await {
            Ok(connected) => {
                connected.map_err(|error| self.unreachable(io::Error::other(error)))?
            }
            Err(_) => return Err(self.unreachable(io::ErrorKind::TimedOut.into())),
        };
        match connection.exchange(request, MOST_OF_AN_ANSWER).await {
            Ok(answer) => {
                self.pool.put(connection).await;
                Ok(answer)
            }
            Err(Lost::Unsent(_)) => Err(self.unreachable(io::ErrorKind::ConnectionReset.into())),
            Err(Lost::Broken(error)) => Err(self.broken(io::Error::other(error))),
        }
    }

    fn unreachable(&self, source: io::Error) -> CallError {
        CallError::Unreachable {
            peer: self.address.peer.clone(),
            source,
        }
    }

    fn broken(&self, source: io::Error) -> CallError {
        CallError::Broken {
            peer: self.address.peer.clone(),
            source,
        }
    }
}

impl Transport for Http {
    fn protocol(&self) -> Protocol {
        self.protocol
    }

    fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Bytes, CallError> {
        let after = self
            .timeout
            .min(outgoing.remaining().unwrap_or(self.timeout));
        let oneway = outgoing.is_oneway();
        let sent = self.send(self.request(outgoing));
        let answer = match tokio::time::timeout(after, sent).await {
            Ok(answered) => answered?,
            Err(_) => return Err(CallError::TimedOut { after }),
        };
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

/// From the first byte sent to the last of the answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").finish_non_exhaustive()
    }
}
