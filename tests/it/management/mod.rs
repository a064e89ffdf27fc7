//! The management port: probes, figures, the list of functions.

mod access;
mod invoke;

use crate::process::specimen;
use crate::wire::Connection;

#[test]
fn probes() {
    let process = specimen().start();
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let answer = process.manage(path);
        assert_eq!((answer.status, answer.text()), (200, text));
    }
    let head = Connection::open(process.management)
        .request("HEAD /healthz")
        .head();
    assert_eq!(head.status, 200);
}

#[test]
fn what_does_not_exist_is_told_with_what_does() {
    let process = specimen().start();
    for path in ["/", "/metric", "/healthz/", "/invoke"] {
        let detail = process.manage(path).problem(404).unwrap();
        assert!(
            detail.contains("/healthz") && detail.contains("/invoke/"),
            "{detail}"
        );
    }
}

#[test]
fn other_methods_are_told_which_are_allowed() {
    let process = specimen().start();
    let mut connection = Connection::open(process.management);
    for (request, allowed) in [
        ("POST /healthz", "GET, HEAD"),
        ("DELETE /metrics", "GET, HEAD"),
        ("PUT /functions", "GET, HEAD"),
        ("GET /invoke/sum", "POST"),
    ] {
        let answer = connection.request(request).answer();
        answer.problem(405);
        // RFC 9110, section 15.5.6: a 405 has to name them
        assert_eq!(answer.header("allow"), Some(allowed), "{request}");
    }
}

#[test]
fn functions_are_described() {
    let process = specimen().set("FAAS_FUNCTION", "good,sum").start();
    let description = process.manage("/functions").json();
    assert_eq!(description["version"], 1);
    let functions = description["functions"].as_array().unwrap();
    let names: Vec<_> = functions.iter().map(|function| &function["name"]).collect();
    assert_eq!(names, ["good", "sum"]);
}

#[test]
fn metrics_are_prometheus_text() {
    let process = specimen().start();
    for _ in 0..3 {
        process.get("/good");
    }
    process.get("/fail/panic");
    process.get("/fail/retry");
    process.get("/fail/reject");
    process.invoke("event_reject", "null");
    for (function, outcome, count) in [
        ("good", "success", 3),
        ("good", "retry", 0),
        ("fail_panic", "panic", 1),
        ("fail_retry", "retry", 1),
        ("fail_reject", "success", 1),
        ("event_reject", "reject", 1),
    ] {
        assert_eq!(
            process.count(function, outcome),
            count,
            "{function} {outcome}"
        );
    }
    let answer = process.manage("/metrics");
    let media_type = answer.header("content-type").unwrap();
    assert!(
        media_type.starts_with("text/plain; version=0.0.4"),
        "{media_type}"
    );
    check(answer.text());
    let duration = "faas_invocation_duration_seconds_count{function=\"good\",trigger=\"http\"} 3";
    assert!(
        answer.text().lines().any(|line| line == duration),
        "{}",
        answer.text()
    );
    let cold: u64 = sum(answer.text(), "faas_cold_starts_total{");
    assert_eq!(cold, 1, "one invocation of the instance was its first");
    assert_eq!(sum(answer.text(), "faas_in_flight{"), 0);
}

fn sum(metrics: &str, series: &str) -> u64 {
    let lines = metrics.lines().filter(|line| line.starts_with(series));
    let values = lines.map(|line| line.rsplit_once(' ').unwrap().1);
    values.map(|value| value.parse::<u64>().unwrap()).sum()
}

/// Checks what the format demands: each family announced once, in one piece, each series once, buckets that only grow.
#[track_caller]
fn check(metrics: &str) {
    let (mut families, mut series) = (Vec::new(), Vec::new());
    let mut bucket: Option<(String, u64)> = None;
    for line in metrics.lines() {
        if let Some(announced) = line.strip_prefix("# TYPE ") {
            let (name, kind) = announced.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(!families.contains(&name), "{line}");
            families.push(name);
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with(families.last().unwrap()), "{line}");
        assert!(
            (name.contains("{function=\"") || name.contains("{queue=\"")) && name.ends_with("\"}"),
            "{line}"
        );
        assert!(!series.contains(&name), "{line}");
        series.push(name);
        let number: f64 = value.parse().unwrap();
        assert!(number >= 0.0, "{line}");
        if let Some((of, _)) = name.split_once(",le=") {
            let count: u64 = value.parse().unwrap();
            if let Some((last, least)) = &bucket {
                assert!(last != of || count >= *least, "{line}");
            }
            bucket = Some((of.to_owned(), count));
        }
    }
    assert!(
        metrics.ends_with('\n') && families.len() >= 4,
        "{families:?}"
    );
}
