//! Who may use the management port: programs of this machine, and no web page.

use crate::process::{Process, specimen};
use crate::wire::{Answer, Connection};

/// Sends a request with this `Host` and more lines.
fn ask(process: &Process, first_line: &str, host: &str, more: &str) -> Answer {
    let mut connection = Connection::open(process.management);
    connection.send(format!(
        "{first_line} HTTP/1.1\r\nhost: {host}\r\n{more}\r\n"
    ));
    connection.answer()
}

const PATHS: [&str; 5] = [
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /functions",
    "POST /invoke/open",
];

/// A page of `http://evil.example` can let its name resolve to 127.0.0.1; the browser then sends that name.
#[test]
fn a_name_that_was_made_to_resolve_here_is_refused() {
    let process = specimen().start();
    let port = process.management.port();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("evil.localhost:{port}"),
        format!("localhost:{}", port ^ 1),
        "127.0.0.2".to_owned(),
        String::new(),
    ] {
        for path in PATHS {
            ask(&process, path, &host, "").problem(403);
        }
    }
    assert_eq!(process.count("open", "success"), 0);
}

#[test]
fn its_own_names_are_answered() {
    let process = specimen().start();
    let port = process.management.port();
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("LOCALHOST:{port}"),
        format!("[::1]:{port}"),
        "localhost".to_owned(),
    ] {
        let answer = ask(&process, "GET /healthz", &host, "");
        assert_eq!(answer.status, 200, "{host}");
    }
}

/// The target's authority counts where there is one (RFC 9112, section 3.2.2).
#[test]
fn a_target_with_an_authority_is_judged_by_it() {
    let process = specimen().start();
    let own = process.management.to_string();
    ask(&process, "GET http://evil.example/functions", &own, "").problem(403);
    let answer = ask(&process, &format!("GET http://{own}/functions"), &own, "");
    assert_eq!(answer.status, 200);
}

#[test]
fn no_web_page_is_answered() {
    let process = specimen().start();
    let own = process.management.to_string();
    for origin in [
        "http://evil.example",
        "null",
        &format!("http://{own}"),
        "http://localhost:8080",
    ] {
        for path in PATHS {
            let more = format!("origin: {origin}\r\n");
            let answer = ask(&process, path, &own, &more);
            answer.problem(403);
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
        let preflight = format!("origin: {origin}\r\naccess-control-request-method: POST\r\n");
        ask(&process, "OPTIONS /invoke/open", &own, &preflight).problem(403);
    }
    assert_eq!(process.count("open", "success"), 0);
}

/// In a cluster probes and collectors come from other machines, by the address of the Pod.
#[test]
fn others_than_this_machine_may_only_read() {
    let process = specimen()
        .set("KUBERNETES_SERVICE_HOST", "10.0.0.1")
        .set("FAAS__MANAGEMENT__LISTEN", "0.0.0.0:0")
        .start();
    for host in ["10.1.2.3:9901", "localhost", "specimen.default.svc"] {
        for path in &PATHS[..3] {
            assert_eq!(ask(&process, path, host, "").status, 200, "{path} {host}");
        }
        ask(&process, "GET /functions", host, "").problem(404);
        let answer = ask(&process, "POST /invoke/open", host, "content-length: 0\r\n");
        answer.problem(403);
    }
    let metrics = process.manage("/metrics");
    let opened = |line: &str| {
        line.contains("function=\"open\"") && line.contains("_total") && !line.ends_with(" 0")
    };
    assert!(!metrics.text().lines().any(opened), "{}", metrics.text());
}

/// The address decides, not the environment.
#[test]
fn loopback_in_a_cluster_is_still_loopback() {
    let process = specimen()
        .set("KUBERNETES_SERVICE_HOST", "10.0.0.1")
        .start();
    assert_eq!(process.invoke("sum", r#"{"a":1,"b":2}"#).status, 200);
    ask(&process, "GET /metrics", "10.1.2.3:9901", "").problem(403);
}
