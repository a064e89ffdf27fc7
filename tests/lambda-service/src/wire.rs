//! HTTP/1.1 from the server's side, as little of it as the Runtime API needs.

use std::io::{self, BufRead, BufReader, Read};
use std::net::TcpStream;
use std::thread;

use crate::request::Request;
use crate::script::{Event, Framing};

/// Looks at the next request's head without taking it out of the socket: to leave a byte unread there is how a server
/// resets a connection. Returns the head and its length; `None` if the client is gone.
pub(crate) fn peek(stream: &TcpStream) -> io::Result<Option<(Request, usize)>> {
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
                ..Request::default()
            };
            return Ok(Some((request, length)));
        }
        thread::yield_now();
    }
}

/// Takes so many bytes out of the socket.
pub(crate) fn take(mut stream: &TcpStream, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Whether the client has gone, without waiting for it.
pub(crate) fn is_gone(stream: &TcpStream) -> bool {
    if stream.set_nonblocking(true).is_err() {
        return true;
    }
    let seen = stream.peek(&mut [0]);
    let gone = match seen {
        Ok(count) => count == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    };
    gone | stream.set_nonblocking(false).is_err()
}

/// Reads a body piece by piece, however it is framed.
#[derive(Debug)]
pub(crate) struct Body<'a> {
    reader: BufReader<&'a TcpStream>,
    chunked: bool,
    /// What is left of the body, or of its chunk.
    left: usize,
    begun: bool,
    pub(crate) is_over: bool,
}

impl<'a> Body<'a> {
    pub(crate) fn of(request: &Request, stream: &'a TcpStream) -> Self {
        Self {
            reader: BufReader::new(stream),
            chunked: request.is_chunked(),
            left: request.length(),
            begun: false,
            is_over: false,
        }
    }

    /// Reads at most so many bytes into the request; its end brings the trailers.
    pub(crate) fn read(&mut self, most: usize, request: &mut Request) -> io::Result<()> {
        if self.left == 0 {
            if !self.chunked {
                self.is_over = true;
                return Ok(());
            }
            if self.begun {
                self.line()?;
            }
            self.begun = true;
            let size = self.line()?;
            let size = size.split(';').next().unwrap_or_default();
            self.left = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
            if self.left == 0 {
                self.is_over = true;
                return self.trailers(request);
            }
        }
        let from = request.body.len();
        request.body.resize(from + most.min(self.left), 0);
        let count = self.reader.read(&mut request.body[from..])?;
        request.body.truncate(from + count);
        self.left -= count;
        match count {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    fn trailers(&mut self, request: &mut Request) -> io::Result<()> {
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                return Ok(());
            };
            request
                .trailers
                .push((name.to_owned(), value.trim().to_owned()));
        }
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.reader.read_line(&mut line)?;
        match line.strip_suffix("\r\n") {
            Some(line) => Ok(line.to_owned()),
            None => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Writes an answer without an event.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Any\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    // 204 has no body and so no length
    if status != 204 {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// Writes the answer to a poll in the pieces that are sent.
pub(crate) fn event(event: &Event) -> Vec<Vec<u8>> {
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
