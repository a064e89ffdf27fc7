//! `FAAS_RECORD`, end to end: what the real binary writes on the host and under Lambda's Runtime API, and the same functions
//! in process that run it again.

mod host;
mod lambda;

use std::path::Path;

use faas_runtime_shim::record::{Recording, load};
use tempfile::TempDir;

/// A folder for recordings.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn text(&self) -> &str {
        self.path().to_str().unwrap()
    }

    /// What is in it now.
    fn recordings(&self) -> Vec<Recording> {
        let loaded = load(self.path()).unwrap();
        loaded
            .into_iter()
            .map(|loaded| *loaded.recording.unwrap())
            .collect()
    }

    /// How many recordings it has.
    fn finished(&self) -> usize {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        names
            .filter(|name| {
                let name = name.to_str().unwrap();
                name.ends_with(".json") && !name.starts_with('.')
            })
            .count()
    }

    /// All that stands in its files.
    fn all(&self) -> String {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let texts = entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
        texts.collect::<Vec<_>>().join("\n")
    }
}

/// The names of the functions, in the order in which they began.
fn functions(recordings: &[Recording]) -> Vec<&str> {
    let names = recordings.iter();
    names
        .map(|recording| recording.function.as_deref().unwrap_or("-"))
        .collect()
}
