//! apalis with apalis-sqlite, as its documentation shows it, but as durable as ours.
//!
//! What is in its favour: one connection, since several only wait for each other's locks; `lock_tasks` off, which saves a write
//! for each task (who has fetched it is written down without); and the worker is woken after each push. `SqliteStorage::setup`
//! turns `synchronous` off, so its migrations are run without it.
//!
//! Each acknowledgement of version 1.0 goes through all tasks that the worker has handled before (the query finds them by
//! `lock_by`, with or without `ANALYZE`), so the longer the backlog, the longer each takes.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use apalis::layers::WorkerBuilderExt;
use apalis::prelude::*;
use apalis_core::backend::ext::poll_strategy::Strategy;
use apalis_sqlite::{Config, SqliteStorage};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use load::http::{obey, took};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::sync::Notify;

#[derive(serde::Deserialize, serde::Serialize)]
struct Job {
    number: usize,
    text: String,
}

type Told<T> = Result<T, Box<dyn Error>>;

fn main() -> Told<()> {
    let folder = env::var_os("FAAS_DATA").ok_or(io::Error::from(io::ErrorKind::NotFound))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut queue = runtime.block_on(Queue::open(Path::new(&folder)))?;
    obey(|order, numbers| {
        runtime.block_on(async {
            match (order, numbers) {
                ("publish", &[count, senders]) => queue.publish(count, senders).await,
                ("consume", &[count]) => queue.consume(count).await,
                ("trip", &[count]) => queue.trip(count).await,
                _ => Err("`publish`, `consume` and `trip` are known".into()),
            }
        })
    })?;
    Ok(())
}

struct Queue {
    storage: SqliteStorage<Job>,
    seen: Arc<Seen>,
    /// Wakes the worker; how, until there is one.
    wake: UnboundedSender<()>,
    woken: Option<UnboundedReceiver<()>>,
}

/// How many the handler has taken.
#[derive(Default)]
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

impl Queue {
    async fn open(folder: &Path) -> Told<Self> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("queue.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", "64000")
            .pragma("temp_store", "memory");
        let pool: SqlitePool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options)
            .await?;
        SqliteStorage::migrations().run(&pool).await?;
        let config = Config::default()
            .queue("bench")
            .batch_size(16)
            .lock_tasks(false);
        let (wake, woken) = unbounded();
        Ok(Self {
            storage: SqliteStorage::new(&pool).with_config(config),
            seen: Arc::default(),
            wake,
            woken: Some(woken),
        })
    }

    async fn publish(&self, count: usize, senders: usize) -> Told<String> {
        let from = Instant::now();
        let publishing: Vec<_> = (0..senders)
            .map(|sender| {
                let mut storage = self.storage.clone();
                tokio::spawn(async move {
                    for number in (sender..count).step_by(senders) {
                        storage
                            .push(Job {
                                number,
                                text: TEXT.to_owned(),
                            })
                            .await?;
                    }
                    Ok::<_, TaskSinkError<apalis_sqlite::Error>>(())
                })
            })
            .collect();
        for sender in publishing {
            sender.await??;
        }
        Ok(took(from))
    }

    async fn consume(&mut self, count: usize) -> Told<String> {
        self.seen.want(count);
        let from = Instant::now();
        self.start_worker();
        self.seen.enough.notified().await;
        Ok(took(from))
    }

    async fn trip(&mut self, count: usize) -> Told<String> {
        let mut times = Vec::new();
        for number in 0..count {
            self.seen.want(1);
            let from = Instant::now();
            self.storage
                .push(Job {
                    number,
                    text: TEXT.to_owned(),
                })
                .await?;
            self.wake.unbounded_send(())?;
            self.seen.enough.notified().await;
            times.push(took(from));
            tokio::time::sleep(PAUSE).await;
        }
        Ok(times.join("\n"))
    }

    fn start_worker(&mut self) {
        let Some(woken) = self.woken.take() else {
            return;
        };
        let strategy = Strategy::new()
            .stream(woken)
            .interval(Duration::from_millis(50));
        let backend = self.storage.clone().poll_with_strategy(strategy);
        let seen = Arc::clone(&self.seen);
        let worker = WorkerBuilder::new("bench")
            .backend(backend)
            .concurrency(16)
            .build(move |job: Job| {
                let seen = Arc::clone(&seen);
                async move {
                    black_box((job.number, job.text));
                    seen.see();
                    Ok::<_, BoxDynError>(())
                }
            });
        // the compiler does not see that its future could be spawned
        let runtime = tokio::runtime::Handle::current();
        std::thread::spawn(move || {
            if let Err(error) = runtime.block_on(worker.run()) {
                eprintln!("the worker has ended: {error}");
            }
        });
    }
}

const TEXT: &str = "a message as services send them: some hundred bytes of JSON, with a number";

/// Long enough for all that a trip leaves to be done.
const PAUSE: Duration = Duration::from_millis(10);
