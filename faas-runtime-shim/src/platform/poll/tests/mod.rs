//! The client against a peer on the loopback that behaves as badly as a test wants.

mod answers;
mod connections;
mod sending;

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Client, Endpoint, Limits};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// The longest body that the tests' clients take.
const BODY_LIMIT: usize = 8 << 20;

/// The platform's side.
struct Peer {
    listener: TcpListener,
}

impl Peer {
    async fn new() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    fn client(&self) -> Client {
        client(&self.listener.local_addr().unwrap().to_string())
    }

    async fn accept(&self) -> Line {
        let (stream, _) = self.listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        Line { stream }
    }

    /// Accepts a connection, answers the request on it and returns both.
    async fn serve(&self, answer: &str) -> (Line, String) {
        let mut line = self.accept().await;
        let request = line.request().await;
        line.send(answer).await;
        (line, request)
    }

    /// Whether a connection waits that nobody has accepted.
    async fn has_another(&self) -> bool {
        // A client's connection is in the queue as soon as its `connect` came back, but tokio has
        // to look once.
        tokio::select! {
            biased;
            _ = self.listener.accept() => true,
            () = turns() => false,
        }
    }
}

/// A connection, seen from the peer.
struct Line {
    stream: TcpStream,
}

impl Line {
    /// Reads one request with a counted body or none.
    async fn request(&mut self) -> String {
        let mut text = self.head().await;
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        text.push_str(&String::from_utf8(body).unwrap());
        text
    }

    async fn head(&mut self) -> String {
        self.until("\r\n\r\n").await
    }

    async fn until(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            text.push(self.stream.read_u8().await.unwrap());
        }
        String::from_utf8(text).unwrap()
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads to the client's end of the connection; how many bytes came.
    async fn drain(&mut self) -> usize {
        let mut rest = Vec::new();
        // A reset is an end as well.
        let _ = self.stream.read_to_end(&mut rest).await;
        rest.len()
    }

    /// Closes so that the client sees a reset instead of an orderly end.
    fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

fn client(address: &str) -> Client {
    let limits = Limits {
        body: BODY_LIMIT,
        attempts: NonZeroU32::new(4).unwrap(),
    };
    Client::new(Endpoint::parse(address).unwrap(), "faas/test", limits)
}

/// Some turns of the event loop, for what the kernel has got already.
async fn turns() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

/// A test that hangs fails.
async fn within<F: Future>(test: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(30), test)
        .await
        .expect("the test hangs")
}
