//! What a build script tells Cargo, and what it writes: the only file that reads the environment.

use std::path::{Path, PathBuf};

use crate::error::Mistake;

/// Where Cargo wants generated files.
pub(crate) fn directory() -> Result<PathBuf, Mistake> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place that asks Cargo's environment"
    )]
    let found = std::env::var_os("OUT_DIR");
    found.map(PathBuf::from).ok_or_else(|| {
        Mistake::new("the environment variable `OUT_DIR` is not set")
            .help("call this in a build script, or say where to write with `out_dir`")
    })
}

/// Has Cargo run the build script again when the file changes.
pub(crate) fn rerun_if_changed(path: &Path) {
    #[expect(
        clippy::print_stdout,
        reason = "build scripts speak to Cargo on stdout"
    )]
    {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}

/// Writes a file, unless it is there with these bytes already: a newer time stamp would compile the user's crate again.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Mistake> {
    if std::fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(());
    }
    std::fs::write(path, bytes)
        .map_err(|e| Mistake::new(format!("cannot write `{}`: {e}", path.display())))
}

/// A folder for files on their way, empty to begin with, gone when dropped.
pub(crate) struct Workshop {
    pub(crate) path: PathBuf,
}

impl Workshop {
    pub(crate) fn new(parent: &Path, name: &str) -> Result<Self, Mistake> {
        let path = parent.join(name);
        let cannot = |e| Mistake::new(format!("cannot create `{}`: {e}", path.display()));
        match std::fs::remove_dir_all(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(cannot(e)),
            Ok(()) | Err(_) => {}
        }
        std::fs::create_dir_all(&path).map_err(cannot)?;
        Ok(Workshop { path })
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // What stays behind is cleared by the next run.
        drop(std::fs::remove_dir_all(&self.path));
    }
}

/// Runs a code generator that may panic, and turns the panic into a mistake with its text.
pub(crate) fn guarded<T>(generator: &str, run: impl FnOnce() -> T) -> Result<T, Mistake> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).map_err(|payload| {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no text");
        Mistake::new(format!("{generator} cannot make code of this: {text}"))
    })
}
