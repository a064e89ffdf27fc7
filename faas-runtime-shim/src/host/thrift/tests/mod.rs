//! The port between clients that behave and clients that do not, over pipes in virtual time and over real sockets.

mod hostile;
mod order;
mod sockets;
mod timing;
#[cfg(feature = "tls")]
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use super::Policy;
use super::connection::{Client, connection};
use crate::application::Application;
use crate::host::http::Phase;
use crate::thrift::tests::kit;
use crate::thrift::wire::{Framer, Framing, Limits, Protocol};

/// The longest message in these tests.
const LONGEST: usize = 64 * 1024;

fn policy() -> Policy {
    Policy {
        limits: Limits::of_frame(LONGEST),
        idle_timeout: Duration::from_secs(60),
        message_timeout: Duration::from_secs(100),
    }
}

/// A client's end of a connection.
struct Pipe<S = DuplexStream> {
    stream: S,
    server: Server,
    framer: Framer,
    read: BytesMut,
}

/// What serves the other end.
struct Server {
    phase: watch::Sender<Phase>,
    task: JoinHandle<()>,
}

impl Pipe {
    fn new(application: &Application) -> Self {
        Self::of_room(application, 16 * 1024)
    }

    /// Opens one that holds so many bytes on their way in each direction.
    fn of_room(application: &Application, room: usize) -> Self {
        let (near, far) = tokio::io::duplex(room);
        let (phase, watched) = watch::channel(Phase::Serving);
        let task = tokio::spawn(connection(far, client(application, watched)));
        Self::around(near, Server { phase, task })
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    async fn call(&mut self, method: &str, text: &str) {
        self.send(&call(method, text)).await;
    }

    /// Closes the client's half, and reads all that still comes.
    async fn close(mut self) -> Vec<u8> {
        self.stream.shutdown().await.unwrap();
        let mut rest = self.read.to_vec();
        self.stream.read_to_end(&mut rest).await.unwrap();
        self.server.task.await.unwrap();
        rest
    }
}

impl<S: AsyncRead + Unpin> Pipe<S> {
    fn around(stream: S, server: Server) -> Self {
        Self {
            stream,
            server,
            framer: Framer::new(Limits::of_frame(1 << 24)),
            read: BytesMut::new(),
        }
    }

    /// Reads the next answer; `None` once the server has closed.
    async fn answer(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = self.framer.next(&mut self.read).unwrap() {
                return Some(frame.payload);
            }
            if self.stream.read_buf(&mut self.read).await.unwrap_or(0) == 0 {
                assert!(self.read.is_empty(), "cut: {:?}", self.read);
                return None;
            }
        }
    }

    /// Reads the next answer, to a call of this method in a binary frame.
    async fn read(&mut self, method: &str) -> kit::Read {
        let answer = self.answer().await.unwrap();
        kit::Read::of(&answer, method, Protocol::Binary)
    }
}

fn client(application: &Application, phase: watch::Receiver<Phase>) -> Client {
    Client {
        peer: SocketAddr::from(([127, 0, 0, 1], 1)),
        policy: policy(),
        application: application.clone(),
        phase,
        permit: Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap(),
    }
}

/// A call in a frame, in the binary protocol.
fn call(method: &str, text: &str) -> BytesMut {
    kit::call(Framing::Framed, Protocol::Binary, method, text)
}
