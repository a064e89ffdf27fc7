//! What the operating system tells about a folder while it happens. It may leave things out, so scans look again.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::{Notify, mpsc};

use super::key;
use super::settle::Hint;
use super::stat::Root;

/// Something that has happened in the folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Sight {
    /// To a file, or to what may be one.
    File(Box<str>, Hint),
    /// A folder is new, or has come from elsewhere: with a `/` at its end.
    Folder(Box<str>),
    /// Something has gone elsewhere, which may have been a folder: with a `/` at its end.
    Left(Box<str>),
    /// What has gone was no folder.
    WasFile(Box<str>),
    /// To the watched folder itself.
    Root,
    /// More than could be told.
    Missed,
}

/// A watch over a folder, which ends when it is dropped.
pub(super) struct Eyes {
    sights: mpsc::Receiver<Sight>,
    missed: Arc<Missed>,
    _watcher: RecommendedWatcher,
}

/// That something was left out.
#[derive(Default)]
struct Missed {
    is_set: AtomicBool,
    bell: Notify,
}

impl Missed {
    fn set(&self) {
        self.is_set.store(true, Ordering::Release);
        self.bell.notify_one();
    }
}

/// How many sights wait at most.
const MOST: usize = 8 * 1024;

impl Eyes {
    /// Begins to watch. Blocking, since each folder inside is told to the system.
    pub(super) fn open(root: &Root) -> notify::Result<Self> {
        let (teller, sights) = mpsc::channel(MOST);
        let missed = Arc::new(Missed::default());
        let path = root.path.clone();
        let told = Arc::clone(&missed);
        let handler = move |event: notify::Result<Event>| {
            let Ok(event) = event else {
                // whatever it could not watch or read
                return told.set();
            };
            if event.need_rescan() {
                told.set();
            }
            let (first, second) = sights_of(&path, &event);
            for sight in [first, second].into_iter().flatten() {
                if teller.try_send(sight).is_err() {
                    told.set();
                }
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let mut watcher = RecommendedWatcher::new(handler, config)?;
        watcher.watch(&root.path, RecursiveMode::Recursive)?;
        Ok(Self {
            sights,
            missed,
            _watcher: watcher,
        })
    }

    /// Waits for what happens next; for ever once nothing can be told any more.
    pub(super) async fn next(&mut self) -> Sight {
        if self.missed.is_set.swap(false, Ordering::Acquire) {
            return Sight::Missed;
        }
        tokio::select! {
            biased;
            sight = self.sights.recv() => match sight {
                Some(sight) => sight,
                None => std::future::pending().await,
            },
            () = self.missed.bell.notified() => {
                self.missed.is_set.store(false, Ordering::Release);
                Sight::Missed
            }
        }
    }

    /// Returns what has happened already.
    pub(super) fn try_next(&mut self) -> Option<Sight> {
        self.sights.try_recv().ok()
    }
}

/// Whether the system tells when a file is closed. Where it does not, nobody knows who writes.
const TELLS_WRITERS: bool = cfg!(any(target_os = "android", target_os = "linux"));

/// Reads an event; a move inside may come as one event about two files.
fn sights_of(root: &Path, event: &Event) -> (Option<Sight>, Option<Sight>) {
    let hint = match event.kind {
        EventKind::Create(CreateKind::Folder) => return (folder(root, event), None),
        EventKind::Create(_) if TELLS_WRITERS => Hint::New,
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => Hint::Closed,
        EventKind::Access(_) => return (None, None),
        EventKind::Modify(ModifyKind::Name(mode)) => return moved(root, event, mode),
        EventKind::Modify(ModifyKind::Metadata(_)) => Hint::Described,
        EventKind::Modify(_) if TELLS_WRITERS => Hint::Written,
        EventKind::Create(_) | EventKind::Modify(_) | EventKind::Any => Hint::Described,
        // what was in it is told one by one, unless nobody has watched it
        EventKind::Remove(RemoveKind::Folder) => return (left(root, event), None),
        EventKind::Remove(_) => Hint::Gone,
        EventKind::Other => return (None, None),
    };
    (file(root, event, hint), None)
}

fn moved(root: &Path, event: &Event, mode: RenameMode) -> (Option<Sight>, Option<Sight>) {
    match mode {
        RenameMode::From => (file(root, event, Hint::Gone), left(root, event)),
        RenameMode::To => arrived(root, event),
        RenameMode::Both => (renamed(root, event), None),
        RenameMode::Any | RenameMode::Other => {
            (file(root, event, Hint::Described), left(root, event))
        }
    }
}

/// A folder that was moved here is told like a file.
fn arrived(root: &Path, event: &Event) -> (Option<Sight>, Option<Sight>) {
    let is_folder = event.paths.first().is_some_and(|path| is_folder(path));
    if is_folder {
        (folder(root, event), None)
    } else {
        (file(root, event, Hint::Closed), None)
    }
}

/// Both ends were told before, but not what it is.
fn renamed(root: &Path, event: &Event) -> Option<Sight> {
    let is_folder = event.paths.get(1).is_none_or(|path| is_folder(path));
    if is_folder {
        return None;
    }
    inside(root, event).map(Sight::WasFile)
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

fn file(root: &Path, event: &Event, hint: Hint) -> Option<Sight> {
    let path = event.paths.first()?;
    if path == root {
        let is_gone = matches!(hint, Hint::Gone);
        return is_gone.then_some(Sight::Root);
    }
    Some(Sight::File(key::of(root, path).ok()?, hint))
}

fn folder(root: &Path, event: &Event) -> Option<Sight> {
    inside(root, event).map(Sight::Folder)
}

fn left(root: &Path, event: &Event) -> Option<Sight> {
    if event.paths.first().is_some_and(|path| path == root) {
        return Some(Sight::Root);
    }
    inside(root, event).map(Sight::Left)
}

fn inside(root: &Path, event: &Event) -> Option<Box<str>> {
    let key = key::of(root, event.paths.first()?).ok()?;
    Some(format!("{key}/").into())
}
