//! A look at the write-ahead log before it is used: SQLite takes whatever follows a damaged frame for never written, and
//! would forget confirmed commits without a word. Only the commits that were waited for count, which are told by a page that
//! they have all written: a loss of power may leave holes among the others.
//!
//! The format: [WAL-mode File Format](https://www.sqlite.org/walformat.html) and "The Write-Ahead Log" in
//! [Database File Format](https://www.sqlite.org/fileformat2.html#walformat).

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, TransactionBehavior};

use super::super::error::StoreError;
use super::beside;
use super::fault::fault;
use super::schema::{MARK, MARKED, PAGE};

/// Makes sure that no commit lies behind a frame that SQLite will not read.
pub(super) fn check(connection: &mut Connection, path: &Arc<Path>) -> Result<(), StoreError> {
    // who may write is the only one to add frames or to begin the log anew
    let _still = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|error| fault(path, error))?;
    let file = match File::open(beside(path, "-wal")) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let unread = unread_commits(BufReader::new(file)).map_err(|error| unreadable(path, &error))?;
    // one is what a loss of power leaves of a commit that nobody has been told of
    if unread < 2 {
        return Ok(());
    }
    Err(StoreError::Corrupt {
        path: Arc::clone(path),
        why: format!("{unread} commits lie behind a damaged place of its write-ahead log"),
    })
}

fn unreadable(path: &Arc<Path>, error: &io::Error) -> StoreError {
    StoreError::Io {
        path: Arc::clone(path),
        why: format!("its write-ahead log: {error}"),
    }
}

/// Counts the marked commits of the log's present round that lie behind its first damaged frame, or in which that is.
pub(super) fn unread_commits(mut log: impl Read) -> io::Result<u64> {
    let Some(header) = next::<HEADER>(&mut log)? else {
        return Ok(0);
    };
    let big_endian = word(&header, 0) & 1 == 1;
    let mut sum = Sum::default();
    sum.add(&header[..24], big_endian);
    let size = page_size(&header).filter(|_| word(&header, 0) & !1 == MAGIC);
    let size = size.filter(|_| sum.stands_in(&header, 24));
    let mut whole = size.is_some();
    let mut page = vec![0; size.unwrap_or(PAGE)];
    let mut round = whole.then(|| salts(&header, 16));
    let (mut unread, mut marked) = (0, false);
    while let Some(frame) = next::<FRAME>(&mut log)? {
        if !fill(&mut log, &mut page)? {
            break;
        }
        let belongs = salts(&frame, 8) == *round.get_or_insert_with(|| salts(&frame, 8));
        let was_whole = whole;
        if whole {
            sum.add(&frame[..8], big_endian);
            sum.add(&page, big_endian);
            whole = belongs && sum.stands_in(&frame, 16);
        }
        // what is damaged in the first damaged frame may be by what it belongs to this round
        let is_first_damaged = was_whole && !whole;
        if !belongs && !is_first_damaged {
            continue;
        }
        // so may be the number of its page
        marked |= word(&frame, 0) == MARKED || (is_first_damaged && page.ends_with(MARK));
        let ends_commit = word(&frame, 0) != 0 && word(&frame, 4) != 0;
        if ends_commit {
            unread += u64::from(marked && !whole);
            marked = false;
        }
    }
    Ok(unread)
}

/// Reads the size of a page; `None` for one that no database has, which nothing may be allocated for.
fn page_size(header: &[u8]) -> Option<usize> {
    let size = match word(header, 8) {
        1 => 65_536,
        size => size as usize,
    };
    (size.is_power_of_two() && (512..=65_536).contains(&size)).then_some(size)
}

/// The first word of the log, apart from its last bit, which tells the byte order of the checksums.
const MAGIC: u32 = 0x377f_0682;
/// The bytes before the first frame.
const HEADER: usize = 32;
/// The bytes before each page.
const FRAME: usize = 24;

/// The running checksum over the log.
#[derive(Clone, Copy, Debug, Default)]
struct Sum(u32, u32);

impl Sum {
    fn add(&mut self, bytes: &[u8], big_endian: bool) {
        let (words, _) = bytes.as_chunks::<4>();
        let read = |word: [u8; 4]| match big_endian {
            true => u32::from_be_bytes(word),
            false => u32::from_le_bytes(word),
        };
        let (pairs, _) = words.as_chunks::<2>();
        for &[one, other] in pairs {
            self.0 = self.0.wrapping_add(read(one)).wrapping_add(self.1);
            self.1 = self.1.wrapping_add(read(other)).wrapping_add(self.0);
        }
    }

    fn stands_in(self, bytes: &[u8], at: usize) -> bool {
        (word(bytes, at), word(bytes, at + 4)) == (self.0, self.1)
    }
}

fn salts(bytes: &[u8], at: usize) -> (u32, u32) {
    (word(bytes, at), word(bytes, at + 4))
}

/// Reads a big-endian number, as all of the format but the checksums' input.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .map_or(0, |word| u32::from_be_bytes(*word))
}

fn next<const N: usize>(log: &mut impl Read) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    Ok(fill(log, &mut bytes)?.then_some(bytes))
}

fn fill(log: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
