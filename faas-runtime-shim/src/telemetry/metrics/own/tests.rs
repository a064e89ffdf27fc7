//! What becomes of figures, their names in `/metrics`, and what is none.

use std::time::Duration;

use super::*;
use crate::telemetry::logs::tests::lines;
use crate::telemetry::logs::{Format, Names};

fn rendered(own: &Own) -> String {
    let mut out = String::new();
    own.render(&mut out);
    out
}

#[test]
fn what_is_counted_adds_up_and_what_is_measured_stays_apart() {
    let own = Own::default();
    assert!(own.add("save", "http", ("orders", 2.0, Unit::Count)));
    assert!(own.add("save", "http", ("orders", 1.0, Unit::Count)));
    assert!(own.add("note", "queue", ("orders", 1.0, Unit::Count)));
    assert!(own.add("save", "http", ("db.wait", 250.0, Unit::Milliseconds)));
    assert!(own.add("save", "http", ("db.wait", 750.0, Unit::Milliseconds)));
    assert_eq!(
        rendered(&own),
        concat!(
            "# HELP db_wait_seconds `db.wait`, as functions count it.\n",
            "# TYPE db_wait_seconds summary\n",
            "db_wait_seconds_sum{function=\"save\",trigger=\"http\"} 1\n",
            "db_wait_seconds_count{function=\"save\",trigger=\"http\"} 2\n",
            "# HELP orders_total `orders`, as functions count it.\n",
            "# TYPE orders_total counter\n",
            "orders_total{function=\"save\",trigger=\"http\"} 3\n",
            "orders_total{function=\"note\",trigger=\"queue\"} 1\n",
        )
    );
    let all = own.all();
    let told: Vec<_> = all
        .iter()
        .map(|metric| (metric.name, metric.function, metric.count, metric.sum))
        .collect();
    assert_eq!(
        told,
        [
            ("db.wait", "save", 2, 1000.0),
            ("orders", "note", 1, 1.0),
            ("orders", "save", 2, 3.0),
        ]
    );
}

#[test]
fn families_are_named_as_prometheus_wants() {
    let check = |name, unit, expected: &str| {
        assert_eq!(&*family(name, unit).unwrap(), expected);
    };
    check("orders", Unit::Count, "orders_total");
    check("orders_total", Unit::Count, "orders_total");
    check("received", Unit::Bytes, "received_bytes_total");
    check("received-bytes", Unit::Bytes, "received_bytes_total");
    check("received_bytes_total", Unit::Bytes, "received_bytes_total");
    check("db/wait.time", Unit::Microseconds, "db_wait_time_seconds");
    check("wait_seconds", Unit::Seconds, "wait_seconds");
    check("cache.hits", Unit::Percent, "cache_hits_percent");
    check("rows", Unit::CountPerSecond, "rows_per_second");
    check("rows", Unit::BytesPerSecond, "rows_bytes_per_second");
    check("Score", Unit::None, "Score");
}

#[test]
fn numbers_and_times_are_figures() {
    use super::unit::sealed::Value;

    assert_eq!(7_u64.in_unit(Unit::Count), 7.0);
    assert_eq!((-7_i8).in_unit(Unit::None), -7.0);
    assert_eq!(1.5_f32.in_unit(Unit::Percent), 1.5);
    let time = Duration::from_micros(2_500);
    assert_eq!(time.in_unit(Unit::Microseconds), 2_500.0);
    assert_eq!(time.in_unit(Unit::Milliseconds), 2.5);
    assert_eq!(time.in_unit(Unit::Seconds), 0.0025);
    assert_eq!(time.in_unit(Unit::None), 0.0025);
}

/// The message of the one warning.
#[track_caller]
fn refused(own: &Own, name: &'static str, value: f64, unit: Unit) -> String {
    let own = Own {
        series: Mutex::new(std::mem::take(&mut *own.series())),
        has_warned: AtomicBool::new(false),
    };
    let lines = lines(Format::Json(Names::OPEN_TELEMETRY), "", || {
        assert!(!own.add("f", "http", (name, value, unit)));
        assert!(!own.add("f", "http", (name, value, unit)));
    });
    let [line] = &lines[..] else {
        panic!("{lines:?}");
    };
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["level"], "WARN");
    line["message"].as_str().unwrap().to_owned()
}

#[test]
fn what_cannot_be_told_is_dropped_and_said_once() {
    #[track_caller]
    fn check(name: &'static str, value: f64, unit: Unit, why: &str) {
        let own = Own::default();
        own.add("f", "http", ("known", 1.0, Unit::Count));
        let message = refused(&own, name, value, unit);
        let expected = format!("the metric `{name}` is dropped: {why}");
        assert!(message.starts_with(&expected), "{message}");
    }
    check("a", f64::NAN, Unit::None, "`NaN` None is no figure");
    check("a", f64::INFINITY, Unit::None, "`inf` None is no figure");
    check("a", 1e109, Unit::None, "`1");
    check("a", -1.0, Unit::Count, "`-1` Count is no figure");
    check(
        "known",
        1.0,
        Unit::Bytes,
        "it was told in Count before, and now in Bytes",
    );
    check("known.total", 1.0, Unit::Count, "`known` has the same name");
    for name in ["", "1st", "_a", "a b", "é", "a\"b", "a:b"] {
        check(name, 1.0, Unit::Count, "a name begins with a letter");
    }
    for name in ["requestId", "duration_ms", "faas_orders", "faas.orders"] {
        check(name, 1.0, Unit::Count, "the name is that of a figure");
    }
    let long: &'static str = "a".repeat(LONGEST_NAME + 1).leak();
    check(long, 1.0, Unit::Count, "a name begins with a letter");
}

#[test]
fn names_are_bounded() {
    let own = Own::default();
    for number in 0..MOST_NAMES {
        let name: &'static str = format!("metric{number}").leak();
        assert!(own.add("f", "http", (name, 1.0, Unit::Count)));
    }
    assert!(own.add("g", "http", ("metric7", 1.0, Unit::Count)));
    assert_eq!(own.all().len(), MOST_NAMES + 1);
    let message = refused(&own, "one_more", 1.0, Unit::Count);
    assert!(message.contains("there are 200 names already"), "{message}");
}

#[test]
fn a_share_below_zero_is_a_figure() {
    let own = Own::default();
    assert!(own.add("f", "http", ("change", -3.5, Unit::Percent)));
    assert_eq!(own.all()[0].sum, -3.5);
}
