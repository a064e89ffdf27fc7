//! Room that is kept back on the disk, so that a full disk does not keep the queues from running empty.
//!
//! Taking and settling messages writes too. When the disk is full a file of no meaning is removed; from then on nothing is
//! pushed until there is room for that file again.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::super::model::Millis;

/// The file, and whether it is there.
#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Kept,
    /// Given away, by this process or by one before it; or there never was that much.
    Spent {
        /// When it was last tried to keep it again.
        tried: Millis,
    },
}

impl Reserve {
    /// Keeps the room, if there is so much.
    pub(super) fn keep(path: PathBuf, now: Millis) -> Self {
        let state = State::after(keep(&path), now);
        Self { path, state }
    }

    /// Gives the room away. Tells whether there was any.
    pub(super) fn spend(&mut self, now: Millis) -> bool {
        match self.state {
            State::Kept => {
                self.state = State::Spent { tried: now };
                fs::remove_file(&self.path).is_ok()
            }
            State::Spent { .. } => false,
        }
    }

    /// Tells whether the room that is left is for what makes room. Now and then it is tried whether there is more again.
    pub(super) fn is_spent(&mut self, now: Millis) -> bool {
        if matches!(self.state, State::Kept) && !self.path.exists() {
            // another process has given it away
            self.state = State::Spent { tried: now };
        }
        if let State::Spent { tried } = self.state
            && now >= tried.saturating_add(PATIENCE)
        {
            self.state = State::after(keep(&self.path), now);
        }
        matches!(self.state, State::Spent { .. })
    }
}

impl State {
    fn after(kept: io::Result<()>, now: Millis) -> Self {
        match kept {
            Ok(()) => Self::Kept,
            Err(_) => Self::Spent { tried: now },
        }
    }
}

/// How long to wait before it is tried again to keep the room: meanwhile there would be even less of it.
const PATIENCE: u64 = 5000;

fn keep(path: &Path) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|file| file.len() >= SIZE as u64) {
        return Ok(());
    }
    let draft = path.with_extension("new");
    let kept = write(&draft).and_then(|()| fs::rename(&draft, path));
    if kept.is_err() {
        // a part of it helps nobody
        let _ = fs::remove_file(&draft);
    }
    kept
}

/// Twice what the log holds when it is emptied into the file: as much as that may need at the worst.
pub(super) const SIZE: usize = 16 * 1024 * 1024;

/// Bytes that no file system can store in less room than they have.
fn write(path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut block = Vec::with_capacity(BLOCK);
    for _ in 0..SIZE / BLOCK {
        block.clear();
        while block.len() < BLOCK {
            // Marsaglia, "Xorshift RNGs", 2003
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
    }
    file.sync_all()
}

const BLOCK: usize = 64 * 1024;
