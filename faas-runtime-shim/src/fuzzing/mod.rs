//! The laws of the decoders that take a peer's bytes, each over any bytes at all: what the targets in `fuzz/` call.
//!
//! It exists only under `cfg(fuzzing)`, and in tests, which replay the seeds. Each function panics where its law is broken
//! and is silent else. Begin with [`TARGETS`].

mod cloudevent;
mod config;
#[cfg(feature = "host")]
mod front;
#[cfg(feature = "aws-lambda")]
mod lambda;
#[cfg(feature = "aws-lambda")]
mod poll;
#[cfg(feature = "thrift")]
mod thrift;
mod trace;

pub use self::cloudevent::cloudevent;
#[cfg(feature = "knative")]
pub(crate) use self::cloudevent::message;
pub use self::config::config_toml;
#[cfg(feature = "host")]
pub use self::front::http_front;
#[cfg(feature = "aws-lambda")]
pub use self::lambda::lambda_event;
#[cfg(feature = "aws-lambda")]
pub use self::poll::poll_answer;
#[cfg(feature = "thrift")]
pub use self::thrift::{thrift_stream, thrift_struct};
pub use self::trace::trace;
pub use crate::application::idempotent::fuzzing::fuzz_idempotent;
#[cfg(feature = "grpc")]
pub use crate::grpc::translate::fuzzing::{fuzz_connect, fuzz_web};
#[cfg(feature = "embedded")]
pub use crate::host::store::sqlite::fuzzing::fuzz_log;
#[cfg(feature = "embedded")]
pub use crate::host::timer::schedule::fuzzing::fuzz_schedule;
#[cfg(feature = "knative")]
pub use crate::platform::knative::fuzzing::fuzz_knative;

/// A target takes any bytes.
pub type Target = fn(&[u8]);

/// All targets, by the names of their binaries and of their folders of seeds.
pub static TARGETS: &[(&str, Target)] = &[
    ("cloudevent", cloudevent),
    ("config_toml", config_toml),
    #[cfg(feature = "grpc")]
    ("connect", fuzz_connect),
    #[cfg(feature = "grpc")]
    ("grpc_web", fuzz_web),
    #[cfg(feature = "host")]
    ("http_front", http_front),
    ("idempotent", fuzz_idempotent),
    #[cfg(feature = "knative")]
    ("knative", fuzz_knative),
    #[cfg(feature = "aws-lambda")]
    ("lambda_event", lambda_event),
    #[cfg(feature = "aws-lambda")]
    ("poll_answer", poll_answer),
    #[cfg(feature = "embedded")]
    ("schedule", fuzz_schedule),
    #[cfg(feature = "embedded")]
    ("store_log", fuzz_log),
    #[cfg(feature = "thrift")]
    ("thrift_stream", thrift_stream),
    #[cfg(feature = "thrift")]
    ("thrift_struct", thrift_struct),
    ("trace", trace),
];

/// The first line tells the widths of pieces, `a` for one, in turn; what is behind it is the stream.
#[cfg(any(feature = "aws-lambda", feature = "host", feature = "thrift"))]
fn divided(bytes: &[u8]) -> (impl Iterator<Item = usize> + use<'_>, &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let widths = parts.next().unwrap_or_default();
    let width = |byte: &u8| usize::from(byte.wrapping_sub(b'a') % 64) + 1;
    (
        widths.iter().map(width).cycle(),
        parts.next().unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// A packaged crate comes without them.
    #[test]
    fn the_laws_hold_for_all_seeds() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
        if !seeds.exists() {
            return;
        }
        for (name, target) in TARGETS {
            let files: Vec<_> = fs::read_dir(seeds.join(name)).unwrap().collect();
            assert!(!files.is_empty(), "no seeds for `{name}`");
            let binary = seeds.join(format!("../fuzz_targets/{name}.rs"));
            assert!(binary.is_file(), "nothing fuzzes `{name}`");
            for file in files {
                target(&fs::read(file.unwrap().path()).unwrap());
            }
        }
    }
}
