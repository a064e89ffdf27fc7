//! One request after the other to one peer, over one connection that is replaced when it breaks.
//!
//! The rule for sending again is here: a question is repeated until it is answered, a result only
//! while no byte of it can have arrived.

use std::io;
use std::num::NonZeroU32;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;

pub(crate) use super::wire::Answer;

use super::connection::{Connection, Failure};
use super::endpoint::Endpoint;
use super::outgoing::{Fixed, Outgoing, Streamed};
use super::wire::request::{Format, Framing};
use super::wire::{Malformed, Reader, RequestError, Trailers};

/// A client of one platform's runtime API; one request is under way at a time.
///
/// # Cancel safety
///
/// Every request may be dropped: its connection is closed with it, so no later request can get its
/// answer.
pub(crate) struct Client {
    format: Format,
    output: Vec<u8>,
    link: Link,
}

/// What a client bears.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The longest body of an answer, in bytes.
    pub(crate) body: usize,
    /// How many connections in a row may fail until a request does.
    pub(crate) attempts: NonZeroU32,
}

impl Client {
    /// Prepares a client; it connects with its first request.
    pub(crate) fn new(endpoint: Endpoint, user_agent: &'static str, limits: Limits) -> Self {
        Self {
            format: Format::new(endpoint.authority(), endpoint.prefix(), user_agent),
            output: Vec::new(),
            link: Link {
                endpoint,
                limits,
                connection: None,
                reader: Reader::new(limits.body),
            },
        }
    }

    /// Asks, as often as needed: on a new connection each time one broke before the answer was
    /// complete. Waits for the answer without end.
    ///
    /// # Errors
    ///
    /// When too many connections failed in a row, or the answer cannot be read.
    pub(crate) async fn get(
        &mut self,
        path: &[&str],
        headers: &[(&'static str, &str)],
    ) -> Result<Answer<'_>, Error> {
        self.format
            .head(&mut self.output, "GET", path, headers, Framing::None)?;
        self.link.run(&mut Fixed::question(&self.output)).await
    }

    /// Sends a body. It is sent again only where no byte of the request can have arrived.
    ///
    /// # Errors
    ///
    /// When no connection could be made, the connection broke before the answer, or the answer
    /// cannot be read.
    pub(crate) async fn post(
        &mut self,
        path: &[&str],
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Result<Answer<'_>, Error> {
        let framing = Framing::Length(body.len());
        self.format
            .head(&mut self.output, "POST", path, headers, framing)?;
        self.link.run(&mut Fixed::once(&self.output, body)).await
    }

    /// Sends a body in chunks while it is made; an `Err` ends it with trailers, whose names are
    /// announced in `trailers`.
    ///
    /// # Errors
    ///
    /// As `post`, and when a trailer cannot be written.
    pub(crate) async fn post_stream(
        &mut self,
        path: &[&str],
        headers: &[(&'static str, &str)],
        trailers: &[&'static str],
        body: impl Stream<Item = Result<Bytes, Trailers>>,
    ) -> Result<Answer<'_>, Error> {
        let framing = Framing::Chunked(trailers);
        self.format
            .head(&mut self.output, "POST", path, headers, framing)?;
        self.link
            .run(&mut Streamed::new(&mut self.output, pin!(body)))
            .await
    }
}

/// The way to the peer, with all that outlives a single connection.
struct Link {
    endpoint: Endpoint,
    limits: Limits,
    /// Only while no request is under way: a dropped request drops its connection too.
    connection: Option<Connection>,
    reader: Reader,
}

impl Link {
    async fn run<O: Outgoing>(&mut self, request: &mut O) -> Result<Answer<'_>, Error> {
        let mut patience = Patience::new(self.limits.attempts);
        loop {
            let kept = self.connection.take().filter(Connection::is_quiet);
            // That a peer closes a connection on which nothing happened is no failure, so the first
            // repetition is free.
            let is_new = kept.is_none();
            let opened = match kept {
                Some(connection) => Ok(connection),
                None => Connection::open(&self.endpoint).await,
            };
            let mut connection = match opened {
                Ok(connection) => connection,
                Err(source) => {
                    patience
                        .wait()
                        .await
                        .map_err(|attempts| self.unreachable(attempts, source))?;
                    continue;
                }
            };
            self.reader.start();
            match connection.exchange(request, &mut self.reader).await {
                Ok(reusable) => {
                    self.connection = reusable.then_some(connection);
                    return Ok(self.reader.take());
                }
                Err(Failure::Request(error)) => return Err(error.into()),
                Err(Failure::Malformed(source)) => return Err(self.malformed(source)),
                Err(Failure::Broken { place, source }) => {
                    let error = self.broken(place, source);
                    if !request.restart() {
                        return Err(error);
                    }
                    drop(connection);
                    if is_new && patience.wait().await.is_err() {
                        return Err(error);
                    }
                }
            }
        }
    }

    fn unreachable(&self, attempts: u32, source: io::Error) -> Error {
        Error::Unreachable {
            peer: self.peer(),
            attempts,
            source,
        }
    }

    fn broken(&self, place: &'static str, source: io::Error) -> Error {
        Error::Broken {
            peer: self.peer(),
            place,
            source,
        }
    }

    fn malformed(&self, source: Malformed) -> Error {
        Error::Malformed {
            peer: self.peer(),
            source,
        }
    }

    fn peer(&self) -> String {
        self.endpoint.authority().to_owned()
    }
}

/// Back-off between connections that failed in a row.
struct Patience {
    attempts: NonZeroU32,
    failed: u32,
    pause: Duration,
}

impl Patience {
    const SHORTEST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(1);

    fn new(attempts: NonZeroU32) -> Self {
        Self {
            attempts,
            failed: 0,
            pause: Self::SHORTEST,
        }
    }

    /// Waits after a failure; the number of failures once it was one too many.
    async fn wait(&mut self) -> Result<(), u32> {
        self.failed += 1;
        if self.failed >= self.attempts.get() {
            return Err(self.failed);
        }
        tokio::time::sleep(self.pause).await;
        self.pause = Self::LONGEST.min(self.pause * 2);
        Ok(())
    }
}

/// A request to the runtime API came to no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("no connection to `{peer}` in {attempts} attempts")]
    Unreachable {
        peer: String,
        attempts: u32,
        source: io::Error,
    },
    #[error("the connection to `{peer}` broke {place}")]
    Broken {
        peer: String,
        place: &'static str,
        source: io::Error,
    },
    #[error("the answer of `{peer}` cannot be read")]
    Malformed { peer: String, source: Malformed },
    #[error(transparent)]
    Request(#[from] RequestError),
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_double_up_to_a_second() {
        let mut patience = Patience::new(NonZeroU32::new(11).unwrap());
        let mut pauses = Vec::new();
        loop {
            let start = Instant::now();
            match patience.wait().await {
                Ok(()) => pauses.push(start.elapsed().as_millis()),
                Err(attempts) => break assert_eq!(attempts, 11),
            }
        }
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000]);
    }
}
