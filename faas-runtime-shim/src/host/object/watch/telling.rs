//! From files that are complete to events: each is compared with its marks, and every function that hears of it is told.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::marks::{Change, judge};
use super::super::stat::{Look, nanos};
use super::{AT_ONCE, PAUSE, Trouble, Work, blocking};
use crate::host::store::StoreError;
use crate::invocation::{ObjectEvent, ObjectKind};

impl Work {
    /// Looks at the files that may be complete, and tells what is certain.
    pub(super) async fn look(&mut self) {
        let keys = self.settling.due(self.now(), AT_ONCE);
        let Some(root) = self.root() else { return };
        if keys.is_empty() {
            return;
        }
        let asked = keys.clone();
        let Some(looked) = blocking(move || root.look(&asked)).await else {
            return;
        };
        let now = self.now();
        let mut certain = Vec::new();
        for (key, look) in keys.into_iter().zip(looked.looks) {
            if let Some(look) = self.settling.looked(&key, look, now) {
                certain.push((key, look));
            }
        }
        if !looked.is_there {
            return self.lose("it is not the folder any more that it was");
        }
        if certain.is_empty() {
            return;
        }
        if let Err(error) = self.tell(&certain).await {
            let again = self.now().after(PAUSE);
            for (key, _) in &certain {
                self.settling.again(key, again);
            }
            self.fail_store(&error);
        } else if self.trouble == Some(Trouble::Store) {
            self.recover();
        }
    }

    /// Compares with the marks what is certain, and tells the functions what is new.
    async fn tell(&mut self, certain: &[(Box<str>, Look)]) -> Result<(), StoreError> {
        let keys: Vec<_> = certain.iter().map(|(key, _)| key.clone()).collect();
        let marks = self.watch.marks.of(&keys).await?;
        let hears = Arc::clone(&self.watch.hears);
        let mut changes = Vec::new();
        for ((key, look), marks) in certain.iter().zip(marks) {
            for (function, mark) in marks.into_iter().enumerate() {
                let change = judge(&*hears, function, key, *look, mark);
                changes.extend(change.map(|change| self.with_event(change)));
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        let conflicts = self.watch.marks.write(changes).await?;
        let again = self.now().after(PAUSE);
        for key in conflicts {
            self.settling.again(&key, again);
        }
        Ok(())
    }

    fn with_event(&mut self, change: Change) -> (Change, Option<ObjectEvent>) {
        let wall = self.watch.clock.wall();
        let is_foreign = change.from.is_some_and(|mark| mark.version < self.since);
        let kind = change
            .kind
            .filter(|kind| *kind != ObjectKind::Removed || !is_foreign);
        let Some(kind) = kind else {
            return (change, None);
        };
        let modified = change.seen.map(|seen| moment(seen.modified));
        let event = ObjectEvent {
            bucket: self.watch.bucket.into(),
            key: change.key.to_string(),
            kind,
            size: change.seen.map(|seen| seen.size),
            version: None,
            etag: None,
            time: Some(modified.unwrap_or(wall)),
            sequencer: Some(self.sequencer(wall)),
            path: self.root().map(|root| root.path.join(&*change.key)),
        };
        (change, Some(event))
    }

    /// Returns a text that is greater than those before, across restarts too as long as the wall clock is not set back.
    fn sequencer(&mut self, wall: SystemTime) -> Box<str> {
        let time = u64::try_from(nanos(wall)).unwrap_or(0);
        self.sequencer = time.max(self.sequencer + 1);
        format!("{:016x}", self.sequencer).into()
    }
}

/// A moment that is told in nanoseconds of the Unix epoch.
fn moment(nanos: i64) -> SystemTime {
    let span = Duration::from_nanos(nanos.unsigned_abs());
    let moment = if nanos < 0 {
        UNIX_EPOCH.checked_sub(span)
    } else {
        UNIX_EPOCH.checked_add(span)
    };
    moment.unwrap_or(UNIX_EPOCH)
}
