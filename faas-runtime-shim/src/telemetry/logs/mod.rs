//! Log lines: what `tracing` events look like on an instance's stdout or stderr.
//!
//! One event is one line, one line is one write. The format, stream and filter come from the platform; the invocation's
//! fields come from the current invocation, not from a span, so that our own span costs nothing while nobody asks for it.
//! There is no `env-filter` (it brings a regex engine), no log file, no rotation. An application with its own subscriber
//! keeps it.
//! Start at [`init`]; `layer.rs` puts a line together from the others.

mod human;
mod json;
mod layer;
mod stream;
mod time;
mod value;

use std::fmt;
use std::time::SystemTime;

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;

use self::layer::{Encode, Lines};
pub use self::stream::Captured;
#[cfg(feature = "aws-lambda")]
pub(crate) use self::time::Precision;
use self::value::{Escape, Value};
pub(crate) use self::{
    json::Names,
    stream::{Stream, write_line},
};

/// How an instance's log lines look, where they go and which there are.
#[derive(Clone, Debug)]
pub struct LogPlan {
    pub(crate) format: Format,
    pub(crate) stream: Stream,
    /// Levels by target, `info,my_crate=debug`; empty means `info`.
    pub(crate) filter: String,
    pub(crate) clock: fn() -> SystemTime,
}

/// What a log line looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    /// For eyes; coloured where the reader is a terminal that wants it.
    Human {
        /// Whether escape sequences are written.
        colour: bool,
    },
    /// For eyes, but collected by a platform: with the whole time and id.
    #[cfg_attr(
        not(any(feature = "aws-lambda", test)),
        expect(dead_code, reason = "of a platform that asks for it")
    )]
    Text,
    /// For machines: one object with these names.
    Json(Names),
}

/// Makes our subscriber the process's; `false` if the application has set one, which then stays.
pub(crate) fn init(plan: &LogPlan) -> bool {
    let (filter, mistake) = filter(&plan.filter);
    if tracing::subscriber::set_global_default(subscriber(plan, filter)).is_err() {
        return false;
    }
    if let Some(mistake) = mistake {
        let found = &plan.filter;
        tracing::warn!(
            target: "faas",
            "log filter `{found}` is ignored: {mistake}; expected levels by target, as in `info,my_crate=debug`; using `info`"
        );
    }
    true
}

/// The target of the spans that the door opens around invocations. They are off until a filter names them, as a disabled
/// span is the difference between one instruction and hundreds.
pub(crate) const INVOCATION: &str = "faas::invocation";

fn filter(text: &str) -> (Targets, Option<ParseError>) {
    let default = || Targets::new().with_default(LevelFilter::INFO);
    let (targets, mistake) = match text.trim() {
        "" => (default(), None),
        text => match text.parse::<Targets>() {
            Ok(targets) => (targets, None),
            Err(mistake) => (default(), Some(mistake)),
        },
    };
    let named = targets.iter().any(|(target, _)| target == INVOCATION);
    let targets = if named {
        targets
    } else {
        targets.with_target(INVOCATION, LevelFilter::OFF)
    };
    (targets, mistake)
}

// The filter is the whole subscriber's, not the layer's own: only then is a disabled callsite decided once for all.
fn subscriber(plan: &LogPlan, filter: Targets) -> impl Subscriber + Send + Sync + use<> {
    let encode: Box<dyn Encode> = match plan.format {
        Format::Human { colour } => Box::new(human::Human {
            look: if colour {
                human::Look::Coloured
            } else {
                human::Look::Plain
            },
        }),
        Format::Text => Box::new(human::Human {
            look: human::Look::Collected,
        }),
        Format::Json(names) => Box::new(json::Json { names }),
    };
    Registry::default().with(filter).with(Lines {
        encode,
        stream: plan.stream,
        clock: plan.clock,
    })
}

/// Writes a time as the lines of a platform have it.
#[cfg(feature = "aws-lambda")]
pub(crate) fn timestamp(time: SystemTime) -> String {
    let mut out = String::with_capacity(24);
    time::rfc3339(time, Precision::Milliseconds, &mut out);
    out
}

/// Appends a text as lines for eyes show it: no control characters, cut where it is huge.
pub(super) fn escape(text: &dyn fmt::Display, out: &mut String) {
    Value::Plain(text).write(Escape::Bare, out);
}

#[cfg(test)]
pub(crate) mod tests;
