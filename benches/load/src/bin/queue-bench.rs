//! Measures a durable queue: `queue-bench N BINARY [ARG…]`.
//!
//! Starts the program with an empty folder, and orders over its port, one after the other: to publish N/10 messages (at least
//! 1,000) by one sender, and N by 64 at once; to handle all of them; and, N/50 times, to publish one and wait until its handler
//! is entered. `UNTIL=published` or `UNTIL=handled` ends it there, without figures. `FOLDER` is where the folder is made (the system's for temporary files); if `SYNCS` names a file that `strace`
//! writes to, its lines are counted. Prints a line of JSON.

use std::env;
use std::fs;
use std::io;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use load::http::{exchange, first_answer, free_port};
use load::{Program, Trips};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [count, command @ ..] = arguments.as_slice() else {
        return Err(io::Error::other("usage: queue-bench N BINARY [ARG…]"));
    };
    let count: usize = count.parse().map_err(io::Error::other)?;

    let folder = Folder::make()?;
    let port = free_port()?.to_string();
    let path = folder.0.to_string_lossy();
    let environment = [
        ("PORT", port.as_str()),
        ("FAAS_DATA", &*path),
        ("FAAS__MANAGEMENT__LISTEN", "127.0.0.1:0"),
        ("FAAS__HTTP__HEAD_TIMEOUT", "10m"),
        // what is left of a backlog is not waited for
        ("FAAS__HTTP__DRAIN_TIMEOUT", "1s"),
    ];
    let program = Program::spawn(command, &environment)?;
    let bench = Bench {
        address: format!("127.0.0.1:{port}"),
        syncs: env::var_os("SYNCS").map(PathBuf::from),
        program: &program,
    };
    first_answer(&program, &bench.address, &request("publish/1/1"))?;

    let warm_up = bench.order(&format!("publish/{}/64", count / 10), count / 10)?;
    // one after the other they take long, but a few of them take as long as the disk likes
    let few = (count / 10).max(1_000);
    let alone = bench.order(&format!("publish/{few}/1"), few)?;
    let together = bench.order(&format!("publish/{count}/64"), count)?;
    let backlog = 1 + warm_up.messages + alone.messages + together.messages;
    let until = env::var("UNTIL").unwrap_or_default();
    if until == "published" {
        return ended(program);
    }
    let consumed = bench.order(&format!("consume/{backlog}"), backlog)?;
    if until == "handled" {
        return ended(program);
    }
    let single = bench.order(&format!("trip/{}", count / 50), count / 50)?;
    let trips = Trips::new(single.times);
    println!(
        r#"{{"n":{},"backlog":{backlog},"alone_per_s":{:.0},"together_per_s":{:.0},"consumed_per_s":{:.0},"p50_us":{:.1},"p99_us":{:.1},"publish_cpu_us":{:.2},"consume_cpu_us":{:.2},"syncs":[{:.4},{:.4},{:.4},{:.4}],"peak_kb":{}}}"#,
        trips.count(),
        alone.rate(),
        together.rate(),
        consumed.rate(),
        trips.percentile(50),
        trips.percentile(99),
        together.busy_us(),
        consumed.busy_us(),
        alone.syncs,
        together.syncs,
        consumed.syncs,
        single.syncs,
        program.status("VmHWM"),
    );
    program.end();
    Ok(())
}

fn ended(program: Program) -> io::Result<()> {
    println!(r#"{{"n":0}}"#);
    program.end();
    Ok(())
}

struct Bench<'a> {
    address: String,
    syncs: Option<PathBuf>,
    program: &'a Program,
}

impl Bench<'_> {
    fn order(&self, order: &str, messages: usize) -> io::Result<Done> {
        let mut stream = TcpStream::connect(&self.address)?;
        let (syncs, busy) = (self.count_syncs(), self.program.run_time());
        let body = exchange(&mut stream, &request(order))?;
        let (syncs, busy) = (
            self.count_syncs() - syncs,
            self.program.run_time().saturating_sub(busy),
        );
        let body = String::from_utf8_lossy(&body).into_owned();
        let times: Result<Vec<Duration>, _> = body
            .split_whitespace()
            .map(|micros| micros.parse().map(Duration::from_micros))
            .collect();
        Ok(Done {
            messages,
            times: times.map_err(|_| io::Error::other(format!("`{order}` told: {body}")))?,
            busy,
            syncs: syncs as f64 / messages as f64,
        })
    }

    fn count_syncs(&self) -> usize {
        let text = self.syncs.as_ref().map(fs::read_to_string);
        // of a call that another thread's interrupts, the first of both lines
        text.and_then(Result::ok)
            .map_or(0, |text| text.matches("sync(").count())
    }
}

/// What was ordered, and done.
struct Done {
    messages: usize,
    times: Vec<Duration>,
    busy: Duration,
    syncs: f64,
}

impl Done {
    fn rate(&self) -> f64 {
        let took: Duration = self.times.iter().sum();
        self.messages as f64 / took.as_secs_f64()
    }

    fn busy_us(&self) -> f64 {
        self.busy.as_secs_f64() * 1e6 / self.messages as f64
    }
}

fn request(order: &str) -> String {
    format!("POST /{order} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 0\r\n\r\n")
}

/// An empty folder that goes when this does.
struct Folder(PathBuf);

impl Folder {
    fn make() -> io::Result<Self> {
        let parent = env::var_os("FOLDER").map_or_else(env::temp_dir, PathBuf::from);
        let path = parent.join(format!("queue-bench-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(path: &Path) {
    // the program may still be closing its files
    let _ = fs::remove_dir_all(path);
}
