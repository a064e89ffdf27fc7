//! What the file system tells about a path, as far as it matters here. Blocking.
//!
//! Links are never followed below the watched folder, and what is mounted inside it does not belong to it: when such a mount
//! goes away, its files only seem to be gone.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::device;

/// How a file stood when it was looked at. A file that is written to gets another one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    /// When its content was written, in nanoseconds of the Unix epoch.
    pub(super) modified: i64,
    /// When anything about it was changed; nobody can set this time back.
    pub(super) changed: i64,
    /// Which file it is, whatever it is called.
    pub(super) inode: u64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().map_or(0, nanos);
        let (changed, inode) = device::change(metadata);
        Self {
            size: metadata.len(),
            modified,
            changed: changed.unwrap_or(modified),
            inode,
        }
    }
}

/// A moment in nanoseconds of the Unix epoch.
pub(super) fn nanos(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

/// What is at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Look {
    /// A file.
    File(Stamp),
    /// No file: nothing, or a folder or a link.
    Absent,
    /// Nobody can tell, so nothing follows from it.
    Unknown,
}

/// A watched folder that was there when it was opened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Root {
    /// As somebody has named it.
    named: PathBuf,
    /// Absolute, and without links.
    pub(super) path: PathBuf,
    /// The file system that it is on.
    pub(super) device: u64,
    inode: u64,
    /// Whether it is the top of that file system.
    pub(super) is_mount: bool,
}

impl Root {
    /// Finds the folder.
    pub(super) fn open(named: &Path) -> io::Result<Self> {
        let path = fs::canonicalize(named)?;
        let metadata = fs::metadata(&path)?;
        // fails for what is no folder, or not to be read
        fs::read_dir(&path)?;
        let (device, inode) = device::identity(&metadata);
        let above = path.parent().map(fs::metadata).transpose()?;
        let is_mount = above.is_some_and(|above| device::identity(&above).0 != device);
        Ok(Self {
            named: named.to_owned(),
            path,
            device,
            inode,
            is_mount,
        })
    }

    /// Tells whether it is still the same folder.
    pub(super) fn is_there(&self) -> bool {
        Self::open(&self.named).is_ok_and(|now| now == *self)
    }

    /// Tells whether there is nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_none())
    }

    /// Looks at several keys. If the folder itself is gone, nobody knows about what is missing in it.
    pub(super) fn look(&self, keys: &[Box<str>]) -> Looked {
        let mut looks: Vec<_> = keys.iter().map(|key| self.look_at(key)).collect();
        let is_there = !looks.iter().any(|look| *look != known(*look)) || self.is_there();
        if !is_there {
            for look in &mut looks {
                *look = known(*look);
            }
        }
        Looked { looks, is_there }
    }

    fn look_at(&self, key: &str) -> Look {
        let mut path = self.path.clone();
        let mut parts = key.split('/').peekable();
        while let Some(part) = parts.next() {
            path.push(part);
            let metadata = match fs::symlink_metadata(&path) {
                Ok(metadata) => metadata,
                Err(error) => return without(&error),
            };
            if parts.peek().is_none() {
                return if metadata.is_file() {
                    Look::File(Stamp::of(&metadata))
                } else {
                    Look::Absent
                };
            }
            if !metadata.is_dir() {
                return Look::Absent;
            }
            if !self.holds(&metadata) {
                return Look::Unknown;
            }
        }
        Look::Absent
    }

    /// Tells whether a folder inside is on the same file system. Files may tell another one where file systems are laid over
    /// each other.
    pub(super) fn holds(&self, folder: &Metadata) -> bool {
        device::identity(folder).0 == self.device
    }
}

/// What was seen of several keys.
#[derive(Debug)]
pub(super) struct Looked {
    /// In the order of the keys.
    pub(super) looks: Vec<Look>,
    /// Whether the folder itself is still the same.
    pub(super) is_there: bool,
}

/// What is left of a look if the folder is gone.
fn known(look: Look) -> Look {
    match look {
        Look::Absent => Look::Unknown,
        look => look,
    }
}

fn without(error: &io::Error) -> Look {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Look::Absent,
        _ => Look::Unknown,
    }
}
