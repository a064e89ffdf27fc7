//! HTTP/1.1 from the server's side, as little of it as the Runtime API needs.

use std::io::{self, Read};
use std::net::TcpStream;
use std::thread;

use super::script::{Event, Framing};

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the whole body came.
    pub(crate) is_whole: bool,
    /// What it was answered with, 0 if with nothing.
    pub(crate) status: u16,
}

impl Request {
    /// The values of a header, joined; empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> String {
        let values: Vec<_> = self
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        values.join(", ")
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
    }

    /// The id of the invocation that the path names, and what stands behind it.
    pub(crate) fn invocation(&self) -> Option<(String, &str)> {
        let (_, rest) = self.path.split_once("/2018-06-01/runtime/invocation/")?;
        let (id, end) = rest.split_once('/')?;
        let id = percent_encoding::percent_decode_str(id);
        Some((id.decode_utf8().ok()?.into_owned(), end))
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(&self.body)))
    }

    pub(super) fn length(&self) -> usize {
        self.header("content-length").parse().unwrap_or(0)
    }
}

/// Looks at the next request's head without taking it out of the socket: to leave a byte unread there is how a server
/// resets a connection. Returns the head and its length; `None` if the client is gone.
pub(super) fn peek(stream: &TcpStream) -> io::Result<Option<(Request, usize)>> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = stream.peek(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        let mut room = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Request::new(&mut room);
        let parsed = head
            .parse(&buffer[..count])
            .map_err(|error| io::Error::other(error.to_string()))?;
        if let httparse::Status::Complete(length) = parsed {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers = head.headers.iter();
            let request = Request {
                method: head.method.unwrap_or_default().to_owned(),
                path: head.path.unwrap_or_default().to_owned(),
                headers: headers
                    .map(|header| (header.name.to_owned(), text(header.value)))
                    .collect(),
                body: Vec::new(),
                is_whole: false,
                status: 0,
            };
            return Ok(Some((request, length)));
        }
        thread::yield_now();
    }
}

/// Takes so many bytes out of the socket.
pub(super) fn take(mut stream: &TcpStream, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Takes so many bytes in small pieces, so that whoever sends them is at it for some time.
pub(super) fn take_slowly(stream: &TcpStream, count: usize) -> io::Result<Vec<u8>> {
    const PIECE: usize = 4096;
    let mut bytes = Vec::with_capacity(count);
    while bytes.len() < count {
        bytes.extend(take(stream, PIECE.min(count - bytes.len()))?);
    }
    Ok(bytes)
}

/// Writes an answer without an event.
pub(super) fn answer(status: u16, body: &str) -> Vec<u8> {
    let length = body.len();
    // 204 has no body and so no length
    let framing = match status {
        204 => String::new(),
        _ => format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"),
    };
    format!("HTTP/1.1 {status} Any\r\n{framing}\r\n{body}").into_bytes()
}

/// Writes the answer to a poll in the pieces that are sent.
pub(super) fn event(event: &Event) -> Vec<Vec<u8>> {
    const SINGLE: usize = 2048;
    let body = &event.body;
    let mut head = format!(
        "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {}\r\n",
        event.id
    );
    for (name, value) in &event.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let whole = |head: &str, framing: String| {
        let head = format!("{head}{framing}\r\n");
        vec![[head.as_bytes(), body].concat()]
    };
    let chunk = match event.framing {
        Framing::BySize if body.len() > SINGLE => SINGLE,
        Framing::Chunks(size) => size,
        Framing::BySize | Framing::ThenClose => {
            return whole(&head, format!("Content-Length: {}\r\n", body.len()));
        }
        Framing::UntilClose => return whole(&head, "Connection: close\r\n".to_owned()),
    };
    head.push_str("Transfer-Encoding: chunked\r\n\r\n");
    let mut pieces = vec![head.into_bytes()];
    for part in body.chunks(chunk) {
        pieces.push([format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat());
    }
    pieces.push(b"0\r\n\r\n".to_vec());
    pieces
}
