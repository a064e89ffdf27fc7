//! As Unix tells it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// Returns the file system and the number of a file in it.
pub(in super::super) fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Returns when anything about the file was changed, in nanoseconds of the Unix epoch, and its number.
pub(in super::super) fn change(metadata: &Metadata) -> (Option<i64>, u64) {
    let seconds = metadata.ctime().saturating_mul(1_000_000_000);
    (
        Some(seconds.saturating_add(metadata.ctime_nsec())),
        metadata.ino(),
    )
}
