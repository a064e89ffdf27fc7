//! Measures an HTTP/1.1 server: `http-bench PATH N CONNECTIONS BINARY [ARG…]`.
//!
//! Starts the server, which is told its port by `PORT`, and waits for its first answer; then sends N GETs over
//! CONNECTIONS kept connections, after a tenth of that which is not counted. Every answer has to be the first one again.
//! Prints a line of JSON.

use std::env;
use std::io;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use load::http::{exchange, first_answer, free_port};
use load::{Program, Trips, json_string};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [path, count, connections, command @ ..] = arguments.as_slice() else {
        return Err(io::Error::other(
            "usage: http-bench PATH N CONNECTIONS BINARY [ARG…]",
        ));
    };
    let count: usize = count.parse().map_err(io::Error::other)?;
    let connections: usize = connections.parse().map_err(io::Error::other)?;
    let each = (count / connections).max(1);

    let port = free_port()?.to_string();
    let load = Load {
        address: format!("127.0.0.1:{port}"),
        request: format!(
            "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: http-bench\r\naccept: */*\r\n\r\n"
        ),
    };
    let program = Program::spawn(
        command,
        &[
            ("PORT", port.as_str()),
            ("FAAS__MANAGEMENT__LISTEN", "127.0.0.1:0"),
        ],
    )?;
    let (first, ready) = first_answer(&program, &load.address, &load.request)?;
    load.all(connections, each.div_ceil(10), &first)?;
    let (busy, from) = (program.run_time(), Instant::now());
    let (trips, bad) = load.all(connections, each, &first)?;
    let (busy, took) = (program.run_time() - busy, from.elapsed());

    let trips = Trips::new(trips);
    let sent = (each * connections) as f64;
    println!(
        r#"{{"ready_ms":{:.3},"n":{},"bad":{bad},"per_s":{:.0},"p50_us":{:.1},"p99_us":{:.1},"cpu_us":{:.2},"peak_kb":{},"threads":{},"sample":{}}}"#,
        ready.as_secs_f64() * 1e3,
        trips.count(),
        sent / took.as_secs_f64(),
        trips.percentile(50),
        trips.percentile(99),
        busy.as_secs_f64() * 1e6 / sent,
        program.status("VmHWM"),
        program.status("Threads"),
        json_string(&first),
    );
    program.end();
    Ok(())
}

struct Load {
    address: String,
    request: String,
}

impl Load {
    /// Sends `each` requests on every connection; returns the round trips, and how many answers were not `wanted`.
    fn all(
        &self,
        connections: usize,
        each: usize,
        wanted: &[u8],
    ) -> io::Result<(Vec<Duration>, usize)> {
        let on_one = || -> io::Result<(Vec<Duration>, usize)> {
            let mut stream = TcpStream::connect(&self.address)?;
            stream.set_nodelay(true)?;
            let (mut trips, mut bad) = (Vec::with_capacity(each), 0);
            for _ in 0..each {
                let from = Instant::now();
                let body = exchange(&mut stream, &self.request)?;
                trips.push(from.elapsed());
                bad += usize::from(body != wanted);
            }
            Ok((trips, bad))
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..connections).map(|_| scope.spawn(on_one)).collect();
            let (mut trips, mut bad) = (Vec::new(), 0);
            for thread in threads {
                let (of_one, bad_of_one) = thread
                    .join()
                    .map_err(|_| io::Error::other("a client panicked"))??;
                trips.extend(of_one);
                bad += bad_of_one;
            }
            Ok((trips, bad))
        })
    }
}
