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
    eprintln!("faas-probe: {what}");
    #[expect(clippy::disallowed_methods, reason = "a setting of these tests alone")]
    let breaks = std::env::var("PROBE_BREAKS");
    if breaks.as_deref() == Ok(what) {
        return Err(Error::retry("the probe was asked to break"));
    }
    Ok(())
}
