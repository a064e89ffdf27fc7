//! The law of the look at a write-ahead log, over any file: for the fuzzer.

use super::log::unread_commits;

/// A log of any bytes is read to its end, and no more commits are missed in it than it has room for.
///
/// # Panics
///
/// Panics where that does not hold.
pub fn fuzz_log(bytes: &[u8]) {
    // the header of a frame and its smallest page
    const FRAME: u64 = 24 + 512;

    let unread = unread_commits(bytes).expect("what is in memory can be read");
    assert!(unread <= bytes.len() as u64 / FRAME, "{unread}");
}
