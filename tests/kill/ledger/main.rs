//! The service that `tests/kill/run` kills: it takes orders over HTTP, publishes them or hands them over as tasks, and writes
//! down each run of a handler before the run has an outcome. What an order is to go through stands in the order itself.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use faas::{Config, Context, Delivery, Error, Json, Message, State, TaskId};
use http::StatusCode;

#[derive(serde::Deserialize, serde::Serialize)]
struct Order {
    id: u64,
    fate: Fate,
    /// For how long nobody may get it.
    #[serde(default)]
    delay_ms: u64,
    /// Orders of one account are posted in their order.
    account: Option<String>,
}

/// What a handler does with an order.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
enum Fate {
    Done,
    Rejected,
    /// The first two attempts fail.
    Third,
}

impl Order {
    fn outcome(&self, attempt: u32) -> (&'static str, Result<(), Error>) {
        match self.fate {
            Fate::Rejected => ("rejected", Err(Error::reject("nobody wants this one"))),
            Fate::Third if attempt < 3 => ("failed", Err(Error::retry("not yet"))),
            Fate::Done | Fate::Third => ("done", Ok(())),
        }
    }
}

/// Publishes an order; the answer is the confirmation.
#[faas::http(POST, "/orders")]
async fn take(Json(order): Json<Order>) -> Result<StatusCode, Error> {
    let key = format!("order-{}", order.id);
    let message = match order.account.clone() {
        Some(account) => faas::send(post, order).key(account),
        None => {
            let delay = Duration::from_millis(order.delay_ms);
            faas::send(pack, order).delay(delay)
        }
    };
    message.idempotency_key(key).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Hands an order over as a task; the answer is the task's id.
#[faas::http(POST, "/jobs")]
async fn hand_over(Json(order): Json<Order>) -> Result<(StatusCode, Json<TaskId>), Error> {
    let key = format!("order-{}", order.id);
    let id = faas::submit(compute, order).idempotency_key(key).await?;
    Ok((StatusCode::ACCEPTED, Json(id)))
}

/// A result that the books can be compared with.
#[faas::task(concurrency = 8, retry(max = 50, delay = "50ms", factor = 1))]
fn compute(
    Json(order): Json<Order>,
    State(runs): State<Runs>,
    cx: Context,
) -> Result<Json<u64>, Error> {
    runs.note("jobs", &order, cx.attempt().unwrap_or(0))?;
    Ok(Json(order.id * 7))
}

/// In any order; what is rejected stays as a dead letter of the queue.
#[faas::queue(
    "parcels",
    concurrency = 16,
    retry(max = 50, delay = "50ms", factor = 1)
)]
fn pack(
    Message(order): Message<Order>,
    delivery: Delivery,
    State(runs): State<Runs>,
) -> Result<(), Error> {
    runs.note("parcels", &order, attempt(&delivery))
}

/// In the order of each account; what is rejected goes to a queue of its own.
#[faas::queue(
    "postings",
    ordered,
    concurrency = 8,
    retry(max = 50, delay = "50ms", factor = 1),
    dead_letter = "postings-dead"
)]
fn post(
    Message(order): Message<Order>,
    delivery: Delivery,
    State(runs): State<Runs>,
) -> Result<(), Error> {
    runs.note("postings", &order, attempt(&delivery))
}

#[faas::queue(
    "postings-dead",
    concurrency = 4,
    retry(max = 50, delay = "50ms", factor = 1)
)]
fn bury(
    Message(order): Message<Order>,
    delivery: Delivery,
    State(runs): State<Runs>,
) -> Result<(), Error> {
    runs.write("postings-dead", order.id, attempt(&delivery), "done")?;
    Ok(())
}

/// The file of all runs, of all processes one after the other.
struct Runs(File);

#[faas::config("ledger")]
struct Ledger {
    runs: PathBuf,
}

#[faas::resource]
fn runs(Config(ledger): Config<Ledger>) -> io::Result<Runs> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(&ledger.runs)?;
    Ok(Runs(file))
}

impl Runs {
    fn note(&self, queue: &str, order: &Order, attempt: u32) -> Result<(), Error> {
        let (word, outcome) = order.outcome(attempt);
        self.write(queue, order.id, attempt, word)?;
        outcome
    }

    /// One write for one line: lines of several threads do not mix. And all of one length that a page of memory is a multiple
    /// of: a write that is killed ends between two pages.
    fn write(&self, queue: &str, id: u64, attempt: u32, outcome: &str) -> io::Result<()> {
        let line = format!("{queue} {id} {attempt} {outcome} {}", now());
        let line = format!("{line:<63}\n");
        (&self.0).write_all(line.as_bytes())?;
        self.0.sync_data()
    }
}

fn attempt(delivery: &Delivery) -> u32 {
    delivery.attempt.unwrap_or(0)
}

/// Milliseconds, as the publisher's log has them.
#[expect(
    clippy::disallowed_methods,
    reason = "compared with the time of another process"
)]
fn now() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or_default().as_millis()
}

fn main() -> ExitCode {
    faas::run()
}
