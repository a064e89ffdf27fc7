//! The folder that data lies in.

use std::fs::{DirBuilder, File};
use std::io;
use std::path::Path;

/// Makes the folder if there is none, for this user alone: messages are nobody else's business. When it returns, the folder
/// is there also after a loss of power.
pub(super) fn create(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    keep_private(&mut builder);
    builder.create(folder)?;
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    sync(parent)
}

#[cfg(unix)]
fn keep_private(builder: &mut DirBuilder) {
    use std::os::unix::fs::DirBuilderExt as _;
    builder.mode(0o700);
}

#[cfg(not(unix))]
fn keep_private(_: &mut DirBuilder) {}

#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}
