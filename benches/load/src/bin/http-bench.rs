//! Measures an HTTP/1.1 server: `http-bench PATH N CONNECTIONS BINARY [ARG…]`.
//!
//! Starts the server, which is told its port by `PORT`, and waits for its first answer; then sends N GETs over
//! CONNECTIONS kept connections, after a tenth of that which is not counted. Every answer has to be the first one again.
//! Prints a line of JSON.

use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

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

    let port = TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port()
        .to_string();
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
    let (first, ready) = load.first(&program)?;
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
    /// Asks until somebody answers.
    fn first(&self, program: &Program) -> io::Result<(Vec<u8>, Duration)> {
        loop {
            if let Ok(mut stream) = TcpStream::connect(&self.address)
                && let Ok(body) = self.one(&mut stream)
            {
                return Ok((body, program.spawned().elapsed()));
            }
            if program.spawned().elapsed() > Duration::from_secs(30) {
                return Err(io::Error::other("no answer within 30 s"));
            }
            thread::sleep(Duration::from_micros(200));
        }
    }

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
                let body = self.one(&mut stream)?;
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

    /// Sends one request; returns the body of its answer.
    fn one(&self, stream: &mut TcpStream) -> io::Result<Vec<u8>> {
        stream.write_all(self.request.as_bytes())?;
        let (mut read, mut piece) = (Vec::new(), [0; 8192]);
        let head = loop {
            if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            receive(stream, &mut piece, &mut read)?;
        };
        let text = String::from_utf8_lossy(&read[..head]).to_ascii_lowercase();
        if !text.starts_with("http/1.1 200") {
            return Err(io::Error::other(format!("not a 200: {text}")));
        }
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        let length =
            length.ok_or_else(|| io::Error::other(format!("no content-length: {text}")))?;
        let end = head + length.trim().parse::<usize>().map_err(io::Error::other)?;
        while read.len() < end {
            receive(stream, &mut piece, &mut read)?;
        }
        Ok(read.split_off(head))
    }
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
