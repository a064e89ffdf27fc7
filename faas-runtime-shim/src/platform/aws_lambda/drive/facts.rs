//! What the headers of a poll's answer tell of the invocation.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::clock::{Clock, Moment};
use crate::invocation::{Details, Facts, InvocationId, RawJson};
use crate::platform::poll::Answer;
use crate::trace::TraceContext;

/// Kept between the end of a handler and the platform's deadline, to get an answer through.
const MARGIN: Duration = Duration::from_millis(100);

/// The longest timeout of a function (Developer Guide, "Lambda quotas"). A deadline further away is an emulator's.
const LONGEST: Duration = Duration::from_secs(900);

/// What the answer to an invocation has to repeat.
#[derive(Debug)]
pub(super) struct Echo {
    pub(super) request: Box<str>,
    pub(super) invocation: Option<Box<str>>,
    /// Whether X-Ray records the invocation.
    pub(super) sampled: bool,
}

impl Echo {
    pub(super) fn of(answer: &Answer<'_>, facts: &Facts) -> Self {
        Self {
            request: path_segment(
                filled(answer, "lambda-runtime-aws-request-id").unwrap_or_default(),
            ),
            invocation: filled(answer, "lambda-runtime-invocation-id").map(Into::into),
            sampled: facts.trace.as_ref().is_some_and(TraceContext::sampled),
        }
    }
}

/// Callers may supply the id, so it is not always a UUID; in the path only `unreserved` stands for itself (RFC 3986,
/// section 2.3).
fn path_segment(id: &str) -> Box<str> {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    Cow::from(utf8_percent_encode(id, RESERVED)).into()
}

pub(super) fn read(answer: &Answer<'_>, clock: &dyn Clock) -> Facts {
    let text = |name| filled(answer, name);
    let written = text("lambda-runtime-trace-id");
    let trace = written.and_then(TraceContext::parse_xray);
    let details = Details {
        client_context: text("lambda-runtime-client-context")
            .and_then(|context| RawJson::parse(context.to_owned()).ok()),
        resource_name: text("lambda-runtime-invoked-function-arn").map(Into::into),
        tenant: text("lambda-runtime-aws-tenant-id").map(Into::into),
        trace_header: trace.as_ref().and(written).map(Into::into),
        ..Details::default()
    };
    Facts {
        id: text("lambda-runtime-aws-request-id")
            .map_or_else(InvocationId::own, InvocationId::given),
        deadline: text("lambda-runtime-deadline-ms").and_then(|millis| deadline(millis, clock)),
        trace,
        details: Some(Arc::new(details)),
        ..Facts::default()
    }
}

/// Turns the platform's deadline, by the wall clock, into ours; nonsense is none.
fn deadline(millis: &str, clock: &dyn Clock) -> Option<Moment> {
    let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis.parse().ok()?))?;
    let remaining = at.duration_since(clock.wall()).ok()?;
    if remaining > LONGEST {
        return None;
    }
    let margin = MARGIN.min(remaining / 2);
    Some(clock.now().after(remaining.saturating_sub(margin)))
}

/// Returns a header that has a value: some fleets send all of them, some of them empty.
fn filled<'a>(answer: &'a Answer<'_>, name: &str) -> Option<&'a str> {
    answer.header(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    //! Deadlines of the platform and of its emulators.

    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn ids_stand_in_a_path() {
        assert_eq!(&*path_segment("8476a536-e9f4"), "8476a536-e9f4");
        assert_eq!(&*path_segment("a b/c?é"), "a%20b%2Fc%3F%C3%A9");
    }

    #[test]
    fn a_deadline_keeps_a_margin_and_nonsense_is_none() {
        let clock = ManualClock::new();
        let wall = clock
            .wall()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_millis();
        let check = |text: String, expected: Option<u64>| {
            let expected =
                expected.map(|millis| Moment::from_origin(Duration::from_millis(millis)));
            assert_eq!(deadline(&text, &clock), expected, "{text}");
        };
        check((wall + 3_000).to_string(), Some(2_900));
        check((wall + 100).to_string(), Some(50));
        check((wall + 900_000).to_string(), Some(899_900));
        check((wall + 900_001).to_string(), None);
        check("600000".to_owned(), None);
        check("soon".to_owned(), None);
        check(u64::MAX.to_string(), None);
    }
}
