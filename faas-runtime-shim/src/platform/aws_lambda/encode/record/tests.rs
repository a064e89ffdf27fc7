//! Lines, held to the rules of the embedded metric format.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::telemetry::figures::Figures;
use crate::telemetry::metrics::OutcomeKind;
use crate::telemetry::metrics::own::RESERVED;

fn plain() -> Record<'static> {
    Record {
        time: UNIX_EPOCH + Duration::from_micros(1_795_262_584_123_456),
        request: "8476a536-e9f4",
        tenant: None,
        duration: Duration::from_micros(12_345),
        billed: Duration::from_micros(57_346),
        memory_mb: Some(128),
        peak_memory_mb: Some(9),
        init: Some(Duration::from_millis(45)),
        error: None,
        namespace: None,
    }
}

#[track_caller]
fn lines(record: &Record<'_>, parts: &[Part]) -> Vec<String> {
    let mut out = Vec::new();
    super::record(record, parts, &mut out);
    let text = String::from_utf8(out).unwrap();
    assert!(text.ends_with('\n'));
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    for line in &lines {
        checked(line);
    }
    lines
}

/// Holds a line to the specification, where it is a document of that format.
#[track_caller]
fn checked(line: &str) {
    let root: Value = serde_json::from_str(line).unwrap();
    let known: BTreeSet<_> = RESERVED.iter().copied().collect();
    let Some(metadata) = root.get("_aws") else {
        let names = root.as_object().unwrap().keys();
        assert!(names.into_iter().all(|name| known.contains(name.as_str())));
        return;
    };
    assert!(line.len() <= 1024 * 1024);
    // "Metadata object": both members, the time in milliseconds
    assert_eq!(metadata["Timestamp"], 1_795_262_584_123_u64);
    assert_eq!(metadata.as_object().unwrap().len(), 2);
    let mut named = BTreeSet::new();
    for directive in metadata["CloudWatchMetrics"].as_array().unwrap() {
        // "MetricDirective object": these three, at most 100 metrics
        assert_eq!(directive.as_object().unwrap().len(), 3);
        let namespace = directive["Namespace"].as_str().unwrap();
        assert!((1..=255).contains(&namespace.len()));
        for set in directive["Dimensions"].as_array().unwrap() {
            // "DimensionSet array": at most 30, each a member that is a text of 1 to 1024 signs
            let set = set.as_array().unwrap();
            assert!(set.len() <= 30);
            for dimension in set {
                let value = root[dimension.as_str().unwrap()].as_str().unwrap();
                assert!((1..=1024).contains(&value.len()));
            }
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()));
        for metric in metrics {
            // "MetricDefinition object": a name, and a unit that CloudWatch knows
            assert_eq!(metric.as_object().unwrap().len(), 2);
            let name = metric["Name"].as_str().unwrap();
            assert!((1..=255).contains(&name.len()) && name.is_ascii());
            assert!(named.insert(name.to_owned()), "`{name}` comes twice");
            assert!(
                UNITS.contains(&metric["Unit"].as_str().unwrap()),
                "{metric}"
            );
            // "Target members": a number, or at most 100 of them
            match &root[name] {
                Value::Number(_) => {}
                Value::Array(values) => {
                    assert!((1..=100).contains(&values.len()));
                    assert!(values.iter().all(Value::is_number));
                }
                other => panic!("`{name}` is {other}"),
            }
        }
    }
    let names = root.as_object().unwrap().keys();
    for name in names.filter(|name| *name != "_aws") {
        assert!(
            known.contains(name.as_str()) || named.contains(name),
            "`{name}`"
        );
    }
}

/// CloudWatch API Reference, `MetricDatum`, `Unit`: those that we write.
const UNITS: [&str; 10] = [
    "Count",
    "Bytes",
    "Seconds",
    "Milliseconds",
    "Microseconds",
    "Megabytes",
    "Percent",
    "Count/Second",
    "Bytes/Second",
    "None",
];

fn one() -> Figures {
    let figures = Figures::default();
    figures.ended("create_order", "http", OutcomeKind::Success, true);
    figures
}

#[test]
fn a_line_tells_of_an_invocation() {
    assert_eq!(
        lines(&plain(), &one().take()),
        [concat!(
            r#"{"timestamp":"2026-11-21T12:03:04.123Z","level":"INFO","message":"invocation","#,
            r#""requestId":"8476a536-e9f4","function":"create_order","trigger":"http","outcome":"success","#,
            r#""duration_ms":12.345,"billed_ms":58,"memory_mb":128,"peak_memory_mb":9,"cold_start":true,"#,
            r#""init_ms":45.000}"#,
        )]
    );
    let bare = Record {
        tenant: Some("bl\"ue"),
        memory_mb: None,
        peak_memory_mb: None,
        init: None,
        error: Some("Runtime.UnroutableEvent"),
        namespace: Some("faas"),
        ..plain()
    };
    assert_eq!(
        lines(&bare, &[]),
        [concat!(
            r#"{"timestamp":"2026-11-21T12:03:04.123Z","level":"INFO","message":"invocation","#,
            r#""requestId":"8476a536-e9f4","tenantId":"bl\"ue","outcome":"refused","#,
            r#""error_type":"Runtime.UnroutableEvent","duration_ms":12.345,"billed_ms":58,"cold_start":false}"#,
        )]
    );
}

#[test]
fn with_a_namespace_it_is_a_document_of_metrics() {
    let figures = one();
    figures.own("create_order", "http", ("orders", 2.0, Unit::Count));
    figures.own("create_order", "http", ("orders", 1.0, Unit::Count));
    figures.own("create_order", "http", ("db/wait", 1.5, Unit::Milliseconds));
    figures.own(
        "create_order",
        "http",
        ("db/wait", 2.25, Unit::Milliseconds),
    );
    let record = Record {
        namespace: Some("shop"),
        ..plain()
    };
    assert_eq!(
        lines(&record, &figures.take()),
        [concat!(
            r#"{"timestamp":"2026-11-21T12:03:04.123Z","level":"INFO","message":"invocation","#,
            r#""requestId":"8476a536-e9f4","function":"create_order","trigger":"http","outcome":"success","#,
            r#""duration_ms":12.345,"billed_ms":58,"memory_mb":128,"peak_memory_mb":9,"cold_start":true,"#,
            r#""init_ms":45.000,"invocations":1,"errors":0,"cold_starts":1,"orders":3.0,"db/wait":[1.5,2.25],"#,
            r#""_aws":{"Timestamp":1795262584123,"CloudWatchMetrics":[{"Namespace":"shop","#,
            r#""Dimensions":[["function","trigger"]],"Metrics":["#,
            r#"{"Name":"invocations","Unit":"Count"},{"Name":"errors","Unit":"Count"},"#,
            r#"{"Name":"cold_starts","Unit":"Count"},{"Name":"duration_ms","Unit":"Milliseconds"},"#,
            r#"{"Name":"init_ms","Unit":"Milliseconds"},{"Name":"peak_memory_mb","Unit":"Megabytes"},"#,
            r#"{"Name":"orders","Unit":"Count"},{"Name":"db/wait","Unit":"Milliseconds"}]}]}}"#,
        )]
    );
}

#[test]
fn a_batch_tells_how_many_failed_and_each_function_its_own() {
    let figures = Figures::default();
    figures.ended("save", "queue", OutcomeKind::Success, false);
    figures.ended("save", "queue", OutcomeKind::Reject, false);
    figures.ended("note", "object", OutcomeKind::Success, false);
    let record = Record {
        namespace: Some("faas"),
        init: None,
        ..plain()
    };
    let lines = lines(&record, &figures.take());
    let [save, note] = &lines[..] else {
        panic!("{lines:?}");
    };
    let [save, note]: [Value; 2] = [save, note].map(|line| serde_json::from_str(line).unwrap());
    assert_eq!(save["outcome"], "reject");
    assert_eq!((&save["items"], &save["failed"]), (&json!(2), &json!(1)));
    assert_eq!(
        (&save["invocations"], &save["errors"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(save["billed_ms"], 58);
    // what is billed is billed once
    assert_eq!(
        (note.get("billed_ms"), note.get("duration_ms")),
        (None, None)
    );
    assert_eq!(note["requestId"], save["requestId"]);
    assert_eq!(
        (&note["function"], &note["invocations"]),
        (&json!("note"), &json!(1))
    );
}

#[test]
fn many_metrics_are_in_several_directives() {
    let names: Vec<_> = (0..200)
        .map(|n| format!("metric_{n}").leak() as &str)
        .collect();
    let figures = one();
    for name in &names {
        for value in 0..150 {
            figures.own(
                "create_order",
                "http",
                (name, f64::from(value) * 1e107, Unit::None),
            );
        }
    }
    let record = Record {
        namespace: Some(r#"a"b"#),
        ..plain()
    };
    let lines = lines(&record, &figures.take());
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    let sizes = directives.iter().map(|directive| {
        assert_eq!(directive["Namespace"], r#"a"b"#);
        directive["Metrics"].as_array().unwrap().len()
    });
    assert_eq!(sizes.collect::<Vec<_>>(), [100, 100, 6]);
}

#[test]
fn begun_milliseconds_are_whole() {
    let check = |micros, whole| {
        assert_eq!(whole_milliseconds(Duration::from_micros(micros)), whole);
    };
    check(0, 0);
    check(1, 1);
    check(1_000, 1);
    check(1_001, 2);
    check(12_345, 13);
}
