//! The function that `tests/peers` runs under the platforms' own emulators: one handler for each thing that can go wrong
//! between a platform and a handler. What they answer is written down there, in the Python files.

mod answers;
mod cloudevents;
mod edges;
mod happenings;
mod invoked;
mod publishing;
mod queues;
mod requests;
mod seen;
mod snapshot;
mod streams;
mod tasks;
mod work;

use std::process::ExitCode;

fn main() -> ExitCode {
    faas::run()
}

/// Leaves a mark that a peer's test looks for after it has ended the process.
#[faas::on_stop]
#[expect(
    clippy::print_stderr,
    reason = "read from the emulator's log, whatever the log format"
)]
fn stopped() {
    eprintln!("faas-probe: stopped");
}
