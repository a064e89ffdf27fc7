//! Watched folders, where the host's objects come from.
//!
//! A folder stands for a bucket. What has happened in it is found by comparing it with marks in the store, so nothing is
//! missed that happened while nobody watched; what the operating system tells only says where to look at once. Events are
//! messages of the channel `object:<function>`. Begin with [`buckets`]; a [`Watch`] is one folder at work, and `settle` decides
//! when a file is complete.

mod device;
mod eyes;
mod feed;
mod folder;
mod key;
mod marks;
mod scan;
mod settle;
mod stat;
#[cfg(test)]
mod tests;
mod walk;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch::Receiver;

pub(crate) use self::feed::{CHANNEL, channel};
use self::folder::{Folder, Place};
use self::marks::{Hears, Marks};
use self::watch::Watch;
use super::embedded::consumer::Pulse;
use super::store::Store;
use crate::application::Application;
use crate::function::Trigger;
use crate::invocation::{ObjectEvent, ObjectKind};
use crate::startup::{StartError, StartErrors};

/// A bucket whose objects are files of this machine.
pub(crate) struct Bucket {
    name: &'static str,
    folder: Folder,
    /// The functions that hear of it.
    functions: Vec<&'static str>,
}

/// Returns the buckets that an application's functions hear of; `data` is the folder for everything that outlives the process.
///
/// # Errors
///
/// A binding is wrong.
pub(crate) fn buckets(application: &Application, data: &Path) -> Result<Vec<Bucket>, StartErrors> {
    let mut names: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for state in application.functions() {
        let function = state.function();
        if let Trigger::Object { spec, .. } = &function.trigger {
            let name = function.origin.name;
            match names.iter_mut().find(|(bucket, _)| *bucket == spec.bucket) {
                Some((_, functions)) => functions.push(name),
                None => names.push((spec.bucket, vec![name])),
            }
        }
    }
    let mut buckets = Vec::new();
    let mut errors = Vec::new();
    for (name, functions) in names {
        match folder(application, name, data) {
            Ok(None) => {}
            Ok(Some(folder)) => buckets.push(Bucket {
                name,
                folder,
                functions,
            }),
            Err(error) => errors.push(error),
        }
    }
    StartErrors::check(errors, buckets)
}

fn folder(
    application: &Application,
    bucket: &str,
    data: &Path,
) -> Result<Option<Folder>, StartError> {
    match Folder::read(application.configuration(), bucket, data)? {
        Place::Elsewhere(scheme) => {
            tracing::warn!(
                bucket,
                "nothing here watches `{scheme}:` addresses: events of this bucket have to be brought here; or set `objects.{bucket}.url` to a folder, such as `file:///var/{bucket}`"
            );
            Ok(None)
        }
        Place::Here(folder) if holds(&folder.path, data) => {
            let (path, data) = (folder.path.display(), data.display());
            Err(StartError::configuration(format!(
                "`objects.{bucket}.url`: the folder `{path}` holds `{data}`, where the host writes; choose another folder, or another one for `FAAS_DATA`"
            )))
        }
        Place::Here(folder) => Ok(Some(folder)),
    }
}

impl Bucket {
    /// Tells the functions what happens in the folder, until it is told to stop.
    pub(crate) fn watch(
        self,
        application: &Application,
        store: Store,
        pulse: Arc<Pulse>,
        stop: Receiver<bool>,
    ) -> impl Future<Output = ()> + Send + use<> {
        let watch = Watch {
            bucket: self.name,
            marks: Marks::new(store, self.name, &self.functions),
            hears: self.hears(application),
            folder: self.folder,
            clock: application.shared_clock(),
            pulse,
            stop,
        };
        watch.run()
    }

    /// Returns what finds the function of an event among those of the bucket.
    fn hears(&self, application: &Application) -> Arc<Hears> {
        let index = |name: &&str| application.by_name(name);
        let functions: Vec<_> = self.functions.iter().map(index).collect();
        let (bucket, application) = (self.name, application.clone());
        Arc::new(move |key: &str, kind: ObjectKind| {
            let event = ObjectEvent {
                bucket: bucket.into(),
                key: key.into(),
                kind,
                size: None,
                version: None,
                etag: None,
                time: None,
                sequencer: None,
                path: None,
            };
            let heard = application.hears_of(&event)?;
            functions.iter().position(|index| *index == Some(heard))
        })
    }
}

/// Tells whether whatever is written to `data` would be seen in a folder.
fn holds(folder: &Path, data: &Path) -> bool {
    let absolute = |path: &Path| -> Option<PathBuf> {
        std::fs::canonicalize(path)
            .or_else(|_| std::path::absolute(path))
            .ok()
    };
    let (Some(folder), Some(data)) = (absolute(folder), absolute(data)) else {
        return false;
    };
    match data.strip_prefix(&folder) {
        Ok(inside) => !inside
            .components()
            .any(|part| key::is_hidden(part.as_os_str().as_encoded_bytes())),
        Err(_) => false,
    }
}
