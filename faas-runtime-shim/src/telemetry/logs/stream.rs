//! Where lines go: stdout, stderr, or a test's own list.
//!
//! A line is handed over whole, in one write, so lines of different threads never mix. A reader that has gone is no reason
//! to fail an invocation: what cannot be written is dropped. Start at [`write_line`].

use std::cell::RefCell;
use std::io::{self, Write};
#[cfg(test)]
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::current;

/// A stream of the process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
    /// Only captures hear it: under a test, which has no log.
    Nowhere,
}

/// Writes one line, its `\n` included, or hands it to a capture: the one that this thread has entered, else that of the
/// application whose invocation it serves.
pub(crate) fn write_line(stream: Stream, line: &str) {
    let captured = ENTERED
        .try_with(|entered| entered.borrow().clone())
        .ok()
        .flatten()
        .or_else(|| current::with(|context| context?.application().captured().cloned()));
    match (captured, stream) {
        (Some(captured), _) => captured.push(line),
        (None, Stream::Stdout) => put(&mut io::stdout().lock(), line),
        (None, Stream::Nowhere) => {}
        (None, Stream::Stderr) => put(&mut io::stderr().lock(), line),
    }
}

// Stdout's buffer lets a text that ends in `\n` through in one piece, behind what `print!` has left there.
fn put(stream: &mut impl Write, line: &str) {
    let _ = stream.write_all(line.as_bytes());
}

/// Lines kept for a test instead of being written. A clone is the same list.
#[derive(Clone, Debug, Default)]
pub struct Captured(Arc<Mutex<Vec<String>>>);

impl Captured {
    /// Makes this list the place for the lines of the current thread, until the guard is dropped. Whoever moves work to
    /// other threads enters there as well; the lines of a thread that has not entered are never here.
    #[cfg(test)]
    pub(crate) fn enter(&self) -> Entered {
        let before = ENTERED
            .try_with(|entered| entered.replace(Some(self.clone())))
            .ok()
            .flatten();
        Entered {
            before,
            stays_on_its_thread: PhantomData,
        }
    }

    /// Takes the lines that came so far, without their `\n`.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lines())
    }

    fn push(&self, line: &str) {
        self.lines()
            .push(line.strip_suffix('\n').unwrap_or(line).to_owned());
    }

    fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it lives, the lines of its thread are captured.
#[cfg(test)]
#[derive(Debug)]
#[must_use = "dropping it ends the capture"]
pub(crate) struct Entered {
    before: Option<Captured>,
    stays_on_its_thread: PhantomData<*const ()>,
}

#[cfg(test)]
impl Drop for Entered {
    fn drop(&mut self) {
        let _ = ENTERED.try_with(|entered| entered.replace(self.before.take()));
    }
}

thread_local! {
    static ENTERED: RefCell<Option<Captured>> = const { RefCell::new(None) };
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};
    use std::thread;

    use super::*;

    #[test]
    fn captures_nest_and_end_with_their_guard() {
        let (outer, inner) = (Captured::default(), Captured::default());
        let in_outer = outer.enter();
        write_line(Stream::Stdout, "one\n");
        let in_inner = inner.enter();
        write_line(Stream::Stderr, "two\n");
        drop(in_inner);
        write_line(Stream::Stdout, "three\n");
        drop(in_outer);
        assert_eq!(outer.take(), ["one", "three"]);
        assert_eq!(inner.take(), ["two"]);
        assert_eq!(outer.take(), [""; 0]);
    }

    #[test]
    fn each_thread_has_its_own_capture() {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                thread::spawn(move || {
                    let captured = Captured::default();
                    let _entered = captured.enter();
                    (0..100).for_each(|line| write_line(Stream::Stdout, &format!("{n} {line}\n")));
                    captured.take()
                        == (0..100)
                            .map(|line| format!("{n} {line}"))
                            .collect::<Vec<_>>()
                })
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
    }

    // A pipe takes up to 4,096 bytes at once or not at all: lines stay whole only if each is one write.
    #[test]
    fn lines_of_many_threads_stay_whole() {
        let (reader, writer) = io::pipe().unwrap();
        let threads: Vec<_> = (0..8)
            .map(|n: usize| {
                let mut writer = writer.try_clone().unwrap();
                let line = format!("{}\n", n.to_string().repeat(100 * n + 1));
                thread::spawn(move || (0..200).for_each(|_| put(&mut writer, &line)))
            })
            .collect();
        drop(writer);
        let mut count = 0;
        for line in BufReader::new(reader).lines().map(Result::unwrap) {
            let n = line[..1].parse::<usize>().unwrap();
            assert_eq!(line, n.to_string().repeat(100 * n + 1));
            count += 1;
        }
        assert_eq!(count, 8 * 200);
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    }

    #[test]
    fn a_closed_stream_is_no_failure() {
        let (reader, mut writer) = io::pipe().unwrap();
        drop(reader);
        assert_eq!(
            writer.write(b"x").unwrap_err().kind(),
            io::ErrorKind::BrokenPipe
        );
        put(&mut writer, "nobody reads this\n");
        put(&mut writer, "nor this\n");
    }
}
