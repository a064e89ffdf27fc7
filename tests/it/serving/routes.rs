//! Which function gets a request, and what is said when none does.

use crate::process::{probe, specimen};

#[test]
fn head_is_get_without_the_body() {
    let process = specimen().start();
    let mut connection = process.connect();
    let head = connection.request("HEAD /good").head();
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), Some("4"));
    let next = connection.get("/good");
    assert_eq!(next.text(), "good", "no byte of a body was in between");
    assert_eq!(process.count("good", "success"), 2);
}

#[test]
fn a_path_of_nobody_is_a_problem_document() {
    let process = specimen().start();
    let mut connection = process.connect();
    for request in [
        "GET /nowhere",
        "POST /nowhere",
        "GET /good/",
        "GET /hold/",
        "GET //good",
    ] {
        let answer = connection.request(request).answer();
        assert!(answer.problem(404).is_some(), "{request}");
    }
    let head = connection.request("HEAD /nowhere").head();
    assert_eq!(head.status, 404);
    assert_eq!(connection.get("/good").text(), "good");
}

#[test]
fn a_method_of_nobody_is_a_problem_document_that_names_the_others() {
    let process = specimen().start();
    let mut connection = process.connect();
    for (request, methods) in [
        ("POST /good", &["GET", "HEAD"][..]),
        ("DELETE /good", &["GET", "HEAD"]),
        ("GET /echo", &["POST", "PUT"]),
        ("OPTIONS /total", &["POST"]),
    ] {
        let answer = connection.request(request).answer();
        let mut allowed: Vec<_> = answer
            .header("allow")
            .unwrap()
            .split(',')
            .map(str::trim)
            .collect();
        allowed.sort_unstable();
        assert_eq!(allowed, methods, "{request}");
        answer.problem(405);
    }
    let head = connection.request("HEAD /echo").head();
    assert_eq!(head.status, 405);
    assert_eq!(connection.get("/good").text(), "good");
}

#[test]
fn a_function_without_methods_takes_them_all() {
    let process = probe().start();
    let mut connection = process.connect();
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"] {
        let request = format!("{method} /echo\ncontent-length: 2");
        let answer = connection.request(&request).send("ab").answer();
        assert_eq!((answer.status, answer.text()), (200, "ab"), "{method}");
    }
}

#[test]
fn parameters_of_the_path_are_decoded() {
    let process = probe().start();
    for (path, name) in [
        ("/hello/pen", "pen"),
        ("/hello/two%20pens", "two pens"),
        ("/hello/a%2Fb", "a/b"),
        ("/hello/%E6%97%A5", "日"),
        ("/hello/a+b?c=d", "a+b"),
    ] {
        let answer = process.get(path);
        assert_eq!(answer.json()["greeting"], format!("hello {name}"), "{path}");
    }
    let broken = process.get("/hello/%FF");
    assert_eq!(broken.status, 400, "{broken:?}");
}

#[test]
fn targets_that_are_no_path_are_nobody_s() {
    let process = specimen().start();
    for request in [
        "OPTIONS *",
        "CONNECT a:80",
        "GET http://a",
        "GET /../good",
        "GET /%2e%2e/good",
    ] {
        let mut connection = process.connect();
        let answer = connection.request(request).answer();
        assert!(
            [400, 404, 405].contains(&answer.status),
            "{request}: {answer:?}"
        );
    }
    assert_eq!(process.get("/good").text(), "good");
}

#[test]
fn only_selected_functions_are_served() {
    let process = specimen().set("FAAS_FUNCTION", "good, echo").start();
    assert_eq!(process.get("/good").text(), "good");
    process.get("/smuggled").problem(404);
}
