//! A service with a queue function, as its documentation shows it. Its routes are the orders of `queue-bench`.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use faas::{Error, Message, Path};
use load::http::took;
use tokio::sync::{Notify, Semaphore};

#[derive(serde::Deserialize, serde::Serialize)]
struct Job {
    number: usize,
    text: String,
}

impl Job {
    fn new(number: usize) -> Self {
        let text = TEXT.to_owned();
        Self { number, text }
    }
}

#[faas::http(POST, "/publish/{count}/{senders}", timeout = "10m")]
async fn publish(Path((count, senders)): Path<(usize, usize)>) -> Result<String, Error> {
    let from = Instant::now();
    let publishing: Vec<_> = (0..senders)
        .map(|sender| {
            tokio::spawn(async move {
                for number in (sender..count).step_by(senders) {
                    faas::send(handle, Job::new(number)).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    for sender in publishing {
        sender.await??;
    }
    Ok(took(from))
}

#[faas::http(POST, "/consume/{count}", timeout = "10m")]
async fn consume(Path(count): Path<usize>) -> String {
    SEEN.want(count);
    let from = Instant::now();
    GATE.add_permits(Semaphore::MAX_PERMITS);
    SEEN.enough.notified().await;
    took(from)
}

#[faas::http(POST, "/trip/{count}", timeout = "10m")]
async fn trip(Path(count): Path<usize>) -> Result<String, Error> {
    let mut times = Vec::new();
    for number in 0..count {
        SEEN.want(1);
        let from = Instant::now();
        faas::send(handle, Job::new(number)).await?;
        SEEN.enough.notified().await;
        times.push(took(from));
        tokio::time::sleep(PAUSE).await;
    }
    Ok(times.join("\n"))
}

/// Does nothing, once the backlog is there.
#[faas::queue("bench", concurrency = 16)]
async fn handle(Message(job): Message<Job>) -> Result<(), Error> {
    let _open = GATE.acquire().await?;
    black_box((job.number, job.text));
    SEEN.see();
    Ok(())
}

fn main() -> ExitCode {
    faas::run()
}

/// Closed until the backlog is to be handled.
static GATE: Semaphore = Semaphore::const_new(0);

static SEEN: Seen = Seen {
    count: AtomicUsize::new(0),
    wanted: AtomicUsize::new(0),
    enough: Notify::const_new(),
};

/// How many the handler has taken.
struct Seen {
    count: AtomicUsize,
    wanted: AtomicUsize,
    enough: Notify,
}

impl Seen {
    fn see(&self) {
        let seen = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        if seen == self.wanted.load(Ordering::SeqCst) {
            self.enough.notify_one();
        }
    }

    fn want(&self, more: usize) {
        self.wanted.fetch_add(more, Ordering::SeqCst);
    }
}

const TEXT: &str = "a message as services send them: some hundred bytes of JSON, with a number";

/// Long enough for all that a trip leaves to be done.
const PAUSE: Duration = Duration::from_millis(10);
