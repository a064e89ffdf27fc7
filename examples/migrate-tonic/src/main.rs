//! A tonic service on `faas`, moved by three lines: `examples/before.rs` is what was here.

mod library;

use std::process::ExitCode;

// ANCHOR: after
#[faas::grpc]
fn library() -> library::Server {
    library::server()
}

fn main() -> ExitCode {
    faas::run()
}
// ANCHOR_END: after

#[cfg(test)]
mod tests;
