//! The platform's side of the Runtime API, as far as a driver sees it.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::note;
use crate::platform::poll::Endpoint;

/// What a test answers to a request.
pub(super) enum Reply {
    /// Status, headers each with its line end, body.
    Answer(u16, &'static str, &'static str),
    /// Nothing, as long as the peer waits.
    Never,
    /// The end of the connection.
    Close,
}

/// A request as it came.
pub(super) struct Request {
    /// Method and path.
    pub(super) line: String,
    head: String,
    pub(super) body: String,
}

impl Request {
    /// The value of a header, empty if there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or("", |(_, value)| value)
    }

    pub(super) fn is(&self, line: &str) -> bool {
        self.line == line
    }
}

type Rule = Box<dyn FnMut(&Request) -> Reply + Send>;

/// A platform that answers by a test's rule, and notes the line of each request.
pub(super) struct Platform {
    address: String,
    open: Arc<AtomicUsize>,
    _lines: JoinSet<()>,
}

impl Platform {
    pub(super) async fn start(rule: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let open = Arc::new(AtomicUsize::new(0));
        let rule: Arc<Mutex<Rule>> = Arc::new(Mutex::new(Box::new(rule)));
        let mut lines = JoinSet::new();
        let count = Arc::clone(&open);
        lines.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let (rule, count) = (Arc::clone(&rule), Arc::clone(&count));
                connections.spawn(async move {
                    talk(stream, &rule).await;
                    count.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            open,
            _lines: lines,
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint::parse(&self.address).unwrap()
    }

    /// How many connections stand.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}

/// Serves one connection to its end.
async fn talk(mut stream: TcpStream, rule: &Mutex<Rule>) {
    while let Some(request) = read(&mut stream).await {
        note(request.line.clone());
        let reply = (rule.lock().unwrap())(&request);
        match reply {
            Reply::Answer(status, headers, body) => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} x\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
                );
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Reply::Never => {
                // a reset is an end as well
                let _ = stream.read(&mut [0]).await;
                return;
            }
            Reply::Close => return,
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let line = head.lines().next()?.strip_suffix(" HTTP/1.1")?.to_owned();
    let mut request = Request {
        line,
        head,
        body: String::new(),
    };
    let mut body = vec![0; request.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    request.body = String::from_utf8(body).unwrap();
    Some(request)
}
