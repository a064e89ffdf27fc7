//! Which processes have the store open: each holds a lock on a file of its own, which the system takes away when it ends.
//!
//! So what a killed process had claimed is given back by the next one that opens the store, at once instead of when the
//! leases run out. Where the file system has no locks everybody counts as alive, and the leases run out.

use std::fs::{self, File};
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use super::super::model::OwnerId;

/// This process, as long as it has the store open.
#[derive(Debug)]
pub(super) struct Owner {
    id: OwnerId,
    /// Holds the lock. The file stays behind, so that the next process also gives back what we have left unsettled.
    _file: File,
}

impl Owner {
    /// Registers this process, and returns beside it those that are gone.
    pub(super) fn register(folder: &Path) -> io::Result<(Self, Vec<Former>)> {
        fs::create_dir_all(folder)?;
        let id = OwnerId((RandomState::new().hash_one(std::process::id()) >> 1).cast_signed());
        // it gets its name when it is locked, so that nobody takes it for one of the gone
        let (draft, path) = (
            folder.join(format!("{:016x}.new", id.0)),
            folder.join(format!("{:016x}", id.0)),
        );
        let file = File::create_new(&draft)?;
        // without locks nobody can tell that we live, nor that others do not
        let locks = file.try_lock().is_ok();
        fs::rename(&draft, &path)?;
        let gone = if locks { gone(folder)? } else { Vec::new() };
        Ok((Self { id, _file: file }, gone))
    }

    pub(super) fn id(&self) -> OwnerId {
        self.id
    }
}

/// A process that is gone.
#[derive(Debug)]
pub(super) struct Former {
    id: OwnerId,
    path: PathBuf,
    /// Held so that of two processes only one deals with it.
    _file: File,
}

impl Former {
    pub(super) fn id(&self) -> OwnerId {
        self.id
    }

    /// Removes what is left of it.
    pub(super) fn forget(self) {
        // it would be found again, with nothing to give back
        let _ = fs::remove_file(&self.path);
    }
}

fn gone(folder: &Path) -> io::Result<Vec<Former>> {
    let mut gone = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(id) = path
            .file_name()
            .and_then(|name| i64::from_str_radix(name.to_str()?, 16).ok())
        else {
            continue;
        };
        // it may be gone by now, by its own hand
        let Ok(file) = File::open(&path) else {
            continue;
        };
        if file.try_lock().is_ok() {
            gone.push(Former {
                id: OwnerId(id),
                path,
                _file: file,
            });
        }
    }
    Ok(gone)
}
