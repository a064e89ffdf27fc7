//! What is told about each invocation: nothing unasked, else a line each, which can be one of CloudWatch's metrics.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::api::{Event, Mode};
use super::events::{HttpAnswer, get};
use super::probe::Probe;

const PAIR: &str = r#"{"a":1,"b":1}"#;

/// The lines about invocations.
fn told(log: &str) -> Vec<Value> {
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    lines
        .filter(|line: &Value| line["message"] == "invocation")
        .collect()
}

#[test]
fn unasked_a_classic_instance_leaves_it_to_the_platform() {
    let probe = Probe::of("sum");
    probe.answer(Event::new(PAIR));
    probe.idle();
    assert_eq!(told(&probe.stop()), [] as [Value; 0]);
}

#[test]
fn each_invocation_is_a_line_before_the_next_poll() {
    let probe = Probe::start(&[
        ("FAAS__LAMBDA__REPORT", "true"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
    ]);
    let requests = [get("/hello/ada"), get("/panic"), get("/nowhere")];
    let mut ids = Vec::new();
    for request in requests {
        ids.push(request.id().to_owned());
        let request = request.header("Lambda-Runtime-Aws-Tenant-Id", "blue");
        HttpAnswer::of(&probe.answer(request));
    }
    let unreadable = Event::new("{");
    ids.push(unreadable.id().to_owned());
    probe.answer(unreadable);
    probe.idle();
    let lines = told(&probe.stop());
    assert_eq!(lines.len(), 4, "{lines:?}");
    for (line, id) in lines.iter().zip(&ids) {
        assert_eq!(line["requestId"], **id);
        assert_eq!(
            (&line["level"], &line["memory_mb"]),
            (&json!("INFO"), &json!(128))
        );
        assert_eq!(line["timestamp"].as_str().unwrap().len(), 24);
        let duration = line["duration_ms"].as_f64().unwrap();
        let init = line
            .get("init_ms")
            .map_or(0.0, |init| init.as_f64().unwrap());
        let billed = line["billed_ms"].as_f64().unwrap();
        assert!(
            billed >= duration + init && billed < duration + init + 1.01,
            "{line}"
        );
        assert!(line["peak_memory_mb"].as_u64().unwrap() > 0);
        assert_eq!(line.get("_aws"), None);
    }
    let [hello, panicked, nowhere, unreadable] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert!(hello["init_ms"].as_f64().unwrap() > 0.0);
    assert_eq!(
        (
            &hello["trigger"],
            &hello["outcome"],
            &hello["cold_start"],
            &hello["tenantId"]
        ),
        (
            &json!("http"),
            &json!("success"),
            &json!(true),
            &json!("blue")
        )
    );
    assert_eq!(
        (
            &panicked["outcome"],
            &panicked["cold_start"],
            panicked.get("init_ms")
        ),
        (&json!("panic"), &json!(false), None)
    );
    // no function has a route there, and none took it
    assert_eq!(
        (nowhere.get("function"), &nowhere["outcome"]),
        (None, &json!("nothing"))
    );
    assert_eq!(unreadable["outcome"], "refused");
    assert_eq!(unreadable["error_type"], "Runtime.InvalidEvent");
    assert_eq!(unreadable.get("tenantId"), None);
}

#[test]
fn a_managed_instance_tells_unasked() {
    let sum = [("FAAS_FUNCTION", "sum")];
    let probe = Probe::of_mode(Mode::Managed { polls: 2 }, &sum);
    let ids: BTreeSet<_> = (0..3)
        .map(|_| {
            let event = Event::new(PAIR);
            let id = event.id().to_owned();
            probe.answer(event);
            id
        })
        .collect();
    // who asks again has told
    probe.waiting(2);
    let lines = told(&probe.stop());
    let found: BTreeSet<_> = lines
        .iter()
        .map(|line| line["requestId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((found, lines.len()), (ids, 3));
    let starts = lines.iter().filter(|line| line.get("init_ms").is_some());
    assert_eq!(starts.count(), 1);
    assert!(lines.iter().all(|line| line["function"] == "sum"));

    let off = [("FAAS_FUNCTION", "sum"), ("FAAS__LAMBDA__REPORT", "false")];
    let probe = Probe::of_mode(Mode::Managed { polls: 2 }, &off);
    probe.answer(Event::new(PAIR));
    probe.waiting(2);
    assert_eq!(told(&probe.stop()), [] as [Value; 0]);
}

#[test]
fn with_metrics_the_line_is_a_document_of_theirs() {
    let probe = Probe::start(&[
        ("FAAS_FUNCTION", "explode"),
        ("FAAS__METRICS__EMF", "true"),
        ("FAAS__METRICS__NAMESPACE", "shop"),
        ("AWS_LAMBDA_LOG_FORMAT", "Text"),
        ("AWS_LAMBDA_LOG_LEVEL", "FATAL"),
    ]);
    probe.answer(Event::new(PAIR));
    probe.idle();
    let lines = told(&probe.stop());
    let [line] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!(line["error_type"], "Function.Panic");
    assert_eq!(
        (
            &line["function"],
            &line["invocations"],
            &line["errors"],
            &line["cold_starts"]
        ),
        (&json!("explode"), &json!(1), &json!(1), &json!(1))
    );
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "shop");
    assert_eq!(directive["Dimensions"], json!([["function", "trigger"]]));
    let metrics = directive["Metrics"].as_array().unwrap();
    let names: Vec<_> = metrics
        .iter()
        .map(|metric| metric["Name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "invocations",
            "errors",
            "cold_starts",
            "duration_ms",
            "init_ms",
            "peak_memory_mb"
        ]
    );
    assert!(names.iter().all(|name| line[*name].is_number()));
}
