//! Which plan an instance writes its log by, and its start.

use std::time::SystemTime;

use super::logs::{self, Captured, Format, LogPlan, Names, Stream};
use super::panic;
use crate::env::Env;

impl LogPlan {
    /// The plan of a service of our own: for eyes on a terminal, for machines elsewhere, on stderr.
    #[cfg_attr(not(feature = "host"), expect(dead_code, reason = "the host's"))]
    pub(crate) fn host(terminal: bool, env: &Env) -> Self {
        // https://no-color.org: any value that is not empty
        let colour = terminal && env.get_filled("NO_COLOR").is_none();
        Self {
            format: if terminal {
                Format::Human { colour }
            } else {
                Format::Json(Names::OPEN_TELEMETRY)
            },
            stream: Stream::Stderr,
            filter: filter(env),
            clock: wall,
        }
    }

    /// The plan of a platform that collects stdout.
    #[cfg_attr(
        not(any(feature = "aws-lambda", feature = "knative")),
        expect(dead_code, reason = "of platforms")
    )]
    pub(crate) fn collected(names: Names, env: &Env) -> Self {
        Self {
            format: Format::Json(names),
            stream: Stream::Stdout,
            filter: filter(env),
            clock: wall,
        }
    }

    /// Tells whether lines are collected, so that all that is told has to be a line of the log.
    pub(crate) fn is_collected(&self) -> bool {
        match self.format {
            Format::Json(_) | Format::Text => true,
            Format::Human { .. } => false,
        }
    }
}

impl Default for LogPlan {
    fn default() -> Self {
        Self {
            format: Format::Human { colour: false },
            stream: Stream::Stderr,
            filter: String::new(),
            clock: wall,
        }
    }
}

/// Starts the log of a test process, if no other is started, and returns a place for the lines of one application.
///
/// Lines are JSON, from the level `debug` on; those of no application are dropped.
#[must_use]
pub fn capture() -> Captured {
    let plan = LogPlan {
        format: Format::Json(Names::OPEN_TELEMETRY),
        stream: Stream::Nowhere,
        filter: "debug".to_owned(),
        clock: wall,
    };
    logs::init(&plan);
    Captured::default()
}

/// Starts the log and takes panics into it.
pub(crate) fn init(plan: &LogPlan, env: &Env) {
    logs::init(plan);
    panic::install(
        env.get_filled("RUST_BACKTRACE")
            .is_some_and(|value| value != "0"),
    );
}

fn filter(env: &Env) -> String {
    env.get("FAAS_LOG").unwrap_or_default().to_owned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a log line has the time at which it is written"
)]
fn wall() -> SystemTime {
    SystemTime::now()
}
