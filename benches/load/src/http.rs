//! As much of HTTP/1.1 as the load programs speak: one request after the other on a kept connection.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::{Program, server};

/// Finds a port that nobody listens on.
///
/// # Errors
///
/// The system has none left.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Sends the same request until the program answers it; returns the body of the answer, and how long that took.
///
/// # Errors
///
/// There was no answer within 30 s.
pub fn first_answer(
    program: &Program,
    address: &str,
    request: &str,
) -> io::Result<(Vec<u8>, Duration)> {
    server::first_answer(program, || {
        exchange(&mut TcpStream::connect(address)?, request)
    })
}

/// Sends one request; returns the body of its answer.
///
/// # Errors
///
/// The answer is not a 200 with a length, or does not come.
pub fn exchange(stream: &mut TcpStream, request: &str) -> io::Result<Vec<u8>> {
    stream.write_all(request.as_bytes())?;
    let (mut read, mut piece) = (Vec::new(), [0; 8192]);
    let head = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        receive(stream, &mut piece, &mut read)?;
    };
    let text = String::from_utf8_lossy(&read[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length = length.ok_or_else(|| io::Error::other(format!("no content-length: {text}")))?;
    let end = head + length.trim().parse::<usize>().map_err(io::Error::other)?;
    while read.len() < end {
        receive(stream, &mut piece, &mut read)?;
    }
    let body = read.split_off(head);
    if !text.starts_with("http/1.1 200") {
        let body = String::from_utf8_lossy(&body);
        return Err(io::Error::other(format!("not a 200: {text}{body}")));
    }
    Ok(body)
}

fn receive(stream: &mut TcpStream, piece: &mut [u8], into: &mut Vec<u8>) -> io::Result<()> {
    match stream.read(piece)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => {
            into.extend_from_slice(&piece[..count]);
            Ok(())
        }
    }
}

/// Serves on the port `PORT`, one request at a time: `POST /publish/1000/64` is the order `publish` with two numbers, and the
/// answer to it is what `carry_out` returns. For programs that have no server of their own.
///
/// # Errors
///
/// The port is not told, or taken.
pub fn obey(
    mut carry_out: impl FnMut(&str, &[usize]) -> Result<String, Box<dyn std::error::Error>>,
) -> io::Result<()> {
    let port = std::env::var("PORT").map_err(io::Error::other)?;
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))?;
    for stream in listener.incoming().flatten() {
        // who hangs up orders no more
        let _ = obey_on(stream, &mut carry_out);
    }
    Ok(())
}

fn obey_on(
    mut stream: TcpStream,
    carry_out: &mut impl FnMut(&str, &[usize]) -> Result<String, Box<dyn std::error::Error>>,
) -> io::Result<()> {
    let (mut read, mut piece) = (Vec::new(), [0; 8192]);
    loop {
        let head = loop {
            if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            receive(&mut stream, &mut piece, &mut read)?;
        };
        let rest = read.split_off(head);
        let text = String::from_utf8_lossy(&read);
        let mut parts = text
            .split(' ')
            .nth(1)
            .unwrap_or_default()
            .split('/')
            .skip(1);
        let word = parts.next().unwrap_or_default();
        let numbers: Vec<usize> = parts.map_while(|part| part.parse().ok()).collect();
        let (status, body) = match carry_out(word, &numbers) {
            Ok(body) => ("200 OK", body),
            Err(error) => ("500 Internal Server Error", error.to_string()),
        };
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        read = rest;
    }
}

/// Returns how long it takes, in microseconds: the answer of most orders.
pub fn took(from: Instant) -> String {
    from.elapsed().as_micros().to_string()
}
