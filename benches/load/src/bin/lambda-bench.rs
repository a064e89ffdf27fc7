//! Measures a Lambda function: `lambda-bench EVENT.json N BINARY [ARG…]`.
//!
//! Plays the platform's side of the Runtime API for the function that it starts: hands out the same event N times, one at a
//! time for each connection that polls, after a tenth of that which is not counted. Every answer has to be the first one
//! again. Prints a line of JSON. `LIMIT_S` is the number of seconds until it gives up (120).

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use load::{Program, Trips, json_string};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [event, count, command @ ..] = arguments.as_slice() else {
        return Err(io::Error::other(
            "usage: lambda-bench EVENT.json N BINARY [ARG…]",
        ));
    };
    let event = fs::read(event)?;
    let count: usize = count.parse().map_err(io::Error::other)?;
    let limit = env::var("LIMIT_S")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(120);
    let limit = Duration::from_secs(limit);

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let (platform, warmed, finished) = Platform::new(event, count);
    let platform = Arc::new(platform);
    let accepting = Arc::clone(&platform);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let platform = Arc::clone(&accepting);
            // a connection that breaks ends with the function that made it
            thread::spawn(move || platform.serve(stream));
        }
    });

    let program = Program::spawn(command, &environment(&address))?;
    let late =
        |what: &str| io::Error::other(format!("{what} did not end within {} s", limit.as_secs()));
    warmed
        .recv_timeout(limit)
        .map_err(|_| late("the warm-up"))?;
    let (busy, from) = (program.run_time(), Instant::now());
    finished.recv_timeout(limit).map_err(|_| late("the run"))?;
    let (busy, took) = (program.run_time() - busy, from.elapsed());

    let since_spawn = |moment: &OnceLock<Instant>| {
        let took = moment.get().map(|moment| *moment - program.spawned());
        took.unwrap_or_default().as_secs_f64() * 1e3
    };
    let mut log = platform.log();
    let trips = Trips::new(std::mem::take(&mut log.trips));
    println!(
        r#"{{"cold_ms":{:.3},"first_ms":{:.3},"n":{},"errors":{},"bad":{},"per_s":{:.0},"p50_us":{:.1},"p99_us":{:.1},"cpu_us":{:.2},"peak_kb":{},"rss_kb":{},"threads":{},"sample":{}}}"#,
        since_spawn(&platform.first_poll),
        since_spawn(&platform.first_answer),
        trips.count(),
        log.errors,
        log.bad,
        count as f64 / took.as_secs_f64(),
        trips.percentile(50),
        trips.percentile(99),
        busy.as_secs_f64() * 1e6 / count as f64,
        program.status("VmHWM"),
        program.status("VmRSS"),
        program.status("Threads"),
        json_string(&log.sample),
    );
    program.end();
    Ok(())
}

/// What the service sets for a function of its OS-only runtimes (Lambda Developer Guide, "environment variables").
fn environment(api: &str) -> [(&str, &str); 10] {
    [
        ("AWS_LAMBDA_RUNTIME_API", api),
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "s"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_REGION", "us-east-1"),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("_HANDLER", "bootstrap"),
    ]
}

struct Platform {
    event: Vec<u8>,
    warm_up: usize,
    count: usize,
    first_poll: OnceLock<Instant>,
    first_answer: OnceLock<Instant>,
    log: Mutex<Log>,
    warmed: Sender<()>,
    finished: Sender<()>,
}

#[derive(Default)]
struct Log {
    handed_out: usize,
    answered: usize,
    errors: usize,
    bad: usize,
    trips: Vec<Duration>,
    sample: Vec<u8>,
}

impl Platform {
    fn new(event: Vec<u8>, count: usize) -> (Self, Receiver<()>, Receiver<()>) {
        let (warmed, when_warmed) = mpsc::channel();
        let (finished, when_finished) = mpsc::channel();
        let platform = Self {
            event,
            warm_up: (count / 10).max(1),
            count,
            first_poll: OnceLock::new(),
            first_answer: OnceLock::new(),
            log: Mutex::default(),
            warmed,
            finished,
        };
        (platform, when_warmed, when_finished)
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut handed_out = None;
        while let Some((target, body)) = read_request(&mut reader)? {
            if target.ends_with("/invocation/next") {
                self.first_poll.get_or_init(Instant::now);
                let Some(number) = self.next() else {
                    // as the platform does: the poll hangs until there is an event
                    loop {
                        thread::park();
                    }
                };
                handed_out = Some((number, Instant::now()));
                stream.write_all(&self.invocation(number))?;
            } else if target.contains("/invocation/") {
                let arrived = Instant::now();
                self.first_answer.get_or_init(|| arrived);
                stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"status\":\"OK\"}\n")?;
                if let Some((number, from)) = handed_out.take() {
                    self.answered(number, arrived - from, target.ends_with("/error"), body);
                }
            } else {
                // extensions and the like: whatever is asked is granted
                stream.write_all(b"HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: 00000000-0000-0000-0000-000000000001\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")?;
            }
        }
        Ok(())
    }

    fn next(&self) -> Option<usize> {
        let mut log = self.log();
        let number = log.handed_out;
        (number < self.warm_up + self.count).then(|| {
            log.handed_out += 1;
            number
        })
    }

    fn invocation(&self, number: usize) -> Vec<u8> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let deadline = now.as_millis() + 30_000;
        let length = self.event.len();
        let mut response = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
             Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-{number:012}\r\n\
             Lambda-Runtime-Deadline-Ms: {deadline}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:f\r\n\
             Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r\n\
             Content-Length: {length}\r\n\r\n"
        )
        .into_bytes();
        response.extend_from_slice(&self.event);
        response
    }

    fn answered(&self, number: usize, trip: Duration, error: bool, body: Vec<u8>) {
        let mut log = self.log();
        log.answered += 1;
        log.errors += usize::from(error);
        if log.answered == 1 {
            log.sample = body;
        } else if log.sample != body {
            log.bad += 1;
        }
        if number >= self.warm_up {
            log.trips.push(trip);
        }
        if log.answered == self.warm_up {
            let _ = self.warmed.send(());
        }
        if log.answered == self.warm_up + self.count {
            let _ = self.finished.send(());
        }
    }
}

/// Reads a request's target and body; `None` at the end of the connection.
fn read_request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<(String, Vec<u8>)>> {
    let first = read_line(reader)?;
    let Some(target) = first.split(' ').nth(1) else {
        return Ok(None);
    };
    let (mut length, mut chunked) = (0, false);
    loop {
        let line = read_line(reader)?.to_ascii_lowercase();
        match line.split_once(':') {
            Some(("content-length", value)) => {
                length = value.trim().parse().map_err(io::Error::other)?
            }
            Some(("transfer-encoding", value)) => chunked = value.trim() == "chunked",
            Some(_) => {}
            None => break,
        }
    }
    let mut body = Vec::new();
    if chunked {
        while read_chunk(reader, &mut body)? {}
    } else {
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
    }
    Ok(Some((target.to_owned(), body)))
}

/// Reads one chunk; tells whether another follows.
fn read_chunk(reader: &mut BufReader<TcpStream>, body: &mut Vec<u8>) -> io::Result<bool> {
    let size = usize::from_str_radix(&read_line(reader)?, 16).map_err(io::Error::other)?;
    let from = body.len();
    body.resize(from + size, 0);
    reader.read_exact(&mut body[from..])?;
    // behind a chunk an empty line, behind the last one the trailers too
    while !read_line(reader)?.is_empty() {}
    Ok(size > 0)
}

fn read_line(reader: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}
