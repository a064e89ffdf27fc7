//! When a file is complete: once it has stood still. Pure; time and looks at the disk come from outside.
//!
//! What happens to a file begins its wait or prolongs it ([`Settling::hint`], [`Settling::suspect`]); [`Settling::due`] tells
//! which files are to be looked at, and [`Settling::looked`] takes what was seen and tells what is certain.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::stat::{Look, Stamp};
use crate::clock::Moment;

/// How long files have to stand still.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Patience {
    /// One that was closed after writing, or moved to its place. Also how long a file has to be gone.
    pub(super) closed: Duration,
    /// One about which nobody knows whether somebody writes to it.
    pub(super) unknown: Duration,
    /// One that somebody has written to and not closed, as far as is known.
    pub(super) open: Duration,
}

impl Patience {
    /// Long enough for programs that close a file and open it again at once, and longer than the clocks of file systems take
    /// from one time to the next: what is written later has another time.
    const SHORT: Duration = Duration::from_millis(50);

    /// What holds unless somebody says otherwise.
    pub(super) const DEFAULT: Self = Self {
        closed: Self::SHORT,
        unknown: Duration::from_secs(1),
        open: Duration::from_secs(10),
    };

    /// The same for all files.
    pub(super) fn of(settle: Duration) -> Self {
        Self {
            closed: settle,
            unknown: settle,
            open: settle,
        }
    }

    fn gone(&self) -> Duration {
        self.closed.min(Self::SHORT)
    }
}

/// What the system tells about a file while it happens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Hint {
    /// It is new.
    New,
    /// Its content has changed.
    Written,
    /// Its times or rights have changed.
    Described,
    /// It was closed after writing, or moved here.
    Closed,
    /// It was removed, or moved away.
    Gone,
}

/// Files that are not known to be complete.
#[derive(Debug)]
pub(super) struct Settling {
    patience: Patience,
    waiting: HashMap<Arc<str>, Waiting>,
    due: BTreeSet<(Moment, Arc<str>)>,
}

#[derive(Debug)]
struct Waiting {
    /// What was last seen; nothing if something has happened since then that was told.
    seen: Option<Look>,
    /// Since when nothing has changed.
    since: Moment,
    writer: Writer,
    /// Its place in the order.
    due: Moment,
}

/// Who may be writing to a file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Writer {
    /// Nobody for long.
    Never,
    /// Nobody any more.
    None,
    /// Nobody knows.
    Unknown,
    /// Whoever has made it, unless it was made complete.
    Maker,
    /// Somebody.
    Some,
}

/// How many files may wait at once: then scans pause, and of other files it is only remembered that there are some.
const MOST: usize = 16 * 1024;

impl Settling {
    pub(super) fn new(patience: Patience) -> Self {
        Self {
            patience,
            waiting: HashMap::new(),
            due: BTreeSet::new(),
        }
    }

    /// Takes in what happens to a file; tells whether there was room for it.
    pub(super) fn hint(&mut self, key: &str, hint: Hint, now: Moment) -> bool {
        let writer = self.waiting.get(key).map(|waiting| waiting.writer);
        let writer = match (hint, writer) {
            (Hint::New, _) => Writer::Maker,
            (Hint::Written, _) => Writer::Some,
            (Hint::Closed | Hint::Gone, _) => Writer::None,
            (Hint::Described, writer) => writer.unwrap_or(Writer::Unknown),
        };
        let waiting = Waiting {
            seen: None,
            since: now,
            writer,
            due: now.after(match hint {
                Hint::Gone => self.patience.gone(),
                _ => self.patience_for(writer),
            }),
        };
        self.put(key, waiting)
    }

    /// Takes in what a scan has found that is not known yet; tells whether there was room for it. What is `aged` has stood
    /// still for long.
    pub(super) fn suspect(&mut self, key: &str, look: Look, aged: bool, now: Moment) -> bool {
        if self.waiting.contains_key(key) {
            return true;
        }
        let wait = match look {
            _ if aged => Duration::ZERO,
            Look::File(_) => self.patience.unknown,
            Look::Absent | Look::Unknown => self.patience.gone(),
        };
        let waiting = Waiting {
            seen: Some(look),
            since: now,
            writer: if aged { Writer::Never } else { Writer::Unknown },
            due: now.after(wait),
        };
        self.put(key, waiting)
    }

    /// Has a file looked at again later, whatever is known about it.
    pub(super) fn again(&mut self, key: &str, at: Moment) {
        let waiting = Waiting {
            seen: None,
            since: at,
            writer: Writer::None,
            due: at,
        };
        self.put(key, waiting);
    }

    /// Tells whether a scan may bring more.
    pub(super) fn has_room(&self) -> bool {
        self.waiting.len() < MOST
    }

    /// Tells when the next file is to be looked at.
    pub(super) fn next(&self) -> Option<Moment> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Returns files that are to be looked at now, at most so many. Each has to come back to [`looked`](Self::looked).
    pub(super) fn due(&self, now: Moment, most: usize) -> Vec<Box<str>> {
        let due = self.due.iter().take_while(|(due, _)| *due <= now);
        due.take(most).map(|(_, key)| (**key).into()).collect()
    }

    /// Takes what was seen of a file, and returns it if it is certain: then nothing is known about the file any more.
    pub(super) fn looked(&mut self, key: &str, look: Look, now: Moment) -> Option<Look> {
        let (place, waiting) = self.waiting.remove_entry(key)?;
        self.due.remove(&(waiting.due, Arc::clone(&place)));
        if look == Look::Unknown {
            return None;
        }
        let has_changed = waiting.seen.is_some_and(|seen| seen != look);
        let (since, writer) = if has_changed {
            // somebody is at work without a word
            (now, waiting.writer.max(Writer::Unknown))
        } else {
            (waiting.since, waiting.writer)
        };
        let until = since.after(self.patience_with(writer, look));
        if until <= now {
            return Some(look);
        }
        let waiting = Waiting {
            seen: Some(look),
            since,
            writer,
            due: until,
        };
        self.due.insert((until, Arc::clone(&place)));
        self.waiting.insert(place, waiting);
        None
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.due.clear();
    }

    fn put(&mut self, key: &str, waiting: Waiting) -> bool {
        let place = match self.waiting.get_key_value(key) {
            // an entry that comes up too early is put back
            Some((place, old)) if old.due <= waiting.due => {
                let place = Arc::clone(place);
                let due = old.due;
                self.waiting.insert(place, Waiting { due, ..waiting });
                return true;
            }
            Some((place, old)) => {
                let place = Arc::clone(place);
                self.due.remove(&(old.due, Arc::clone(&place)));
                place
            }
            None if self.waiting.len() >= MOST + SPARE => return false,
            None => Arc::from(key),
        };
        self.due.insert((waiting.due, Arc::clone(&place)));
        self.waiting.insert(place, waiting);
        true
    }

    fn patience_for(&self, writer: Writer) -> Duration {
        match writer {
            Writer::Never => Duration::ZERO,
            Writer::None => self.patience.closed,
            Writer::Unknown | Writer::Maker => self.patience.unknown,
            Writer::Some => self.patience.open,
        }
    }

    fn patience_with(&self, writer: Writer, look: Look) -> Duration {
        match (writer, look) {
            (_, Look::Absent | Look::Unknown) => self.patience.gone(),
            // whoever has made it has still to write; a second name of a file has its content at once
            (Writer::Maker, Look::File(Stamp { size: 0, .. })) => self.patience.open,
            (writer, Look::File(_)) => self.patience_for(writer),
        }
    }
}

/// Room beyond the pause of scans, for what happens meanwhile.
const SPARE: usize = 4 * 1024;
