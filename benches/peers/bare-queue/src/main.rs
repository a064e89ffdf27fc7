//! The limit: a queue as one table and one connection, without threads, priorities, orders or retries, and as durable as ours.
//!
//! As many messages as there are senders are published in one transaction, and as many are taken in one as `faas-queue`
//! handles at once; what was taken before is removed in the same transaction. The disk is not waited for where messages are
//! only taken: if that is forgotten, they are taken again.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use load::http::{obey, took};
use rusqlite::{Connection, TransactionBehavior};

#[derive(serde::Deserialize, serde::Serialize)]
struct Job {
    number: usize,
    text: String,
}

fn main() -> io::Result<()> {
    let folder = env::var_os("FAAS_DATA").ok_or(io::ErrorKind::NotFound)?;
    let mut queue = Queue::open(Path::new(&folder)).map_err(io::Error::other)?;
    obey(|order, numbers| match (order, numbers) {
        ("publish", &[count, senders]) => queue.publish(count, senders),
        ("consume", &[count]) => queue.consume(count),
        ("trip", &[count]) => queue.trip(count),
        _ => Err("`publish`, `consume` and `trip` are known".into()),
    })
}

struct Queue(Connection);

const AT_ONCE: u32 = 16;
const LEASE_MS: i64 = 30_000;

impl Queue {
    fn open(folder: &Path) -> rusqlite::Result<Self> {
        let connection = Connection::open(folder.join("queue.db"))?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "cache_size", -16 * 1024)?;
        connection.execute_batch(
            "CREATE TABLE message (id INTEGER PRIMARY KEY, due INTEGER NOT NULL, lease INTEGER, attempt INTEGER NOT NULL, body BLOB NOT NULL);
             CREATE INDEX ready ON message (due, id) WHERE lease IS NULL;",
        )?;
        Ok(Self(connection))
    }

    fn publish(&mut self, count: usize, senders: usize) -> Result<String, Box<dyn Error>> {
        let from = Instant::now();
        for first in (0..count).step_by(senders) {
            self.insert(first..count.min(first + senders))?;
        }
        Ok(took(from))
    }

    fn consume(&mut self, count: usize) -> Result<String, Box<dyn Error>> {
        let from = Instant::now();
        let (mut taken, mut handled) = (Vec::new(), 0);
        while handled < count {
            taken = self.turn(&taken)?;
            handled += taken.len();
        }
        self.turn(&taken)?;
        Ok(took(from))
    }

    fn trip(&mut self, count: usize) -> Result<String, Box<dyn Error>> {
        let mut times = Vec::new();
        for number in 0..count {
            let from = Instant::now();
            self.insert(number..number + 1)?;
            let taken = self.turn(&[])?;
            times.push(took(from));
            self.turn(&taken)?;
            thread::sleep(PAUSE);
        }
        Ok(times.join("\n"))
    }

    fn insert(&mut self, numbers: std::ops::Range<usize>) -> Result<(), Box<dyn Error>> {
        let transaction = self
            .0
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut statement = transaction
            .prepare_cached("INSERT INTO message (due, attempt, body) VALUES (?1, 0, ?2)")?;
        for number in numbers {
            let job = Job {
                number,
                text: TEXT.to_owned(),
            };
            statement.execute((now(), serde_json::to_vec(&job)?))?;
        }
        drop(statement);
        Ok(transaction.commit()?)
    }

    /// Removes what is done, takes more, and handles it.
    fn turn(&mut self, done: &[i64]) -> Result<Vec<i64>, Box<dyn Error>> {
        let waits = if done.is_empty() { "normal" } else { "full" };
        self.0.pragma_update(None, "synchronous", waits)?;
        let transaction = self
            .0
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut delete = transaction.prepare_cached("DELETE FROM message WHERE id = ?1")?;
        for id in done {
            delete.execute([id])?;
        }
        drop(delete);
        let mut claim = transaction.prepare_cached(
            "UPDATE message SET lease = ?1 + ?2, attempt = attempt + 1 WHERE id IN
                 (SELECT id FROM message INDEXED BY ready WHERE lease IS NULL AND due <= ?1 ORDER BY due, id LIMIT ?3)
             RETURNING id, body",
        )?;
        let taken = claim
            .query_map((now(), LEASE_MS, AT_ONCE), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<Vec<(i64, Vec<u8>)>>>()?;
        drop(claim);
        transaction.commit()?;
        self.0.pragma_update(None, "synchronous", "full")?;
        let mut ids = Vec::with_capacity(taken.len());
        for (id, body) in taken {
            handle(serde_json::from_slice(&body)?);
            ids.push(id);
        }
        Ok(ids)
    }
}

fn handle(job: Job) {
    black_box((job.number, job.text));
}

fn now() -> i64 {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

const TEXT: &str = "a message as services send them: some hundred bytes of JSON, with a number";

/// Long enough for all that a trip leaves to be done.
const PAUSE: Duration = Duration::from_millis(10);
