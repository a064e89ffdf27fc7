//! Folders on the real disk, watched as the host watches them.

mod laws;
mod places;
mod settling;
mod watching;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::super::embedded::consumer::Pulse;
use super::super::embedded::feed::Feed;
use super::super::store::memory::{Disk, Memory};
use super::super::store::{Answer, Op, Peek, Store, View};
use super::folder::Folder;
use super::marks::{Hears, Marks};
use super::settle::Patience;
use super::stat::{Root, Stamp};
use super::watch::Watch;
use super::{feed, walk};
use crate::clock::{Clock, ManualClock, SystemClock};
use crate::invocation::{Input, ObjectEvent, ObjectKind};

/// A folder, and what is written down about it.
struct Scene {
    base: TempDir,
    store: Store,
    clock: Arc<dyn Clock>,
    manual: Option<ManualClock>,
    patience: Patience,
    rescan: Duration,
    hears: Arc<Hears>,
    pulse: Arc<Pulse>,
    running: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

/// One function for everything.
fn all(_: &str, _: ObjectKind) -> Option<usize> {
    Some(0)
}

/// Longer than any test takes.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

impl Scene {
    /// The real time and what the system tells; scans at the start alone.
    fn new() -> Self {
        let clock = Arc::new(SystemClock::new());
        Self::with(clock, Box::new(Memory::on(&Disk::default())))
    }

    /// A time that moves only while something is awaited.
    fn timeless() -> Self {
        let manual = ManualClock::new();
        let clock = Arc::new(manual.clone());
        let mut scene = Self::with(clock, Box::new(Memory::on(&Disk::default())));
        scene.manual = Some(manual);
        scene.rescan = Duration::from_secs(1);
        scene
    }

    fn with(clock: Arc<dyn Clock>, store: Box<dyn super::super::store::QueueStore>) -> Self {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir(base.path().join("in")).unwrap();
        Self {
            base,
            store: Store::start(store, Arc::clone(&clock)).unwrap(),
            clock,
            manual: None,
            patience: Patience::DEFAULT,
            rescan: NEVER,
            hears: Arc::new(all),
            pulse: Arc::default(),
            running: None,
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.base.path().join("in").join(key)
    }

    fn write(&self, key: &str, content: &str) {
        let path = self.path(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn start(&mut self) {
        let (stop, stopped) = watch::channel(false);
        let watch = Watch {
            bucket: "in",
            folder: Folder {
                path: self.path(""),
                is_own: false,
                patience: self.patience,
                rescan: Some(self.rescan),
            },
            marks: self.marks(),
            hears: Arc::clone(&self.hears),
            clock: Arc::clone(&self.clock),
            pulse: Arc::clone(&self.pulse),
            stop: stopped,
        };
        self.running = Some((stop, tokio::spawn(watch.run())));
    }

    async fn stop(&mut self) {
        let (stop, task) = self.running.take().unwrap();
        stop.send_replace(true);
        task.await.unwrap();
    }

    fn marks(&self) -> Marks {
        Marks::new(self.store.clone(), "in", &["first", "second"])
    }

    /// Waits for something, but not for ever.
    async fn until(&self, what: &str, mut is_so: impl AsyncFnMut(&Self) -> bool) {
        for _ in 0..15_000 {
            if is_so(self).await {
                return;
            }
            if let Some(manual) = &self.manual {
                manual.advance(Duration::from_millis(20));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("it never was so: {what}; {:?}", self.told().await);
    }

    /// Waits until so many events were told, and returns them.
    async fn told_are(&self, count: usize) -> Vec<String> {
        let what = format!("{count} events");
        let enough = async |scene: &Self| scene.count().await >= count as u64;
        self.until(&what, enough).await;
        self.told().await
    }

    /// Waits until everything that has happened so far is known.
    async fn settled(&self) {
        let fits = async |scene: &Self| scene.kept(0).await == scene.found();
        self.until("the marks are as the folder", fits).await;
    }

    fn found(&self) -> Vec<(String, u64, i64)> {
        let mut found = Vec::new();
        let root = Root::open(&self.path("")).unwrap();
        walk::walk(&root, "", |page| {
            found
                .extend(page.into_iter().map(|(key, Stamp { size, modified, .. })| {
                    (String::from(key), size, modified)
                }));
            true
        });
        found
    }

    async fn kept(&self, function: usize) -> Vec<(String, u64, i64)> {
        let (marks, mut kept, mut after) = (self.marks(), Vec::new(), None);
        loop {
            let page = marks.page(function, "", after).await.unwrap();
            after = page.marks.last().map(|(key, _)| key.clone());
            kept.extend(page.marks.into_iter().map(|(key, mark)| {
                let seen = mark.seen.unwrap();
                (String::from(key), seen.size, seen.modified)
            }));
            if !page.more {
                return kept;
            }
        }
    }

    async fn count(&self) -> u64 {
        let queue = feed::name("first");
        // a commit that is to fail may take this along
        let counts = self.store.count(Some(&queue)).await.unwrap_or_default();
        counts.first().map_or(0, |counts| counts.ready)
    }

    async fn events(&self) -> Vec<ObjectEvent> {
        self.events_of("first").await
    }

    async fn events_of(&self, function: &str) -> Vec<ObjectEvent> {
        let peek = Op::Peek(Peek {
            queue: feed::name(function),
            view: View::Ready,
            most: 100_000,
        });
        let Some(Answer::Peek(peeked)) = self.store.commit(vec![peek]).await.unwrap().pop() else {
            panic!("it shows messages");
        };
        let event = |message| match feed::Objects.item(&message).unwrap().input {
            Input::Object(event) => *event,
            other => panic!("{other:?}"),
        };
        peeked
            .into_iter()
            .map(|peeked| event(peeked.message))
            .collect()
    }

    /// What was told, in short: `+a.csv 3`, `-a.csv`.
    async fn told(&self) -> Vec<String> {
        self.events().await.iter().map(short).collect()
    }
}

fn short(event: &ObjectEvent) -> String {
    match (event.kind, event.size) {
        (ObjectKind::Created, Some(size)) => format!("+{} {size}", event.key),
        (ObjectKind::Removed, None) => format!("-{}", event.key),
        _ => panic!("{event:?}"),
    }
}

/// Gives a file a time of its own, which the file system's clock would not tell from the one before.
fn set_modified(path: &Path, second: u64) {
    let time = std::time::UNIX_EPOCH + Duration::from_secs(second);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(time)
        .unwrap();
}

fn append(file: &mut File, content: &str) {
    file.write_all(content.as_bytes()).unwrap();
    file.flush().unwrap();
}
