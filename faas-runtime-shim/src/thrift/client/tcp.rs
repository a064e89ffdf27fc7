//! Calls over TCP, in any of the framings that the port takes.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::pool::Pool;
use super::settings::{Settings, settings};
use super::{CallError, MOST_OF_AN_ANSWER, Outgoing, Protocol, Transport};
use crate::thrift::wire::{self, Framer, Framing, Info, Limits, Style};

/// Carries messages over TCP; connections are kept for the next call.
#[derive(Debug)]
pub struct Tcp {
    peer: Box<str>,
    framing: Framing,
    settings: Settings,
    max_message: usize,
    pool: Pool,
}

impl Tcp {
    /// Calls `peer`, a host and a port, with messages in frames (Apache Thrift, `TFramedTransport`).
    #[must_use]
    pub fn framed(peer: impl Into<Box<str>>) -> Self {
        Self::new(peer.into(), Framing::Framed)
    }

    /// Calls `peer` with messages one behind the other (Apache Thrift, `TBufferedTransport`).
    #[must_use]
    pub fn buffered(peer: impl Into<Box<str>>) -> Self {
        Self::new(peer.into(), Framing::Unframed)
    }

    /// Calls `peer` with messages in frames that carry the deadline and the trace (CloudWeGo, TTHeader).
    #[must_use]
    pub fn tt_header(peer: impl Into<Box<str>>) -> Self {
        let framing = Framing::Header {
            style: Style::Tt,
            sequence: 0,
            framed: false,
        };
        Self::new(peer.into(), framing)
    }

    fn new(peer: Box<str>, framing: Framing) -> Self {
        Self {
            peer,
            framing,
            settings: Settings::default(),
            max_message: MOST_OF_AN_ANSWER,
            pool: Pool::default(),
        }
    }

    settings!(timeout);

    /// Takes answers of so many bytes instead of 16 MiB.
    #[must_use]
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.max_message = bytes;
        self
    }

    async fn connect(&self) -> Result<TcpStream, CallError> {
        let unreachable = |source| CallError::Unreachable {
            peer: self.peer.clone(),
            source,
        };
        let connecting = TcpStream::connect(&*self.peer);
        let stream = match tokio::time::timeout(CONNECT, connecting).await {
            Ok(connected) => connected.map_err(unreachable)?,
            Err(_) => return Err(unreachable(io::ErrorKind::TimedOut.into())),
        };
        // a message is written whole, so there is nothing that waiting could join
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    /// Sends the message on a connection that is open already, else on a new one.
    async fn send(&self, message: &[u8]) -> Result<TcpStream, CallError> {
        if let Some(mut stream) = self.pool.take().await {
            match write(&mut stream, message).await {
                Ok(()) => return Ok(stream),
                Err(Unwritten { nothing: true, .. }) => {}
                Err(Unwritten { source, .. }) => return Err(self.broken(source)),
            }
        }
        let mut stream = self.connect().await?;
        write(&mut stream, message)
            .await
            .map_err(|unwritten| self.broken(unwritten.source))?;
        Ok(stream)
    }

    /// Reads the answer to the message with this number, and keeps the connection if nothing else came through it.
    async fn receive(&self, mut stream: TcpStream, sequence: i32) -> Result<Bytes, CallError> {
        let mut framer = Framer::new(Limits::of_frame(self.max_message));
        let mut read = BytesMut::new();
        loop {
            if let Some(frame) = framer.next(&mut read).map_err(CallError::malformed)? {
                let answers = wire::read_head(&frame.payload);
                let answers = answers.is_ok_and(|(head, _)| head.sequence == sequence);
                // an answer to another message, or bytes behind it, would be in the way of the next call's
                if answers && read.is_empty() {
                    self.pool.put(stream);
                }
                return Ok(frame.payload);
            }
            let wanted = read.len().clamp(LEAST_READ, MOST_READ);
            read.reserve(wanted);
            match stream.read_buf(&mut read).await {
                Ok(0) => return Err(self.broken(io::ErrorKind::UnexpectedEof.into())),
                Ok(_) => {}
                Err(error) => return Err(self.broken(error)),
            }
        }
    }

    fn broken(&self, source: io::Error) -> CallError {
        CallError::Broken {
            peer: self.peer.clone(),
            source,
        }
    }
}

impl Tcp {
    /// Puts the message into its framing; a header says how long its answer is waited for.
    fn framed_message(&self, outgoing: &Outgoing, wait: Duration) -> Result<BytesMut, CallError> {
        let framing = match self.framing {
            Framing::Header { style, framed, .. } => Framing::Header {
                style,
                sequence: outgoing.sequence(),
                framed,
            },
            plain => plain,
        };
        let trace = outgoing
            .trace()
            .map(|trace| trace.traceparent().to_string());
        let texts = trace.as_deref().map(|trace| [("traceparent", trace)]);
        let info = Info {
            timeout: Some(wait),
            texts: texts.as_ref().map_or(&[], |texts| texts),
            ..Info::default()
        };
        let mut out = BytesMut::new();
        let put = |out: &mut BytesMut| {
            out.extend_from_slice(outgoing.message());
            Ok(())
        };
        framing
            .wrap(&info, outgoing.head(), &mut out, put)
            .map_err(CallError::unsendable)?;
        Ok(out)
    }
}

impl Transport for Tcp {
    fn protocol(&self) -> Protocol {
        self.settings.protocol
    }

    fn service(&self) -> Option<&str> {
        self.settings.service.as_deref()
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Bytes, CallError> {
        let after = self.settings.wait(&outgoing);
        let message = self.framed_message(&outgoing, after)?;
        let exchange = async {
            let stream = self.send(&message).await?;
            if outgoing.is_oneway() {
                self.pool.put(stream);
                return Ok(Bytes::new());
            }
            self.receive(stream, outgoing.sequence()).await
        };
        match tokio::time::timeout(after, exchange).await {
            Ok(answered) => answered,
            Err(_) => Err(CallError::TimedOut { after }),
        }
    }
}

/// Why a message was not sent.
struct Unwritten {
    /// Not a byte of it has left.
    nothing: bool,
    source: io::Error,
}

async fn write(stream: &mut TcpStream, mut message: &[u8]) -> Result<(), Unwritten> {
    let whole = message.len();
    while !message.is_empty() {
        match stream.write_buf(&mut message).await {
            Ok(_) => {}
            Err(source) => {
                return Err(Unwritten {
                    nothing: message.len() == whole,
                    source,
                });
            }
        }
    }
    Ok(())
}

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);

const LEAST_READ: usize = 4 * 1024;
const MOST_READ: usize = 256 * 1024;
