//! Hooks around a snapshot that leave marks, and fail when they are told to.

use faas::Error;

#[faas::before_freeze]
fn freezing() -> Result<(), Error> {
    mark("freezing")
}

#[faas::after_restore]
fn thawed() -> Result<(), Error> {
    mark("thawed")
}

#[expect(
    clippy::print_stderr,
    reason = "read by a test, whatever the log format"
)]
fn mark(what: &str) -> Result<(), Error> {
    // one write: lines of the log go the same way from other threads
    let line = format!("faas-probe: {what}\n");
    eprint!("{line}");
    #[expect(clippy::disallowed_methods, reason = "a setting of these tests alone")]
    let breaks = std::env::var("PROBE_BREAKS");
    if breaks.as_deref() == Ok(what) {
        return Err(Error::retry("the probe was asked to break"));
    }
    Ok(())
}
