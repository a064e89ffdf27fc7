//! HTTP/1.1 on a plain socket: what no client library would send, and every byte of the answer.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

use crate::process::PATIENCE;

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
    /// What has come and belongs to the next answer.
    ahead: Vec<u8>,
}

/// An answer, its interim ones not included.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        Self::try_open(address).unwrap()
    }

    pub(crate) fn try_open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            ahead: Vec::new(),
        })
    }

    /// Makes a second handle of the same connection, to send from another thread.
    pub(crate) fn sender(&self) -> TcpStream {
        self.stream.try_clone().unwrap()
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.stream.write_all(bytes.as_ref()).unwrap();
        self
    }

    /// Sends a request without a body; `head` is its first line up to the version, then more lines.
    pub(crate) fn request(&mut self, head: &str) -> &mut Self {
        let (line, more) = head.split_once('\n').unwrap_or((head, ""));
        let host = self.stream.peer_addr().unwrap();
        let more = more.lines().map(|line| format!("{}\r\n", line.trim()));
        let more: String = more.collect();
        self.send(format!("{line} HTTP/1.1\r\nhost: {host}\r\n{more}\r\n"))
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.request(&format!("GET {path}")).answer()
    }

    pub(crate) fn post(&mut self, path: &str, media_type: &str, body: impl AsRef<[u8]>) -> Answer {
        let body = body.as_ref();
        let length = body.len();
        let host = self.stream.peer_addr().unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n"
        );
        // in one write: a server that answers before it has seen the body may close the connection
        self.send([head.as_bytes(), body].concat()).answer()
    }

    /// Reads an answer with its whole body.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Answer {
        let mut answer = self.head();
        if matches!(answer.status, 100..=199 | 204 | 304) {
            return answer;
        }
        if answer.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk() {
                answer.body.extend(chunk);
            }
        } else if let Some(length) = answer.header("content-length") {
            answer.body = self.take(length.parse().unwrap());
        } else {
            answer.body = self.rest();
        }
        answer
    }

    /// Reads an answer up to the empty line.
    #[track_caller]
    pub(crate) fn head(&mut self) -> Answer {
        let head = self.until(b"\r\n\r\n");
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        Answer {
            status: status.unwrap().parse().unwrap(),
            headers: lines.map(header).collect(),
            body: Vec::new(),
        }
    }

    /// Reads one chunk; `None` is the last.
    #[track_caller]
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = String::from_utf8(self.until(b"\r\n")).unwrap();
        let size = usize::from_str_radix(size.trim_end(), 16).unwrap();
        let mut chunk = self.take(size + 2);
        chunk.truncate(size);
        (size > 0).then_some(chunk)
    }

    /// Reads to the end of the connection, which is an end also if the other side has reset it.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        while self.more().unwrap() {}
        std::mem::take(&mut self.ahead)
    }

    /// Waits until the server has closed the connection, without another byte.
    #[track_caller]
    pub(crate) fn is_closed(&mut self) {
        let rest = self.rest();
        assert!(rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
    }

    /// Says that nothing more will be sent.
    pub(crate) fn finish(&self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// Reads so many bytes.
    #[track_caller]
    pub(crate) fn take(&mut self, length: usize) -> Vec<u8> {
        while self.ahead.len() < length {
            assert!(self.more().unwrap(), "closed within a body");
        }
        self.ahead.drain(..length).collect()
    }

    #[track_caller]
    fn until(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            let found = self
                .ahead
                .windows(end.len())
                .position(|window| window == end);
            match found {
                Some(at) => return self.ahead.drain(..at + end.len()).collect(),
                None => assert!(
                    self.more().unwrap(),
                    "closed behind {:?}",
                    String::from_utf8_lossy(&self.ahead)
                ),
            }
        }
    }

    fn more(&mut self) -> io::Result<bool> {
        let mut piece = [0; 16 * 1024];
        let read = match self.stream.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => 0,
            read => read?,
        };
        self.ahead.extend_from_slice(&piece[..read]);
        Ok(read > 0)
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Checks that it is a problem document (RFC 9457) of this status, and returns its detail.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Option<String> {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        let document = self.json();
        assert_eq!(document["status"], status, "{document}");
        document["detail"].as_str().map(str::to_owned)
    }

    /// Checks that it is a problem document of a server error, which tells its client nothing but the status.
    #[track_caller]
    pub(crate) fn bare_problem(&self, status: u16) {
        assert_eq!(self.problem(status), None, "{self:?}");
    }
}

/// Writes a body in chunks.
pub(crate) fn chunked<'a>(pieces: impl IntoIterator<Item = &'a str>) -> String {
    let chunk = |piece: &str| format!("{:x}\r\n{piece}\r\n", piece.len());
    let chunks: String = pieces.into_iter().map(chunk).collect();
    format!("{chunks}0\r\n\r\n")
}
