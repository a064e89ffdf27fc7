//! Measures an HTTP/1.1 server: `http-bench PATH N CONNECTIONS BINARY [ARG…]`.
//!
//! Starts the server, which is told its port by `PORT`, and waits for its first answer; then sends N GETs over
//! CONNECTIONS kept connections, after a tenth of that which is not counted. Every answer has to be the first one again.
//! Prints a line of JSON.

use std::env;
use std::io;
use std::net::TcpStream;
use std::time::Instant;

use load::Program;
use load::http::{exchange, first_answer, free_port};
use load::server::Load;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [path, count, connections, command @ ..] = arguments.as_slice() else {
        return Err(io::Error::other(
            "usage: http-bench PATH N CONNECTIONS BINARY [ARG…]",
        ));
    };
    let load = Load {
        count: count.parse().map_err(io::Error::other)?,
        connections: connections.parse().map_err(io::Error::other)?,
    };

    let port = free_port()?.to_string();
    let address = format!("127.0.0.1:{port}");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: http-bench\r\naccept: */*\r\n\r\n"
    );
    let program = Program::spawn(
        command,
        &[
            ("PORT", port.as_str()),
            ("FAAS__MANAGEMENT__LISTEN", "127.0.0.1:0"),
        ],
    )?;
    let first = first_answer(&program, &address, &request)?;
    load.measure(program, first, |count, wanted| {
        let mut stream = TcpStream::connect(&address)?;
        stream.set_nodelay(true)?;
        let (mut trips, mut bad) = (Vec::with_capacity(count), 0);
        for _ in 0..count {
            let from = Instant::now();
            let body = exchange(&mut stream, &request)?;
            trips.push(from.elapsed());
            bad += usize::from(body != wanted);
        }
        Ok((trips, bad))
    })
}
