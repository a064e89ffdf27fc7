//! Walks through a folder in the order of keys. Blocking.
//!
//! It has the names of one folder and of those above it in memory, not those of all: the order is that of the marks in the
//! store, so both can be compared as they come.

use std::fs;
use std::io::{self, ErrorKind};
use std::vec::IntoIter;

use super::key;
use super::stat::{Root, Stamp};

/// A file that was found.
pub(super) type Found = (Box<str>, Stamp);

/// What could not be walked through, in words.
#[derive(Debug, Default, Eq, PartialEq)]
pub(super) struct Skipped(Vec<String>);

impl Skipped {
    fn add(&mut self, what: impl FnOnce() -> String) {
        if self.0.len() < MOST_SKIPPED {
            self.0.push(what());
        }
    }

    pub(super) fn into_texts(self) -> Vec<String> {
        self.0
    }
}

/// How much of it is told.
const MOST_SKIPPED: usize = 64;

/// How many files are handed over at once.
const PAGE: usize = 256;

/// Hands over the files whose keys begin with `prefix`, which is empty or ends with a `/`; stops when they are refused.
pub(super) fn walk(root: &Root, prefix: &str, mut take: impl FnMut(Vec<Found>) -> bool) -> Skipped {
    let mut skipped = Skipped::default();
    let mut page = Vec::with_capacity(PAGE);
    let mut levels: Vec<Level> = Vec::new();
    levels.extend(Level::open(root, prefix.into(), &mut skipped));
    while let Some(level) = levels.last_mut() {
        let Some(entry) = level.entries.next() else {
            levels.pop();
            continue;
        };
        let key = format!("{}{}", level.prefix, entry.name);
        if entry.is_folder {
            levels.extend(Level::open(root, key, &mut skipped));
            continue;
        }
        match fs::symlink_metadata(root.path.join(&key)) {
            Ok(metadata) if metadata.is_file() => page.push((key.into(), Stamp::of(&metadata))),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => skipped.add(|| format!("`{key}` cannot be looked at: {error}")),
        }
        if page.len() >= PAGE && !take(std::mem::replace(&mut page, Vec::with_capacity(PAGE))) {
            return skipped;
        }
    }
    if !page.is_empty() {
        take(page);
    }
    skipped
}

/// A folder that is walked through.
struct Level {
    /// What the keys in it begin with.
    prefix: String,
    entries: IntoIter<Entry>,
}

struct Entry {
    /// Of a folder with a `/` at its end, by which it is in its place among its neighbours.
    name: String,
    is_folder: bool,
}

impl Level {
    fn open(root: &Root, prefix: String, skipped: &mut Skipped) -> Option<Self> {
        match Self::read(root, &prefix, skipped) {
            Ok(entries) => Some(Self {
                prefix,
                entries: entries.into_iter(),
            }),
            // it has gone meanwhile
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                None
            }
            Err(error) => {
                skipped.add(|| format!("the folder `{prefix}` cannot be read: {error}"));
                None
            }
        }
    }

    fn read(root: &Root, prefix: &str, skipped: &mut Skipped) -> io::Result<Vec<Entry>> {
        let path = root.path.join(prefix.trim_end_matches('/'));
        if !prefix.is_empty() {
            let metadata = fs::symlink_metadata(&path)?;
            if !metadata.is_dir() {
                return Err(ErrorKind::NotADirectory.into());
            }
            if !root.holds(&metadata) {
                skipped.add(|| {
                    format!(
                        "the folder `{prefix}` is another file system: give it a bucket of its own"
                    )
                });
                return Ok(Vec::new());
            }
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name();
            if key::is_hidden(name.as_encoded_bytes()) {
                continue;
            }
            let Ok(mut name) = name.into_string() else {
                skipped
                    .add(|| format!("a name in `{prefix}` is not UTF-8: {:?}", entry.file_name()));
                continue;
            };
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if prefix.len() + name.len() > key::LONGEST {
                skipped
                    .add(|| format!("a key in `{prefix}` is longer than {} bytes", key::LONGEST));
                continue;
            }
            if kind.is_dir() {
                name.push('/');
            } else if !kind.is_file() {
                continue;
            }
            entries.push(Entry {
                is_folder: kind.is_dir(),
                name,
            });
        }
        entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    //! Order, and what is left out.

    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    use super::*;

    fn keys(folder: &Path, prefix: &str) -> (Vec<String>, Vec<String>) {
        let root = Root::open(folder).unwrap();
        let mut keys = Vec::new();
        let skipped = walk(&root, prefix, |page| {
            keys.extend(page.into_iter().map(|(key, _)| String::from(key)));
            true
        });
        (keys, skipped.into_texts())
    }

    fn write(folder: &Path, key: impl AsRef<Path>) {
        let path = folder.join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }

    #[test]
    fn files_come_in_the_order_of_their_keys() {
        let folder = tempfile::tempdir().unwrap();
        let mut expected = vec!["a-b", "a.csv", "a/b", "a/b.c/d", "a/b/c", "a0", "b", "ä"];
        expected.retain(|key| *key != "a/b");
        for key in &expected {
            write(folder.path(), key);
        }
        let (found, skipped) = keys(folder.path(), "");
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert!(skipped.is_empty());
        assert_eq!(keys(folder.path(), "a/").0, ["a/b.c/d", "a/b/c"]);
        assert_eq!(keys(folder.path(), "gone/"), (vec![], vec![]));
        assert_eq!(keys(folder.path(), "b/"), (vec![], vec![]));
    }

    #[test]
    fn hidden_files_links_and_odd_names_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        write(outside.path(), "secret");
        write(folder.path(), "seen");
        write(folder.path(), ".hidden");
        write(folder.path(), ".git/config");
        write(folder.path(), OsStr::from_bytes(b"odd\xff"));
        symlink(outside.path(), folder.path().join("out")).unwrap();
        symlink(outside.path().join("secret"), folder.path().join("link")).unwrap();
        symlink("seen", folder.path().join("same")).unwrap();
        let (found, skipped) = keys(folder.path(), "");
        assert_eq!(found, ["seen"]);
        assert_eq!(skipped.len(), 1);
        assert!(skipped[0].contains(r"odd\xFF"), "{skipped:?}");
        assert_eq!(keys(folder.path(), "out/").0, [""; 0]);
    }

    #[test]
    fn pages_are_bounded_and_can_be_refused() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..PAGE * 2 + 1 {
            write(folder.path(), format!("{number}"));
        }
        let root = Root::open(folder.path()).unwrap();
        let mut sizes = Vec::new();
        walk(&root, "", |page| {
            sizes.push(page.len());
            true
        });
        assert_eq!(sizes, [PAGE, PAGE, 1]);
        let mut pages = 0;
        walk(&root, "", |_| {
            pages += 1;
            false
        });
        assert_eq!(pages, 1);
    }
}
