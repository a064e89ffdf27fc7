//! Measures a server of Thrift: `thrift-bench N CONNECTIONS BINARY [ARG…]`.
//!
//! Starts the server, which is told its address by `FAAS__THRIFT__LISTEN`, and waits for its first answer; then calls
//! `say_hello` N times over CONNECTIONS kept connections, after a tenth of that which is not counted. Every answer has to be
//! the first one again. Prints a line of JSON.

use std::env;
use std::io;
use std::time::Instant;

use load::Program;
use load::http::free_port;
use load::server::{Load, first_answer};
use load::thrift::Connection;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [count, connections, command @ ..] = arguments.as_slice() else {
        return Err(io::Error::other(
            "usage: thrift-bench N CONNECTIONS BINARY [ARG…]",
        ));
    };
    let load = Load {
        count: count.parse().map_err(io::Error::other)?,
        connections: connections.parse().map_err(io::Error::other)?,
    };

    let address = format!("127.0.0.1:{}", free_port()?);
    let program = Program::spawn(
        command,
        &[
            ("FAAS__THRIFT__LISTEN", address.as_str()),
            ("FAAS__HTTP__LISTEN", "127.0.0.1:0"),
            ("FAAS__MANAGEMENT__LISTEN", "127.0.0.1:0"),
        ],
    )?;
    let open = || Connection::open(&address, "say_hello", PERSON);
    let first = first_answer(&program, || Ok(open()?.call()?.to_vec()))?;
    load.measure(program, first, |count, wanted| {
        let mut connection = open()?;
        let (mut trips, mut bad) = (Vec::with_capacity(count), 0);
        for _ in 0..count {
            let from = Instant::now();
            bad += usize::from(connection.call()? != wanted);
            trips.push(from.elapsed());
        }
        Ok((trips, bad))
    })
}

/// `1: "ada", 2: 7`.
const PERSON: &[u8] = b"\x0b\0\x01\0\0\0\x03ada\x0a\0\x02\0\0\0\0\0\0\0\x07\0";
