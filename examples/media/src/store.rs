//! A folder as a store of objects.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, IntoInnerError, Write};
use std::path::{Component, Path, PathBuf};

use faas::Error;

/// The folder that a bucket stands for. No key leads out of it.
#[derive(Debug)]
pub(crate) struct Store {
    root: PathBuf,
}

impl Store {
    pub(crate) fn at(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Opens an object; one that is not there may be there the next time.
    pub(crate) fn open(&self, key: &str) -> Result<BufReader<File>, Error> {
        let file = File::open(self.path(key)?);
        let file = file.map_err(|error| Error::retry(format!("cannot open `{key}`: {error}")))?;
        Ok(BufReader::new(file))
    }

    pub(crate) fn holds(&self, key: &str) -> Result<bool, Error> {
        Ok(self.path(key)?.try_exists()?)
    }

    /// Writes an object in one step: who reads it meanwhile sees the old one or the new one, whole.
    pub(crate) fn replace(
        &self,
        key: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Error> {
        let path = self.path(key)?;
        let folder = path.parent().unwrap_or(&self.root);
        // a name of its own, so that two writers are not in each other's way; the permissions that any file gets
        let unfinished = tempfile::Builder::new().make_in(folder, |path| File::create_new(path))?;
        let mut file = BufWriter::new(unfinished);
        write(&mut file)?;
        let finished = file.into_inner().map_err(IntoInnerError::into_error)?;
        finished.persist(path)?;
        Ok(())
    }

    /// Removes an object; one that is gone already is fine.
    pub(crate) fn remove(&self, key: &str) -> Result<(), Error> {
        match fs::remove_file(self.path(key)?) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            done => Ok(done?),
        }
    }

    fn path(&self, key: &str) -> Result<PathBuf, Error> {
        let path = Path::new(key);
        let is_inside = |part| matches!(part, Component::Normal(_));
        if key.is_empty() || !path.components().all(is_inside) {
            return Err(Error::reject(format!(
                "the key `{key}` leads out of the store"
            )));
        }
        Ok(self.root.join(path))
    }
}

#[cfg(test)]
mod tests {
    //! What is inside and what is not.

    use super::*;

    #[test]
    fn no_key_leads_out() {
        let store = Store::at(Path::new("store"));
        for key in ["", ".", "..", "../a", "a/../../b", "/etc/passwd", "./a"] {
            let error = store.open(key).unwrap_err();
            assert_eq!(error.kind(), faas::ErrorKind::Reject, "{key}");
        }
        assert_eq!(store.path("in/a..b").unwrap(), Path::new("store/in/a..b"));
    }

    #[test]
    fn an_object_is_replaced_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::at(root.path());
        store.replace("a", |file| file.write_all(b"old")).unwrap();
        let broken = store.replace("a", |file| {
            file.write_all(b"ne")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert!(broken.is_err());
        assert_eq!(fs::read(root.path().join("a")).unwrap(), b"old");
        let left = fs::read_dir(root.path()).unwrap().count();
        assert_eq!(left, 1, "nothing half written stays");
        store.remove("a").unwrap();
        store.remove("a").unwrap();
        assert!(!store.holds("a").unwrap());
    }
}
