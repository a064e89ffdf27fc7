//! As much of Thrift as the load program speaks: framed messages of the binary protocol, one call after the other.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md>, "Message" and "Struct".

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// A connection, over which one method is called with one struct as its first argument.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    call: Vec<u8>,
    /// Where the number of a call stands in it, and in its answer.
    number: usize,
    answer: Vec<u8>,
    next: u32,
}

impl Connection {
    /// Opens one to call `method` with the fields of a struct, its end included.
    ///
    /// # Errors
    ///
    /// Nobody listens there.
    pub fn open(address: &str, method: &str, argument: &[u8]) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
        let head = [
            &CALL.to_be_bytes()[..],
            &length(method.len()),
            method.as_bytes(),
        ]
        .concat();
        let message = [&head[..], &[0; 4], &FIRST_IS_STRUCT, argument, &[STOP]].concat();
        Ok(Self {
            stream,
            number: 4 + head.len(),
            call: [&length(message.len())[..], &message].concat(),
            answer: Vec::new(),
            next: 0,
        })
    }

    /// Calls, and returns what the struct of results holds.
    ///
    /// # Errors
    ///
    /// The server is gone, or does not answer this call, or by an exception of its own.
    pub fn call(&mut self) -> io::Result<&[u8]> {
        let number = self.next.to_be_bytes();
        self.next = self.next.wrapping_add(1);
        let body = self.number + number.len();
        self.call[self.number..body].copy_from_slice(&number);
        self.stream.write_all(&self.call)?;
        self.receive()?;
        let answer = &self.answer;
        let told = |range| {
            answer
                .get::<std::ops::Range<usize>>(range)
                .unwrap_or_default()
        };
        if told(4..8) != REPLY.to_be_bytes() || told(self.number..body) != number {
            return Err(io::Error::other(format!(
                "no answer to {number:?}: {answer:?}"
            )));
        }
        Ok(&answer[body..])
    }

    /// Reads one frame, mostly at once.
    fn receive(&mut self) -> io::Result<()> {
        let mut piece = [0; 4096];
        self.answer.clear();
        while self.answer.len() < self.length().unwrap_or(4) {
            match self.stream.read(&mut piece)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.answer.extend_from_slice(&piece[..count]),
            }
        }
        Ok(())
    }

    fn length(&self) -> Option<usize> {
        let length = self.answer.first_chunk::<4>()?;
        Some(4 + u32::from_be_bytes(*length) as usize)
    }
}

const CALL: u32 = 0x8001_0001;
const REPLY: u32 = 0x8001_0002;
const FIRST_IS_STRUCT: [u8; 3] = [12, 0, 1];
const STOP: u8 = 0;
