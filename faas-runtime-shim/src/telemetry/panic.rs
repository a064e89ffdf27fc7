//! Panics as log lines: one each, where std's own hook prints several and knows of no invocation.
//!
//! Catching a panic and answering for it is the door's work; this only tells, and keeps the place for whoever catches. The line goes through `tracing`, so it has the
//! look, the place and the invocation's fields of all others, also in an application with a subscriber of its own. Start at
//! [`install`].

use std::any::Any;
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::fmt::Write as _;
use std::panic::{self, Location, PanicHookInfo};
use std::sync::Once;

use tracing::subscriber::NoSubscriber;

use super::logs::{self, Stream};
use crate::invocation::Place;

/// Puts our hook in the place of the one that is set, once for the process. With `backtrace` (the platform's environment
/// asks for it by `RUST_BACKTRACE`) each line carries one.
pub(crate) fn install(backtrace: bool) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| panic::set_hook(Box::new(move |panic| tell(panic, backtrace))));
}

/// Runs work whose panic is expected and answered for: no line is written for it.
pub(crate) fn quietly<R>(work: impl FnOnce() -> R) -> R {
    let before = QUIET.replace(true);
    let done = work();
    QUIET.set(before);
    done
}

/// Takes where the panic happened that this thread has just caught, if our hook was there to see it.
pub(crate) fn place() -> Option<Place> {
    PLACE.try_with(Cell::take).ok().flatten()
}

/// Lets a panic that was caught elsewhere go on here, with its place.
pub(crate) fn resume(panic: Box<dyn Any + Send>, place: Option<Place>) -> ! {
    let _ = PLACE.try_with(|kept| kept.set(place));
    panic::resume_unwind(panic)
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static PLACE: Cell<Option<Place>> = const { Cell::new(None) };
}

fn tell(panic: &PanicHookInfo<'_>, backtrace: bool) {
    let place = panic.location().map(of_location);
    let _ = PLACE.try_with(|kept| kept.set(place));
    if QUIET.get() {
        return;
    }
    let message = panic.payload_as_str().unwrap_or("a value that is no text");
    let location = panic.location().map(|location| location.to_string());
    let location = location.as_deref().unwrap_or("an unknown place");
    let backtrace = backtrace.then(Backtrace::force_capture);
    let heard = tracing::dispatcher::get_default(|subscriber| !subscriber.is::<NoSubscriber>());
    match heard {
        true => tracing::error!(
            target: "faas::panic",
            location,
            backtrace = backtrace.as_ref().map(tracing::field::display),
            "panicked: {message}"
        ),
        false => logs::write_line(
            Stream::Stderr,
            &unheard(message, location, backtrace.as_ref()),
        ),
    }
}

fn of_location(location: &Location<'_>) -> Place {
    Place::new(location.file(), location.line())
}

/// The line while there is no subscriber: before the start, after the end of a thread, or inside another line.
fn unheard(message: &str, location: &str, backtrace: Option<&Backtrace>) -> String {
    let mut line = String::from("ERROR faas::panic: panicked: ");
    logs::escape(&message, &mut line);
    let _ = write!(line, " location={location}");
    if let Some(backtrace) = backtrace {
        line.push_str(" backtrace=");
        logs::escape(backtrace, &mut line);
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use std::panic::{catch_unwind, panic_any};
    use std::sync::{Mutex, PoisonError};

    use super::super::logs::{Captured, Format, Names, tests::lines};
    use super::*;

    /// Runs `work`, which panics, with our hook in place of the test harness's.
    #[track_caller]
    fn told(backtrace: bool, work: fn()) {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| tell(panic, backtrace)));
        let panicked = catch_unwind(work);
        panic::set_hook(before);
        assert!(panicked.is_err());
    }

    fn as_json(work: impl FnOnce()) -> serde_json::Value {
        let lines = lines(Format::Json(Names::OPEN_TELEMETRY), "", work);
        assert_eq!(lines.len(), 1, "{lines:?}");
        serde_json::from_str(&lines[0]).unwrap()
    }

    #[test]
    fn a_panic_is_one_line_with_its_place() {
        let line = as_json(|| told(false, || panic!("two\nlines {}", 7)));
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["target"], "faas::panic");
        assert_eq!(line["message"], "panicked: two\nlines 7");
        let [column, row, file]: [&str; 3] = line["location"]
            .as_str()
            .unwrap()
            .rsplitn(3, ':')
            .collect::<Vec<_>>()
            .try_into()
            .unwrap();
        assert!(file.ends_with("telemetry/panic.rs"), "{file}");
        assert!(row.parse::<u32>().unwrap() > 0 && column.parse::<u32>().unwrap() > 0);
        assert_eq!(line.get("backtrace"), None);
    }

    #[test]
    fn whoever_catches_a_panic_has_its_place() {
        lines(Format::Json(Names::OPEN_TELEMETRY), "", || {
            told(false, || panic!("here"));
        });
        let caught = place().unwrap();
        assert!(
            caught.file.ends_with("src/telemetry/panic.rs"),
            "{caught:?}"
        );
        assert!(caught.line > 0);
        assert_eq!(place(), None);
        let resumed = catch_unwind(|| resume(Box::new("again"), Some(caught.clone())));
        assert!(resumed.is_err());
        assert_eq!(place(), Some(caught));
    }

    #[test]
    fn as_text_a_panic_is_one_line_too() {
        let lines = lines(Format::Text, "", || told(true, || panic!("two\nlines")));
        assert_eq!(lines.len(), 1, "{lines:?}");
        let (head, rest) = lines[0].split_at("2026-11-21T12:03:04.123Z ".len());
        assert_eq!(head, "2026-11-21T12:03:04.123Z ");
        assert!(
            rest.starts_with(r"ERROR faas::panic: panicked: two\nlines location="),
            "{rest}"
        );
        assert!(!lines[0].contains('\n') && !lines[0].contains('\x1b'));
    }

    #[test]
    fn a_backtrace_is_a_field_of_the_same_line() {
        let line = as_json(|| told(true, || panic!("deep")));
        assert!(line["backtrace"].as_str().unwrap().contains('\n'));
    }

    #[test]
    fn a_panic_without_text_is_told_too() {
        let line = as_json(|| told(false, || panic_any(7)));
        assert_eq!(line["message"], "panicked: a value that is no text");
    }

    #[test]
    fn without_a_subscriber_the_line_goes_to_stderr() {
        let captured = Captured::default();
        let _entered = captured.enter();
        tracing::subscriber::with_default(NoSubscriber::default(), || {
            told(false, || panic!("early\x1b[2J\nsecond"));
            told(true, || panic!("early"));
        });
        let lines = captured.take();
        assert_eq!(lines.len(), 2);
        let place = lines[0]
            .strip_prefix(r"ERROR faas::panic: panicked: early\u{1b}[2J\nsecond location=")
            .unwrap();
        assert!(place.contains("telemetry/panic.rs:"), "{place}");
        assert!(lines[1].contains(" backtrace=") && lines[1].lines().count() == 1);
    }
}
