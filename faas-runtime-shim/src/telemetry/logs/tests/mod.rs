//! Whole lines: what events, spans and filters come to when all parts work together.

mod process;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::{self, Waker};
use std::time::{Duration, UNIX_EPOCH};
use std::{fmt, thread};

use serde_json::{Value as JsonValue, json};
use tracing::{Dispatch, debug, error, field, info, info_span, trace, warn};

use super::*;
use crate::current::Errand;
use crate::invocation::{Details, Facts, InvocationId};

const JSON: Format = Format::Json(Names::OPEN_TELEMETRY);
const HUMAN: Format = Format::Human { colour: false };

/// Runs `work` under a subscriber of this plan and gives the lines that it wrote.
pub(crate) fn lines(format: Format, filter_text: &str, work: impl FnOnce()) -> Vec<String> {
    let captured = Captured::default();
    let _entered = captured.enter();
    tracing::dispatcher::with_default(&dispatch(format, filter_text), work);
    captured.take()
}

fn dispatch(format: Format, filter_text: &str) -> Dispatch {
    // While the process has one subscriber only, tracing asks just the thread that meets a callsite first, and other
    // tests' threads have none. A second one, never in use, makes it ask all.
    static SECOND: OnceLock<Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| Dispatch::new(Registry::default()));
    let clock = || UNIX_EPOCH + Duration::from_micros(1_795_262_584_123_456);
    let plan = LogPlan {
        format,
        stream: Stream::Stdout,
        filter: filter_text.to_owned(),
        clock,
    };
    Dispatch::new(subscriber(&plan, filter(&plan.filter).0))
}

/// The members of a line that are not the same for all of them.
#[track_caller]
fn members(line: &str) -> JsonValue {
    let mut line: JsonValue = serde_json::from_str(line).unwrap();
    let members = line.as_object_mut().unwrap();
    assert_eq!(
        members.remove("timestamp"),
        Some(json!("2026-11-21T12:03:04.123456Z"))
    );
    assert_eq!(members.remove("target"), Some(json!(module_path!())));
    line
}

#[track_caller]
fn check(work: impl FnOnce(), expected: &[JsonValue]) {
    let lines = lines(JSON, "trace", work);
    let found: Vec<_> = lines.iter().map(|line| members(line)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_line_as_it_is_written() {
    let event = || info!(order = 7, by = "two words", "saved {}", "it");
    assert_eq!(
        lines(JSON, "", event),
        [concat!(
            r#"{"timestamp":"2026-11-21T12:03:04.123456Z","level":"INFO","#,
            r#""target":""#,
            module_path!(),
            r#"","message":"saved it","order":7,"by":"two words"}"#
        )]
    );
    let target = module_path!();
    assert_eq!(
        lines(HUMAN, "", event),
        [format!(
            "12:03:04.123  INFO {target}: saved it order=7 by=\"two words\""
        )]
    );
}

#[test]
fn every_kind_of_value_has_its_json() {
    check(
        || {
            info!(
                int = -1,
                big = u64::MAX,
                wide = i128::MAX,
                float = 1.5,
                huge = 1e300,
                nan = f64::NAN,
                yes = true,
                text = "t",
                shown = %"s",
                debug = ?Some("d"),
                none = Option::<u8>::None,
                error = &fmt::Error as &dyn std::error::Error,
                r#type = 1,
                empty = field::Empty,
            );
        },
        &[json!({
            "level": "INFO", "message": "", "int": -1, "big": u64::MAX, "wide": i128::MAX.to_string(), "float": 1.5,
            "huge": 1e300, "nan": "NaN", "yes": true, "text": "t", "shown": "s", "debug": "Some(\"d\")",
            "error": fmt::Error.to_string(), "type": 1,
        })],
    );
}

#[test]
fn levels_are_upper_case() {
    let work = || {
        error!("e");
        warn!("w");
        info!("i");
        debug!("d");
        trace!("t");
    };
    let expected = [
        ("ERROR", "e"),
        ("WARN", "w"),
        ("INFO", "i"),
        ("DEBUG", "d"),
        ("TRACE", "t"),
    ];
    check(
        work,
        &expected.map(|(level, message)| json!({ "level": level, "message": message })),
    );
}

#[test]
fn fields_of_enclosing_spans_come_along() {
    check(
        || {
            let outer = info_span!("outer", user = "ann", tenant = 1, later = field::Empty);
            let _outer = outer.enter();
            info!("in outer");
            outer.record("later", "now");
            outer.record("tenant", 2);
            {
                let _inner = info_span!("inner", user = "bob", depth = 2).entered();
                info!(depth = 3, "in inner");
            }
            info!("after inner");
        },
        &[
            json!({ "level": "INFO", "message": "in outer", "user": "ann", "tenant": 1 }),
            json!({ "level": "INFO", "message": "in inner", "user": "bob", "tenant": 2, "later": "now", "depth": 3 }),
            json!({ "level": "INFO", "message": "after inner", "user": "ann", "tenant": 2, "later": "now" }),
        ],
    );
}

#[test]
fn names_that_are_ours_are_moved_aside() {
    check(
        || {
            let _span = info_span!("span", message = "the span's", trace_id = "forged").entered();
            info!(level = "NONE", faas.name = "other", "the event's");
        },
        &[json!({
            "level": "INFO", "message": "the event's", "fields.message": "the span's", "fields.trace_id": "forged",
            "fields.level": "NONE", "fields.faas.name": "other",
        })],
    );
}

#[test]
fn hostile_values_stay_inside_their_line() {
    let hostile = "\"}\r\n{\"level\":\"ERROR\"} \x1b]0;title\x07\0 \u{9b}2J \u{202e}";
    let event = || info!(shown = %hostile, text = hostile, debug = ?hostile, "{hostile}");
    check(
        event,
        &[json!({
            "level": "INFO", "message": hostile, "shown": hostile, "text": hostile, "debug": format!("{hostile:?}"),
        })],
    );
    for format in [JSON, HUMAN, Format::Human { colour: true }] {
        let lines = lines(format, "", event);
        assert_eq!(lines.len(), 1);
        let ours = ["\x1b[0m", "\x1b[2m", "\x1b[32m"]
            .iter()
            .fold(lines[0].clone(), |line, code| line.replace(code, ""));
        assert!(
            !ours.chars().any(|c| c.is_control() || c == '\u{202e}'),
            "{ours:?}"
        );
    }
}

#[test]
fn a_huge_value_is_cut_and_its_neighbours_are_not() {
    let huge = "x".repeat(10_000_000);
    check(
        || info!(a = huge, b = "kept", "m"),
        &[json!({
            "level": "INFO", "message": "m", "b": "kept",
            "a": format!("{}{}", &huge[..value::LIMIT], value::CUT),
        })],
    );
}

#[test]
fn a_value_that_panics_spoils_no_later_line() {
    struct Panics;
    impl fmt::Debug for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("in a value")
        }
    }
    let found = lines(JSON, "", || {
        let panicked = std::panic::catch_unwind(|| info!(half = 1, value = ?Panics, "lost"));
        assert!(panicked.is_err());
        info!("whole");
    });
    assert_eq!(found.len(), 1);
    assert_eq!(
        members(&found[0]),
        json!({ "level": "INFO", "message": "whole" })
    );
}

#[test]
fn many_threads_under_one_subscriber() {
    let (captured, dispatch) = (Captured::default(), dispatch(JSON, ""));
    thread::scope(|scope| {
        for n in 0..8 {
            let (captured, dispatch) = (captured.clone(), dispatch.clone());
            scope.spawn(move || {
                let _entered = captured.enter();
                tracing::dispatcher::with_default(&dispatch, || {
                    let _span = info_span!("thread", n).entered();
                    (0..100).for_each(|line| info!(line, padding = "p".repeat(line), "from {n}"));
                });
            });
        }
    });
    let lines: Vec<_> = captured.take().iter().map(|line| members(line)).collect();
    for n in 0..8 {
        let of_n: Vec<_> = lines.iter().filter(|line| line["n"] == n).collect();
        assert!(
            of_n.iter()
                .all(|line| line["message"] == format!("from {n}"))
        );
        assert!(
            of_n.iter()
                .map(|line| line["line"].as_u64().unwrap())
                .eq(0..100)
        );
    }
}

#[track_caller]
fn passes(filter_text: &str, expected: &[&str]) {
    let found = lines(HUMAN, filter_text, || {
        warn!(target: "app::db", "warn");
        info!(target: "app::db", "info");
        debug!(target: "app::db", "debug");
        debug!(target: "other", "other");
    });
    let found: Vec<_> = found
        .iter()
        .map(|line| line.rsplit(' ').next().unwrap())
        .collect();
    assert_eq!(found, expected, "{filter_text}");
}

#[test]
fn filters_say_which_lines_there_are() {
    passes("", &["warn", "info"]);
    passes("  ", &["warn", "info"]);
    passes("info", &["warn", "info"]);
    passes("WARN", &["warn"]);
    passes("off", &[]);
    passes("debug", &["warn", "info", "debug", "other"]);
    passes("info,app=debug", &["warn", "info", "debug"]);
    passes("info,app::db=warn", &["warn"]);
    passes("app=info", &["warn", "info"]);
    passes("a=b=c", &["warn", "info"]);
    passes("app=loud", &["warn", "info"]);
}

#[test]
fn a_bad_filter_has_a_mistake_to_tell() {
    assert!(filter("a=b=c").1.is_some());
    assert!(filter("app=loud").1.is_some());
    assert!(filter("info,app=debug").1.is_none());
    assert!(filter("").1.is_none());
}

/// What a platform has handed over, before a function is chosen for it.
fn handed_over(tenant: Option<&str>) -> Errand {
    let details = Details {
        tenant: tenant.map(Into::into),
        ..Details::default()
    };
    Errand::of(&Facts {
        id: InvocationId::given("8476a536"),
        details: Some(Arc::new(details)),
        ..Facts::default()
    })
}

#[test]
fn an_adapter_s_own_lines_name_what_it_works_on() {
    let names = Names {
        invocation_id: "requestId",
        tenant: "tenantId",
        ..Names::OPEN_TELEMETRY
    };
    let waits_once = async {
        info!("before");
        tokio::task::yield_now().await;
        info!("after");
    };
    let work = || {
        let mut served = pin!(handed_over(Some("blue")).around(waits_once));
        let mut cx = task::Context::from_waker(Waker::noop());
        assert!(served.as_mut().poll(&mut cx).is_pending());
        info!("between");
        assert!(served.as_mut().poll(&mut cx).is_ready());
        info!("later");
    };
    let of = |message| json!({ "level": "INFO", "requestId": "8476a536", "tenantId": "blue", "message": message });
    let without = |message| json!({ "level": "INFO", "message": message });
    let lines = lines(Format::Json(names), "", work);
    let found: Vec<_> = lines.iter().map(|line| members(line)).collect();
    assert_eq!(
        found,
        [
            of("before"),
            without("between"),
            of("after"),
            without("later")
        ]
    );
}

#[test]
fn nothing_of_it_is_left_after_a_panic() {
    let found = lines(Format::Text, "", || {
        let mut served = pin!(handed_over(None).around(async {
            info!("inside");
            panic!("in an adapter");
        }));
        let mut cx = task::Context::from_waker(Waker::noop());
        let polled = AssertUnwindSafe(|| served.as_mut().poll(&mut cx).is_ready());
        assert!(std::panic::catch_unwind(polled).is_err());
        info!("outside");
    });
    let target = module_path!();
    assert_eq!(
        found,
        [
            format!("2026-11-21T12:03:04.123Z  INFO {target}[8476a536] inside"),
            format!("2026-11-21T12:03:04.123Z  INFO {target}: outside"),
        ]
    );
}

#[test]
fn our_span_is_off_until_it_is_named() {
    let enabled = |filter_text| {
        let mut enabled = true;
        lines(HUMAN, filter_text, || {
            enabled = !info_span!(target: INVOCATION, "invocation").is_disabled()
        });
        enabled
    };
    assert!(!enabled(""));
    assert!(!enabled("trace"));
    assert!(!enabled("faas=trace"));
    assert!(enabled("faas::invocation=info"));
    assert!(enabled("warn,faas::invocation=info"));
}

#[test]
fn our_span_repeats_nothing_that_a_line_tells_anyway() {
    let found = lines(JSON, "info,faas::invocation=info", || {
        let span = info_span!(
            target: INVOCATION,
            "invocation",
            faas.name = "orders",
            faas.coldstart = field::Empty,
            messaging.system = "kafka"
        );
        span.record("faas.coldstart", true);
        let _span = span.enter();
        info!("m");
    });
    assert_eq!(
        members(&found[0]),
        json!({ "level": "INFO", "message": "m", "messaging.system": "kafka" })
    );
}
