//! The limit: a Lambda function as a blocking loop on std, without a framework, with a fixed answer.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

const ANSWER: &str = r#"{"greeting":"hello ada","n":8}"#;

fn main() -> io::Result<()> {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let mut stream = TcpStream::connect(&api)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {api}\r\n\r\n");
    loop {
        stream.write_all(next.as_bytes())?;
        let id = read(&mut reader)?;
        let length = ANSWER.len();
        let answer = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: {api}\r\nContent-Length: {length}\r\n\r\n{ANSWER}"
        );
        stream.write_all(answer.as_bytes())?;
        read(&mut reader)?;
    }
}

/// Reads one response; returns the invocation's id, if it has one.
fn read(reader: &mut BufReader<TcpStream>) -> io::Result<String> {
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().map_err(io::Error::other)?;
            }
            if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") {
                value.clone_into(&mut id);
            }
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    Ok(id)
}
