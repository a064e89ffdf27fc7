//! The law of cookies: what a client sends arrives as it was sent, however its front end hands it over.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::request;

/// RFC 6265, section 4.1.1, with what browsers send beside it.
fn cookies() -> impl Strategy<Value = Vec<String>> {
    vec("[a-zA-Z0-9_-]{1,6}=[!#-+./-:<-\\[\\]-~\"=é]{0,12}", 1..6)
}

/// The event of each front end for a request with these lines `cookie: …`.
fn events(lines: &[String]) -> Vec<(&'static str, Value)> {
    let joined = lines.join("; ");
    let each: Vec<_> = joined.split("; ").collect();
    let rest = json!({
        "httpMethod": "GET", "path": "/", "requestContext": {"stage": "$default"},
        "headers": {"Cookie": lines.last()}, "multiValueHeaders": {"Cookie": lines},
    });
    let mut first = rest.clone();
    first["version"] = json!("1.0");
    let url = |domain: &str, headers: Value| {
        json!({
            "version": "2.0", "rawPath": "/", "rawQueryString": "", "cookies": each, "headers": headers,
            "requestContext": {"http": {"method": "GET"}, "stage": "$default", "domainName": domain},
        })
    };
    let balancer = |headers: &str, value: Value| {
        json!({
            "requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/", headers: {"cookie": value},
        })
    };
    vec![
        ("REST API", rest),
        ("HTTP API, payload 1.0", first),
        ("HTTP API", url("a.execute-api.b", json!({}))),
        (
            "Function URL",
            url("a.lambda-url.b.on.aws", json!({"cookie": joined})),
        ),
        ("ALB", balancer("headers", json!(joined))),
        (
            "ALB, multi-value",
            balancer("multiValueHeaders", json!(lines)),
        ),
        (
            "VPC Lattice",
            json!({
                "version": "2.0", "method": "GET", "path": "/", "headers": {"cookie": lines},
                "requestContext": {"serviceNetworkArn": "a"},
            }),
        ),
    ]
}

proptest! {
    #[test]
    fn cookies_arrive_in_their_order(lines in vec(cookies(), 1..3)) {
        // HTTP/2 lets a client divide them (RFC 9113, section 8.2.3)
        let lines: Vec<_> = lines.iter().map(|cookies| cookies.join("; ")).collect();
        for (front, event) in events(&lines) {
            let read = request(&event);
            let arrived: Vec<_> = read.header("cookie").into_iter().map(String::from_utf8_lossy).collect();
            prop_assert_eq!(arrived.join("; "), lines.join("; "), "{} {}", front, event);
        }
    }
}
