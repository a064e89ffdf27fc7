//! Measures a server of gRPC: `grpc-bench N CONNECTIONS STREAMS BINARY [ARG…]`.
//!
//! Starts the server, which is told its port by `PORT`, and waits for its first answer; then calls `hello.Greeter/SayHello` N
//! times over CONNECTIONS connections, STREAMS at once on each, after a tenth of that which is not counted. Every answer has to
//! be the first one again. Prints a line of JSON.

use std::env;
use std::io;
use std::time::{Duration, Instant};

use load::Program;
use load::h2::Connection;
use load::http::free_port;
use load::server::{Load, first_answer};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [count, connections, streams, command @ ..] = arguments.as_slice() else {
        return Err(io::Error::other(
            "usage: grpc-bench N CONNECTIONS STREAMS BINARY [ARG…]",
        ));
    };
    let load = Load {
        count: count.parse().map_err(io::Error::other)?,
        connections: connections.parse().map_err(io::Error::other)?,
    };
    let streams: usize = streams.parse().map_err(io::Error::other)?;

    let port = free_port()?.to_string();
    let address = format!("127.0.0.1:{port}");
    let program = Program::spawn(
        command,
        &[
            ("PORT", port.as_str()),
            ("FAAS__MANAGEMENT__LISTEN", "127.0.0.1:0"),
        ],
    )?;
    let open = || Connection::open(&address, "/hello.Greeter/SayHello", PERSON);
    let first = first_answer(&program, || {
        let mut answer = Vec::new();
        calls(open()?, 1, 1, |_, message| answer = message)?;
        Ok(answer)
    })?;
    load.measure(program, first, |count, wanted| {
        let (mut trips, mut bad) = (Vec::with_capacity(count), 0);
        calls(open()?, count, streams, |trip, message| {
            trips.push(trip);
            bad += usize::from(message != wanted);
        })?;
        Ok((trips, bad))
    })
}

/// Calls `count` times, `streams` at once; what has ended makes room for the next.
fn calls(
    mut connection: Connection,
    count: usize,
    streams: usize,
    mut ended: impl FnMut(Duration, Vec<u8>),
) -> io::Result<()> {
    let (mut called, mut open) = (0, Vec::with_capacity(streams));
    let mut since = Vec::with_capacity(count);
    while called < count || !open.is_empty() {
        while called < count && open.len() < streams {
            since.push(Instant::now());
            open.push((connection.call(), Vec::new()));
            called += 1;
        }
        connection.flush()?;
        for (number, message) in connection.wait(&mut open)? {
            ended(since[number as usize / 2].elapsed(), message);
        }
    }
    Ok(())
}

/// `name: "ada", n: 7`.
const PERSON: &[u8] = b"\x0a\x03ada\x10\x07";
