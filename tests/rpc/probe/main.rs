//! The function that `tests/peers/grpc` and `tests/peers/thrift` drive with clients that are not ours: a handler for each thing
//! that can go wrong between them. What it answers is written down there, in the Python files.

mod gate;
mod grpc;
mod thrift;

use std::process::ExitCode;

fn main() -> ExitCode {
    faas::run()
}

/// A function of HTTP on the port of the others.
#[faas::http(POST, "/plain")]
async fn plain() -> &'static str {
    "plain"
}

/// Leaves a mark that a peer's test looks for after it has ended the process.
#[faas::on_stop]
#[expect(
    clippy::print_stderr,
    reason = "read from the process's log, whatever the log format"
)]
fn stopped() {
    eprintln!("faas-rpc-probe: stopped");
}
