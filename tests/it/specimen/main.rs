//! The function that the tests of the host run as a process. Nothing in it takes a fixed time: where a test has to know
//! how far a handler is, the handler waits at a gate until the test opens it.

mod answers;
mod deliveries;
mod events;
mod failures;
mod gates;
mod limits;
mod requests;
mod settings;

use std::process::ExitCode;

fn main() -> ExitCode {
    faas::run()
}
