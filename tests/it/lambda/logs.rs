//! What an instance writes and reports of itself: lines in both of the platform's formats, causes for X-Ray.

use serde_json::{Value, json};

use super::api::{Event, Request};
use super::invocations::failed;
use super::probe::Probe;

const PAIR: &str = r#"{"a":1,"b":1}"#;

/// The lines of the log; what the probe itself prints is none.
fn lines(log: &str) -> impl Iterator<Item = &str> {
    log.lines().filter(|line| !line.starts_with("faas-probe"))
}

#[test]
fn text_lines_have_the_request_s_id_and_a_panic_is_one() {
    let probe = Probe::start(&[
        ("FAAS_FUNCTION", "explode"),
        ("AWS_LAMBDA_LOG_FORMAT", "Text"),
    ]);
    let event = Event::new(PAIR);
    let id = event.id().to_owned();
    let answer = probe.answer(event);
    failed(&answer, "Function.Panic", "Panic", "asked to explode");
    let log = probe.stop();
    let told = lines(&log).filter(|line| line.contains("asked to explode"));
    let [panicked, told] = told.collect::<Vec<_>>()[..] else {
        panic!("not two lines in\n{log}");
    };
    assert!(
        panicked.contains(&format!(
            " ERROR explode[{id}] panicked: the probe was asked to explode location="
        )),
        "{panicked}"
    );
    assert!(
        told.contains(&format!("[{id}] the function failed:")),
        "{told}"
    );
    for line in lines(&log) {
        // as in 2026-11-21T12:03:04.123Z
        assert_eq!(line.find("Z "), Some(23), "{line}");
        assert!(!line.contains('\u{1b}'), "{line}");
    }
}

#[test]
fn json_lines_are_what_the_platform_reads() {
    let probe = Probe::start(&[("_HANDLER", "bootstrap"), ("FAAS_LOG", "debug")]);
    let event = super::events::get("/panic").header("Lambda-Runtime-Aws-Tenant-Id", "blue");
    let id = event.id().to_owned();
    probe.answer(event);
    let unreadable = Event::new("{").without("Lambda-Runtime-Aws-Tenant-Id");
    let other = unreadable.id().to_owned();
    probe.answer(unreadable);
    let log = probe.stop();
    let lines: Vec<Value> = lines(&log)
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")))
        .collect();
    for line in &lines {
        let timestamp = line["timestamp"].as_str().unwrap();
        assert_eq!((timestamp.len(), timestamp.find('Z')), (24, Some(23)));
        let level = line["level"].as_str().unwrap();
        assert!(
            ["DEBUG", "INFO", "WARN", "ERROR"].contains(&level),
            "{line}"
        );
    }
    let named = |text: &str| {
        let mut named = lines
            .iter()
            .filter(|line| line["message"].as_str().unwrap().contains(text));
        named
            .next()
            .unwrap_or_else(|| panic!("no `{text}` in\n{log}"))
    };
    let panicked = named("panicked: ");
    assert_eq!(panicked["requestId"], *id);
    assert_eq!(panicked["tenantId"], "blue");
    assert_eq!(panicked["faas.trigger"], "http");
    let refused = named("the event cannot be read");
    assert_eq!(refused["requestId"], *other);
    assert_eq!(refused.get("tenantId"), None);
    assert_eq!(refused.get("faas.name"), None);
    assert_eq!(named("all functions are served").get("requestId"), None);
}

const CAUSE: &str = "lambda-runtime-function-xray-error-cause";

fn traced(function: &str, sampled: &str) -> Request {
    let probe = Probe::of(function);
    let trace =
        format!("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8{sampled}");
    probe.answer(Event::new(PAIR).header("Lambda-Runtime-Trace-Id", &trace))
}

#[test]
fn x_ray_is_told_the_cause_of_what_it_records() {
    let cause = |answer: &Request| serde_json::from_str::<Value>(&answer.header(CAUSE)).unwrap();
    let panicked = cause(&traced("explode", ";Sampled=1"));
    let exception = &panicked["exceptions"][0];
    assert_eq!(exception["type"], "Panic");
    assert_eq!(exception["message"], "the probe was asked to explode");
    let path = exception["stack"][0]["path"].as_str().unwrap();
    assert!(path.ends_with("src/invoked.rs"), "{path}");
    assert!(!path.starts_with('/'), "{path}");
    assert!(exception["stack"][0]["line"].as_u64().unwrap() > 1);
    assert_eq!(panicked["paths"], json!([path]));

    let refused = cause(&traced("refuse", ";Sampled=1"));
    assert_eq!(
        refused["exceptions"],
        json!([{ "type": "Refused", "message": "the probe was asked to refuse" }])
    );

    for sampled in [";Sampled=0", ""] {
        assert!(!traced("explode", sampled).has_header(CAUSE), "{sampled}");
    }
    assert!(!traced("sum", ";Sampled=1").has_header(CAUSE));
}
