//! What functions publish to: it takes every request, answers with one status, and tells what has come.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::process::PATIENCE;

/// A sink of events on a port of its own.
pub(crate) struct Sink {
    address: SocketAddr,
    received: Mutex<Receiver<Received>>,
}

/// A request that has come.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Method and path.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Sink {
    /// Answers every request with this status.
    pub(crate) fn answering(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, received) = channel();
        // it ends with the test, as nobody asks it any more
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let sender = sender.clone();
                thread::spawn(move || serve(&stream, status, &sender));
            }
        });
        Self {
            address,
            received: Mutex::new(received),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://user:hunter2@{}/in", self.address)
    }

    /// Waits for the next request.
    #[track_caller]
    pub(crate) fn next(&self) -> Received {
        let received = self.received.lock().unwrap();
        received.recv_timeout(PATIENCE).unwrap()
    }
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Answers the requests of one connection until it ends.
fn serve(stream: &TcpStream, status: &str, sender: &Sender<Received>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let headers: Vec<_> = lines
            .iter()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let mut body = vec![0; length?.1.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        let received = Received {
            line: lines.first()?.replace(" HTTP/1.1", ""),
            headers,
            body: String::from_utf8(body).ok()?,
        };
        // told before it is answered: whoever has the answer can ask for it
        sender.send(received).ok()?;
        let mut stream = stream;
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}
