//! What is no event: probes, routes, the only `invoke` function.

use super::knative;

#[test]
fn probes() {
    let process = knative().start_on_platform();
    let mut connection = process.connect();
    for path in ["/health/liveness", "/health/readiness"] {
        let answer = connection
            .request(&format!("GET {path}\nuser-agent: kube-probe/1.30"))
            .answer();
        assert_eq!((answer.status, answer.text()), (200, "ok\n"), "{path}");
    }
}

#[test]
fn requests_are_routed() {
    let process = knative().start_on_platform();
    let mut connection = process.connect();
    assert_eq!(connection.get("/good").text(), "good");
    let answer = connection.post("/echo", "text/plain", "there and back");
    assert_eq!((answer.status, answer.text()), (200, "there and back"));
    connection.get("/nowhere").problem(404);
    connection.get("/fail/panic").bare_problem(500);
    // several functions could take it
    connection.post("/", "application/json", "{}").problem(404);
}

#[test]
fn a_credential_is_the_application_s_own() {
    let process = knative().start_on_platform();
    let answer = process
        .connect()
        .request("GET /caller\nauthorization: Bearer token\nforwarded: for=192.0.2.7;proto=http")
        .answer();
    assert_eq!(answer.text(), "Bearer token from 192.0.2.7");
}

#[test]
fn a_selected_function_takes_what_is_posted() {
    let process = knative().set("FAAS_FUNCTION", "sum").start_on_platform();
    let mut connection = process.connect();
    let answer = connection.post("/", "application/json", r#"{"a":2,"b":3}"#);
    assert_eq!((answer.status, answer.text()), (200, r#"{"sum":5}"#));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let detail = connection
        .post("/", "application/json", r#"{"a":2}"#)
        .problem(400);
    assert!(detail.unwrap().contains("`b`"));
    connection.get("/").problem(404);
    assert_eq!(connection.get("/health/readiness").status, 200);
}
