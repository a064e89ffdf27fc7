//! One watched folder at work: takes in what is told and what scans find, and tells functions what is certain.
//!
//! Everything about one folder happens in one task, one step after the other. Whatever the system tells is only a reason to
//! look; what is written down is what was seen.

mod running;
mod telling;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use self::running::{Running, Told};
use super::eyes::{Eyes, Sight};
use super::folder::Folder;
use super::marks::{Hears, Marks};
use super::scan::Scan;
use super::settle::Settling;
use super::stat::{Look, Root, Stamp, nanos};
use super::walk::Skipped;
use crate::clock::{Clock, Moment};
use crate::host::embedded::consumer::Pulse;
use crate::host::store::StoreError;

/// A folder with the functions that hear of it.
pub(super) struct Watch {
    pub(super) bucket: &'static str,
    pub(super) folder: Folder,
    pub(super) marks: Marks,
    pub(super) hears: Arc<Hears>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) stop: watch::Receiver<bool>,
}

/// How often everything is looked at where the system tells what happens, and where it does not.
const RESCAN: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(5));

/// How long it takes at least from one scan of everything to the next.
const BREATH: Duration = Duration::from_secs(1);

/// After which times a folder is looked at that is new: at first its files may be there before the system watches it.
const NEW_FOLDER: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(1)];

/// How long it is until something is tried again that has failed.
const PAUSE: Duration = Duration::from_secs(1);

/// How many files are looked at, and told, at once.
const AT_ONCE: usize = 256;

/// How many folders may wait to be looked at; beyond, everything is.
const MOST_FOLDERS: usize = 256;

/// How much longer than it has to a file has stood still that is complete at first sight, in case that the file system has
/// another clock.
const AGED: Duration = Duration::from_secs(60);

impl Watch {
    /// Watches until it is told to stop. What is not told by then is found at the next start.
    pub(super) async fn run(self) {
        let mut stop = self.stop.clone();
        let mut work = Work::new(self);
        loop {
            if *stop.borrow() {
                return;
            }
            work.tend().await;
            let until = work.until();
            let clock = Arc::clone(&work.watch.clock);
            let wait: BoxFuture<'_, ()> = match until {
                Some(until) => clock.sleep_until(until),
                None => Box::pin(std::future::pending()),
            };
            tokio::select! {
                biased;
                changed = stop.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                sight = sight(&mut work.place) => work.saw(sight),
                told = work.scan.next(), if work.settling.has_room() => work.scanned(told),
                () = wait => {}
            }
        }
    }
}

/// What is going on with a folder.
struct Work {
    watch: Watch,
    place: Option<Place>,
    settling: Settling,
    scan: Running,
    /// When everything is to be looked at.
    rescan: Moment,
    /// Folders that are to be looked at, and when.
    folders: BTreeMap<Box<str>, Vec<Moment>>,
    /// When the folder is to be opened that is not there.
    reopen: Moment,
    /// What is wrong, if something is.
    trouble: Option<Trouble>,
    /// What was told already about what is left out.
    skipped: HashSet<String>,
    /// The last event's.
    sequencer: u64,
    /// Marks before this version are about another folder: what is missing in this one was not removed.
    since: u64,
    /// When everything may be scanned again.
    breath: Moment,
}

/// The folder, as long as it is there.
struct Place {
    root: Root,
    /// Nothing where the system cannot tell what happens.
    eyes: Option<Eyes>,
}

impl Place {
    /// Returns what the system has told already.
    fn seen(&mut self) -> Option<Sight> {
        self.eyes.as_mut()?.try_next()
    }
}

/// Waits for what the system tells; for ever if it tells nothing.
async fn sight(place: &mut Option<Place>) -> Sight {
    match place {
        Some(Place {
            eyes: Some(eyes), ..
        }) => eyes.next().await,
        _ => std::future::pending().await,
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Trouble {
    Folder,
    Store,
}

impl Work {
    fn new(watch: Watch) -> Self {
        let now = watch.clock.now();
        Self {
            settling: Settling::new(watch.folder.patience),
            watch,
            place: None,
            scan: Running::default(),
            rescan: now,
            folders: BTreeMap::new(),
            reopen: now,
            trouble: None,
            skipped: HashSet::new(),
            sequencer: 0,
            since: 0,
            breath: now,
        }
    }

    fn now(&self) -> Moment {
        self.watch.clock.now()
    }

    /// Does what is due.
    async fn tend(&mut self) {
        if self.place.is_none() && self.reopen <= self.now() {
            self.open().await;
        }
        if self.place.is_some() {
            self.look().await;
            self.begin_scan().await;
        }
    }

    /// Tells when something is due next, whatever happens until then.
    fn until(&self) -> Option<Moment> {
        if self.place.is_none() {
            return Some(self.reopen);
        }
        let mut moments = vec![self.settling.next()];
        if !self.scan.is_on() {
            moments.push(Some(self.rescan));
            moments.push(self.folders.values().flatten().min().copied());
        }
        moments.into_iter().flatten().min()
    }

    /// Finds the folder and begins to watch it.
    async fn open(&mut self) {
        let known = match self.watch.marks.place().await {
            Ok(known) => known,
            Err(error) => return self.fail_store(&error),
        };
        let Folder { path, is_own, .. } = self.watch.folder.clone();
        let before = known.clone();
        let opened = blocking(move || {
            if is_own {
                std::fs::create_dir_all(&path)?;
            }
            let root = Root::open(&path)?;
            let is_unmounted = known
                .as_ref()
                .is_some_and(|known| known.is_at(&root) && known.is_mount && !root.is_mount)
                && root.is_empty();
            if is_unmounted {
                return Err(std::io::Error::other(
                    "nothing is mounted there any more, and it is empty",
                ));
            }
            let eyes = Eyes::open(&root);
            Ok((root, eyes))
        });
        match opened.await {
            Some(Ok((root, eyes))) => {
                match self.watch.marks.set_place(before, &root).await {
                    Ok(since) => self.since = since,
                    Err(error) => return self.fail_store(&error),
                }
                let eyes = eyes
                    .inspect_err(|error| {
                        tracing::warn!(
                            bucket = self.watch.bucket,
                            "the system does not tell what happens in `{}`, so it is walked through instead: {error}",
                            root.path.display()
                        );
                    })
                    .ok();
                self.opened(Place { root, eyes });
            }
            Some(Err(error)) => self.lose(&error.to_string()),
            None => self.lose("nobody could look"),
        }
    }

    fn opened(&mut self, place: Place) {
        let (bucket, path) = (self.watch.bucket, place.root.path.display());
        if self.trouble == Some(Trouble::Folder) {
            tracing::info!(bucket, "`{path}` is there again");
        } else {
            tracing::info!(bucket, "watching `{path}`");
        }
        self.recover();
        self.place = Some(place);
        self.rescan = self.now();
        self.folders.clear();
        self.settling.clear();
    }

    /// Gives the folder up until it is there again. What is missing with it was not removed.
    fn lose(&mut self, why: &str) {
        if self.trouble != Some(Trouble::Folder) {
            tracing::error!(
                bucket = self.watch.bucket,
                "`{}` cannot be watched: {why}; nothing in it is taken for removed, and it is looked for again and again",
                self.watch.folder.path.display()
            );
        }
        self.fail(Trouble::Folder);
        self.place = None;
        self.scan = Running::default();
        self.settling.clear();
        self.reopen = self.now().after(PAUSE);
    }

    /// Takes in what the system tells.
    fn saw(&mut self, sight: Sight) {
        let now = self.now();
        let mut next = Some(sight);
        // what comes in crowds is taken in before it is looked at
        for left in (0..AT_ONCE * 4).rev() {
            let Some(sight) = next else { return };
            let has_room = match sight {
                Sight::File(key, hint) => self.settling.hint(&key, hint, now),
                Sight::Folder(key) => self.expect(key, &NEW_FOLDER),
                Sight::Left(key) => self.expect(key, &NEW_FOLDER[..1]),
                Sight::WasFile(key) => {
                    self.folders.remove(&key);
                    true
                }
                Sight::Root | Sight::Missed => false,
            };
            if !has_room {
                self.rescan_soon();
            }
            next = self
                .place
                .as_mut()
                .filter(|_| left > 0)
                .and_then(Place::seen);
        }
    }

    /// Has a folder looked at; tells whether there was room for it.
    fn expect(&mut self, key: Box<str>, after: &[Duration]) -> bool {
        if self.folders.len() >= MOST_FOLDERS {
            return false;
        }
        let now = self.now();
        let times = after.iter().map(|after| now.after(*after)).collect();
        self.folders.insert(key, times);
        true
    }

    /// Begins what is to be scanned, one thing after the other.
    async fn begin_scan(&mut self) {
        let now = self.now();
        if self.scan.is_on() {
            return;
        }
        let prefix = if self.rescan <= now {
            let Some(root) = self.root() else { return };
            let path = root.path.display().to_string();
            let is_there = blocking(move || root.is_there()).await;
            if is_there != Some(true) {
                return self.lose(&format!("`{path}` is not the folder any more that it was"));
            }
            self.rescan = now.after(self.rescan_after());
            Box::from("")
        } else {
            let due = |times: &Vec<Moment>| times.iter().any(|time| *time <= now);
            let Some(prefix) = self
                .folders
                .iter()
                .find_map(|(key, times)| due(times).then(|| key.clone()))
            else {
                return;
            };
            if let Some(times) = self.folders.get_mut(&prefix) {
                times.retain(|time| *time > now);
                if times.is_empty() {
                    self.folders.remove(&prefix);
                }
            }
            prefix
        };
        let Some(root) = self.root() else { return };
        self.scan = Running::start(Scan {
            root,
            prefix,
            marks: self.watch.marks.clone(),
            hears: Arc::clone(&self.watch.hears),
        });
    }

    fn root(&self) -> Option<Root> {
        self.place.as_ref().map(|place| place.root.clone())
    }

    fn rescan_after(&self) -> Duration {
        let is_told = matches!(&self.place, Some(Place { eyes: Some(_), .. }));
        let by_default = if is_told { RESCAN.0 } else { RESCAN.1 };
        self.watch.folder.rescan.unwrap_or(by_default)
    }

    /// Takes in what a scan has found, or that it is over.
    fn scanned(&mut self, told: Told) {
        match told {
            Told::Suspects(suspects) => {
                for (key, look) in suspects {
                    self.suspect(&key, look);
                }
            }
            Told::End { prefix, result } => {
                self.scan = Running::default();
                match result {
                    Some(Ok(skipped)) => {
                        if self.trouble == Some(Trouble::Store) {
                            self.recover();
                        }
                        if prefix.is_empty() {
                            self.breath = self.now().after(BREATH);
                            self.rescan = self.rescan.max(self.breath);
                            self.tell_skipped(skipped);
                        }
                    }
                    Some(Err(error)) => self.fail_scan(&error),
                    None => self.rescan = self.now().after(PAUSE),
                }
            }
        }
    }

    fn suspect(&mut self, key: &str, look: Look) {
        let now = self.now();
        let aged = matches!(look, Look::File(stamp) if self.is_aged(&stamp));
        if !self.settling.suspect(key, look, aged, now) {
            self.rescan_soon();
        }
    }

    fn rescan_soon(&mut self) {
        self.rescan = self.rescan.min(self.now().max(self.breath));
    }

    fn is_aged(&self, stamp: &Stamp) -> bool {
        let least = self.watch.folder.patience.unknown.saturating_add(AGED);
        let age = nanos(self.watch.clock.wall()).saturating_sub(stamp.modified.max(stamp.changed));
        u64::try_from(age).is_ok_and(|age| Duration::from_nanos(age) > least)
    }

    fn tell_skipped(&mut self, skipped: Skipped) {
        let texts = skipped.into_texts();
        for text in &texts {
            if !self.skipped.contains(text) {
                tracing::warn!(bucket = self.watch.bucket, "left out: {text}");
            }
        }
        self.skipped = texts.into_iter().collect();
    }

    fn fail_scan(&mut self, error: &StoreError) {
        self.rescan = self.now().after(PAUSE);
        self.fail_store(error);
    }

    fn fail_store(&mut self, error: &StoreError) {
        if self.trouble.is_none() {
            tracing::error!(
                bucket = self.watch.bucket,
                "what happens in the folder cannot be written down: {error}"
            );
        }
        self.fail(Trouble::Store);
        self.reopen = self.now().after(PAUSE);
    }

    fn fail(&mut self, trouble: Trouble) {
        if self.trouble.replace(trouble).is_none() {
            self.watch.pulse.falter();
        }
    }

    fn recover(&mut self) {
        if self.trouble.take().is_some() {
            self.watch.pulse.recover();
        }
    }
}

/// Does what waits for the disk; nothing if it was not done to its end.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
