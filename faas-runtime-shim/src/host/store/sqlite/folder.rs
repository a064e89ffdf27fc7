//! The folder that data lies in.

use std::fs::{DirBuilder, File, OpenOptions};
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
    let made: Vec<_> = folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.is_dir())
        .collect();
    builder.create(folder)?;
    // each is a line in the one above it
    made.into_iter().try_for_each(|folder| sync(above(folder)))
}

fn above(folder: &Path) -> &Path {
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes a file if there is none, for this user alone also where others may look into the folder.
pub(super) fn touch(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    keep_file_private(&mut options);
    options.open(file).map(drop)
}

#[cfg(unix)]
fn keep_file_private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt as _;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn keep_file_private(_: &mut OpenOptions) {}

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
