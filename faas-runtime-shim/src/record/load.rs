//! Reads a folder of recordings.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::form::{Recording, Unusable, VERSION};

/// Why a folder of recordings cannot be read.
#[non_exhaustive]
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is none, or it cannot be read.
    #[error("the folder `{}` cannot be read: set `FAAS_RECORD` to it where the service runs", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// There is no recording in it.
    #[error("the folder `{}` has no recording: expected files that end with `.json`", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("the file `{}` cannot be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is no recording.
    #[error("the file `{}` is no recording: {why}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What was found.
        why: String,
    },
}

/// A file of a folder.
#[derive(Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// Its name.
    pub file: String,
    /// What is in it, or why this build cannot know.
    pub recording: Result<Box<Recording>, Unusable>,
}

/// Reads all recordings of a folder, in the order of their names, which is that of their begin.
///
/// # Errors
///
/// Fails for a folder that is not there or has no recording, and for a file that is none.
pub fn load(folder: &Path) -> Result<Vec<Loaded>, ReplayError> {
    let unreadable = |source| ReplayError::Folder {
        path: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        // what is being written begins with a dot
        if name.is_some_and(|name| name.ends_with(".json") && !name.starts_with('.')) {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(ReplayError::Empty {
            path: folder.to_owned(),
        });
    }
    paths.sort();
    paths.into_iter().map(file).collect()
}

fn file(path: PathBuf) -> Result<Loaded, ReplayError> {
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(source) => return Err(ReplayError::File { path, source }),
    };
    let name = path.file_name().and_then(|name| name.to_str());
    let file = name.unwrap_or_default().to_owned();
    match read(&text) {
        Ok(recording) => Ok(Loaded { file, recording }),
        Err(error) => Err(ReplayError::Form {
            path,
            why: error.to_string(),
        }),
    }
}

/// Reads a recording. Its version is looked at first: a later one may have any other members.
fn read(text: &[u8]) -> Result<Result<Box<Recording>, Unusable>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Version {
        faas_recording: u32,
    }
    let Version { faas_recording } = serde_json::from_slice(text)?;
    if faas_recording > VERSION {
        return Ok(Err(Unusable::Newer {
            version: faas_recording,
        }));
    }
    serde_json::from_slice(text).map(Ok)
}
