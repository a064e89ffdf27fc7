//! Connections to HTTP servers: one request at a time on each, kept for the next one.
//!
//! No task of its own drives a connection: whoever waits for an answer does. So nothing outlives its owner, and an instance
//! that is frozen between invocations leaves nothing half done. What a sink has closed meanwhile is seen when the connection
//! is taken out again.

use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::current;

/// What a sink answers.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The beginning of the body.
    pub(crate) body: Bytes,
    /// How long the body is at least, if that was not read to its end.
    #[cfg_attr(not(feature = "thrift"), allow(dead_code, reason = "only for calls"))]
    pub(crate) cut: Option<u64>,
}

/// Why there is no answer.
#[derive(Debug)]
enum Lost {
    /// No byte of the request was sent, so it may be sent again.
    Unsent(Box<Request<Full<Bytes>>>),
    /// It may have arrived.
    Broken(hyper::Error),
}

/// Why a request has no answer, whatever was tried.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// There is no connection, and nothing was sent.
    #[error("{0}")]
    Unreachable(Box<dyn std::error::Error + Send + Sync>),
    /// The request may have arrived.
    #[error("the connection broke before the answer: {0}")]
    Broken(hyper::Error),
}

/// One connection.
struct Connection {
    peer: Box<str>,
    sender: SendRequest<Full<Bytes>>,
    /// `None` once it has ended.
    driver: Option<Pin<Box<Driver>>>,
    idle_since: Instant,
    /// How often the instance had been restored from a snapshot.
    restores: u32,
}

type Driver = http1::Connection<TokioIo<TcpStream>, Full<Bytes>>;

impl Connection {
    async fn open(peer: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(peer).await?;
        // a request is written whole, so there is nothing that waiting could join
        let _ = stream.set_nodelay(true);
        let (sender, driver) = http1::Builder::new()
            .max_buf_size(MOST_OF_A_HEAD)
            .handshake(TokioIo::new(stream))
            .await?;
        Ok(Self {
            peer: peer.into(),
            sender,
            driver: Some(Box::pin(driver)),
            idle_since: Instant::now(),
            restores: current::restores(),
        })
    }

    /// Sends a request and reads the answer, of its body about `most` bytes. Whether it bears another one is told by
    /// [`Self::is_idle`].
    async fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
        most: usize,
    ) -> Result<Answer, Lost> {
        let Self { sender, driver, .. } = self;
        driven(driver, async {
            if sender.ready().await.is_err() {
                return Err(Lost::Unsent(Box::new(request)));
            }
            match sender.try_send_request(request).await {
                Ok(response) => Ok(read(response, most).await),
                Err(mut error) => Err(match error.take_message() {
                    Some(request) => Lost::Unsent(Box::new(request)),
                    None => Lost::Broken(error.into_error()),
                }),
            }
        })
        .await
    }

    /// Tells whether another request can be sent.
    async fn is_idle(&mut self) -> bool {
        poll_fn(|cx| {
            drive(&mut self.driver, cx);
            Poll::Ready(())
        })
        .await;
        self.driver.is_some() && self.sender.is_ready()
    }
}

/// The most bytes of an answer's head.
const MOST_OF_A_HEAD: usize = 32 * 1024;

/// Polls `work`, and the connection that it depends on.
async fn driven<T>(driver: &mut Option<Pin<Box<Driver>>>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| {
        drive(driver, cx);
        work.as_mut().poll(cx)
    })
    .await
}

fn drive(driver: &mut Option<Pin<Box<Driver>>>, cx: &mut Context<'_>) {
    if let Some(running) = driver
        && let Poll::Ready(ended) = running.as_mut().poll(cx)
    {
        if let Err(error) = ended {
            tracing::debug!("a connection to a sink ended: {error}");
        }
        *driver = None;
    }
}

/// Reads an answer, and of a long body only the beginning: the connection is of no further use then.
async fn read(response: Response<Incoming>, most: usize) -> Answer {
    let status = response.status();
    let mut body = response.into_body();
    let whole = body.size_hint().lower();
    let mut read = Vec::new();
    while read.len() < most
        && !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        match frame {
            Ok(frame) => read.extend(frame.into_data().unwrap_or_default()),
            // the status has come, and it is what counts
            Err(error) => {
                tracing::debug!("a sink's answer broke off: {error}");
                break;
            }
        }
    }
    let is_cut = read.len() >= most && (!body.is_end_stream() || read.len() > most);
    Answer {
        status,
        cut: is_cut.then(|| whole.max(read.len() as u64)),
        body: read.into(),
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// The connections that wait for their next request.
#[derive(Debug, Default)]
pub(crate) struct Pool(Mutex<Vec<Connection>>);

impl Pool {
    /// Sends a request to this peer on a connection that is open already, else on a new one, and reads the answer, of its body
    /// about `most` bytes. What may have arrived is not sent again.
    pub(crate) async fn exchange(
        &self,
        peer: &str,
        mut request: Request<Full<Bytes>>,
        most: usize,
    ) -> Result<Answer, Unanswered> {
        if let Some(connection) = self.take(peer).await {
            match self.exchange_on(connection, request, most).await {
                Err(Lost::Unsent(back)) => request = *back,
                Err(Lost::Broken(error)) => return Err(Unanswered::Broken(error)),
                Ok(answer) => return Ok(answer),
            }
        }
        let opening = tokio::time::timeout(CONNECT, Connection::open(peer)).await;
        let opened =
            opening.unwrap_or_else(|_| Err(format!("no connection within {CONNECT:?}").into()));
        let connection = opened.map_err(Unanswered::Unreachable)?;
        let exchanged = self.exchange_on(connection, request, most).await;
        exchanged.map_err(|lost| match lost {
            Lost::Unsent(_) => Unanswered::Unreachable("the connection was closed at once".into()),
            Lost::Broken(error) => Unanswered::Broken(error),
        })
    }

    async fn exchange_on(
        &self,
        mut connection: Connection,
        request: Request<Full<Bytes>>,
        most: usize,
    ) -> Result<Answer, Lost> {
        let answer = connection.exchange(request, most).await?;
        self.put(connection).await;
        Ok(answer)
    }

    /// Takes out one that is still open, as far as can be known.
    async fn take(&self, peer: &str) -> Option<Connection> {
        loop {
            let mut connection = self.find(peer)?;
            let is_of_now = connection.restores == current::restores()
                && connection.idle_since.elapsed() < LONGEST_IDLE;
            if is_of_now && connection.is_idle().await {
                return Some(connection);
            }
        }
    }

    /// Puts one back, if it bears another request.
    async fn put(&self, mut connection: Connection) {
        if !connection.is_idle().await {
            return;
        }
        connection.idle_since = Instant::now();
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() >= MOST_IDLE {
            let _ = idle.remove(0);
        }
        idle.push(connection);
    }

    /// Closes all of them.
    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn find(&self, peer: &str) -> Option<Connection> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // the last that came back is the least likely to have been closed
        let at = idle.iter().rposition(|it| &*it.peer == peer)?;
        Some(idle.remove(at))
    }
}

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);

/// Common servers close idle connections after five seconds or more (Node.js, `server.keepAliveTimeout`); a request that
/// crosses such an end on the way is lost, and may not be sent again.
const LONGEST_IDLE: Duration = Duration::from_secs(4);

/// A file descriptor each; an instance that publishes more at once opens new ones.
const MOST_IDLE: usize = 32;
