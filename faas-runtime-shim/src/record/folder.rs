//! The folder that recordings go to: one file each, by a thread of its own.
//!
//! A thread, since a body may end where no async runtime is left to ask for a place for blocking work. Nothing waits for the
//! disk but who asks whether all is [written](super::Recorder::written).

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::UNIX_EPOCH;

use super::Recording;
use super::desk::Sink;
use super::settings::Settings;
use super::tape::Tape;

/// Hands recordings to the thread that writes them.
pub(super) struct Folder {
    sender: Option<Sender<Waiting>>,
    backlog: Arc<AtomicUsize>,
    complaint: Arc<Complaint>,
}

/// A recording on its way to the disk, with the size that it counts for.
type Waiting = (Box<Tape>, usize);

/// What waits for the disk may hold so many bytes; beyond them recordings are dropped, not the service.
const MAX_BACKLOG: usize = 64 * 1024 * 1024;

impl Folder {
    pub(super) fn open(path: &Path, settings: &Settings) -> Self {
        let (sender, receiver) = channel();
        let backlog = Arc::new(AtomicUsize::new(0));
        let complaint = Arc::new(Complaint::default());
        let writer = Writer {
            path: path.to_owned(),
            settings: settings.clone(),
            backlog: Arc::clone(&backlog),
            complaint: Arc::clone(&complaint),
        };
        let spawned = thread::Builder::new()
            .name("faas-record".to_owned())
            .spawn(move || writer.run(&receiver));
        let sender = match spawned {
            Ok(_) => Some(sender),
            Err(error) => {
                complaint.tell(path, &error.to_string());
                None
            }
        };
        Self {
            sender,
            backlog,
            complaint,
        }
    }
}

impl Sink for Folder {
    fn take(&self, tape: Box<Tape>) {
        let Some(sender) = &self.sender else {
            return;
        };
        let size = tape.size();
        if self
            .backlog
            .fetch_add(size, Ordering::Relaxed)
            .saturating_add(size)
            > MAX_BACKLOG
        {
            self.backlog.fetch_sub(size, Ordering::Relaxed);
            self.complaint.tell(
                Path::new("the folder"),
                "it takes them slower than invocations end",
            );
            return;
        }
        // the thread ends after this end of the channel
        let _ = sender.send((tape, size));
    }
}

/// The thread's side.
struct Writer {
    path: PathBuf,
    settings: Settings,
    backlog: Arc<AtomicUsize>,
    complaint: Arc<Complaint>,
}

impl Writer {
    fn run(&self, tapes: &Receiver<Waiting>) {
        while let Ok((tape, size)) = tapes.recv() {
            if let Err(error) = self.write(&tape) {
                self.complaint.tell(&self.path, &error.to_string());
            }
            self.backlog.fetch_sub(size, Ordering::Relaxed);
        }
    }

    fn write(&self, tape: &Tape) -> io::Result<()> {
        let recording = self.settings.form(tape);
        let mut text = serde_json::to_vec_pretty(&recording)?;
        text.push(b'\n');
        fs::create_dir_all(&self.path)?;
        let name = file_name(tape, &recording);
        // nobody takes it for a recording before it is whole
        let unfinished = self.path.join(format!(".{name}.{}", std::process::id()));
        let written = fs::File::create(&unfinished)
            .and_then(|mut file| file.write_all(&text))
            .and_then(|()| fs::rename(&unfinished, self.path.join(name)));
        if written.is_err() {
            // what is left of it must not fill the disk further
            let _ = fs::remove_file(&unfinished);
        }
        written
    }
}

/// Says once what is wrong: as many lines as invocations would help nobody.
#[derive(Debug, Default)]
struct Complaint(AtomicBool);

impl Complaint {
    fn tell(&self, path: &Path, why: &str) {
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::error!(
                "invocations are not recorded in `{}`: {why}; the functions go on, and this is said once",
                path.display()
            );
        }
    }
}

/// The name of a recording's file: by it they are in the order in which they began.
fn file_name(tape: &Tape, recording: &Recording) -> String {
    let since = tape.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!(
        "{:013}-{:06}-{}-{}.json",
        since.as_millis(),
        tape.number,
        of_path(&recording.facts.id, 64),
        of_path(recording.function.as_deref().unwrap_or("-"), 63),
    )
}

/// What of a text may be part of a file's name: an id may be whatever a peer likes.
fn of_path(text: &str, most: usize) -> String {
    let plain = |c: char| match c {
        _ if c.is_ascii_alphanumeric() => c,
        '-' | '_' => c,
        _ => '_',
    };
    text.chars().take(most).map(plain).collect()
}

#[cfg(test)]
mod tests {
    //! No text of a peer leaves its part of the name.

    use super::of_path;

    #[test]
    fn names_of_files_have_nothing_of_paths() {
        let check = |text: &str, name: &str| assert_eq!(of_path(text, 12), name);
        check("8476a536-e9f4", "8476a536-e9f");
        check("../../etc", "______etc");
        check("a/b\\c:d\0e", "a_b_c_d_e");
        check("é.json", "__json");
        check("", "");
    }
}
