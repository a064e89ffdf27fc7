//! The rules of each front end, one by one.

use serde_json::{Value, json};

use super::super::super::encode::Envelope;
use super::request;

fn v2(path: &str, stage: &str, domain: &str) -> Value {
    json!({
        "version": "2.0", "rawPath": path, "rawQueryString": "",
        "requestContext": {"http": {"method": "GET"}, "stage": stage, "domainName": domain},
    })
}

const OWN_DOMAIN: &str = "id.execute-api.eu-west-1.amazonaws.com";
const URL_DOMAIN: &str = "id.lambda-url.eu-west-1.on.aws";

fn rest(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({"httpMethod": "GET", "path": "/", "requestContext": {"stage": "prod"}});
    change(&mut event);
    event
}

fn alb(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({"httpMethod": "GET", "path": "/", "requestContext": {"elb": {}}});
    change(&mut event);
    event
}

#[test]
fn an_http_api_s_stage_is_not_routed() {
    for (path, stage, domain, routed) in [
        ("/prod/a", "prod", OWN_DOMAIN, "/a"),
        ("/prod", "prod", OWN_DOMAIN, "/"),
        ("/prod/", "prod", OWN_DOMAIN, "/"),
        ("/production/a", "prod", OWN_DOMAIN, "/production/a"),
        ("/a/prod", "prod", OWN_DOMAIN, "/a/prod"),
        ("/prod/a", "$default", OWN_DOMAIN, "/prod/a"),
        ("/$default/a", "$default", OWN_DOMAIN, "/$default/a"),
        ("/prod/a", "prod", "api.example.com", "/prod/a"),
    ] {
        let read = request(&v2(path, stage, domain));
        assert_eq!(read.target, routed, "{path} {stage} {domain}");
        let public = (path != routed).then_some(path);
        assert_eq!(read.details.public_path.as_deref(), public);
    }
}

#[test]
fn payload_1_0_of_an_http_api_has_the_stage_too() {
    let mut event = rest(|event| event["path"] = json!("/prod/a b"));
    assert_eq!(request(&event).target, "/prod/a%20b");
    event["version"] = json!("1.0");
    let read = request(&event);
    assert_eq!(read.target, "/a%20b");
    assert_eq!(read.details.public_path.as_deref(), Some("/prod/a b"));
}

#[test]
fn a_rest_api_s_public_path_is_kept() {
    let event = rest(|event| event["requestContext"]["path"] = json!("/prod/"));
    let read = request(&event);
    assert_eq!(read.target, "/");
    assert_eq!(read.details.public_path.as_deref(), Some("/prod/"));
}

#[test]
fn only_decoded_paths_are_encoded() {
    let path = "/a b/100%/é?/[x]+{y}";
    let encoded = "/a%20b/100%25/%C3%A9%3F/%5Bx%5D+%7By%7D";
    assert_eq!(request(&v2(path, "$default", OWN_DOMAIN)).target, encoded);

    let sent = "/a%20b/100%25/%C3%A9%2F;v=1/[x]";
    let url = v2(sent, "$default", URL_DOMAIN);
    let emulated = v2(sent, "$default", "localhost");
    let rest = rest(|event| event["path"] = json!(sent));
    let alb = alb(|event| event["path"] = json!(sent));
    let lattice =
        json!({"method": "GET", "path": sent, "requestContext": {"serviceNetworkArn": "a"}});
    for event in [url, emulated, rest, alb, lattice] {
        assert_eq!(request(&event).target, sent, "{event}");
    }
}

#[test]
fn any_path_becomes_a_valid_one() {
    for (path, target) in [
        ("", "/"),
        ("a", "/a"),
        ("//evil.example/a", "//evil.example/a"),
        ("/a#b", "/a%23b"),
        ("/\u{0}\n", "/%00%0A"),
        ("*", "/*"),
    ] {
        assert_eq!(request(&v2(path, "$default", URL_DOMAIN)).target, target);
    }
}

#[test]
fn the_raw_query_is_taken_over_the_joined_one() {
    let mut event = v2("/", "$default", OWN_DOMAIN);
    event["rawQueryString"] = json!("a=1,2&a=3&b=x+y%2B&c=[1]&d=é \"#");
    event["queryStringParameters"] = json!({"a": "1,2,3"});
    let target = "/?a=1,2&a=3&b=x+y%2B&c=[1]&d=%C3%A9%20%22%23";
    assert_eq!(request(&event).target, target);
}

#[test]
fn decoded_queries_are_encoded_and_encoded_ones_are_not() {
    let multi = json!({"a b": ["1+1", "x y&z=é"], "c": [""], "d": []});
    let event = rest(|event| {
        event["multiValueQueryStringParameters"] = multi.clone();
        event["queryStringParameters"] = json!({"a b": "last"});
    });
    let target = "/?a%20b=1%2B1&a%20b=x%20y%26z%3D%C3%A9&c=";
    assert_eq!(request(&event).target, target);

    let event = alb(|event| event["queryStringParameters"] = json!({"a+b": "%3Fx%3D1+2"}));
    assert_eq!(request(&event).target, "/?a+b=%3Fx%3D1+2");
}

#[test]
fn the_single_query_serves_where_there_is_no_other() {
    let event = rest(|event| {
        event["multiValueQueryStringParameters"] = Value::Null;
        event["queryStringParameters"] = json!({"a": "1", "b": null, "c": 5});
    });
    assert_eq!(request(&event).target, "/?a=1&b=");
}

#[test]
fn null_maps_are_empty_ones() {
    let event = rest(|event| {
        for key in [
            "headers",
            "multiValueHeaders",
            "queryStringParameters",
            "body",
            "isBase64Encoded",
            "cookies",
        ] {
            event[key] = Value::Null;
        }
    });
    let read = request(&event);
    assert!(read.headers.is_empty());
    assert!(read.body.is_empty());
}

#[test]
fn single_headers_fill_in_for_names_without_multiple_values() {
    let headers = |event: &mut Value| {
        event["headers"] = json!({"A": "last", "Only": "1", "only": "2"});
        event["multiValueHeaders"] = json!({"a": ["first", "last"], "A": ["more"]});
    };
    let read = request(&rest(headers));
    assert_eq!(read.header("a"), [&b"more"[..], b"first", b"last"]);
    assert_eq!(read.header("only"), [b"1", b"2"]);
}

#[test]
fn a_header_that_http_forbids_is_left_out() {
    let event = alb(|event| {
        event["headers"] = json!({
            "good": "1", "b d": "2", "": "3", "bad": "a\r\nb: c", "number": 5, "null": null, "nested": [["x"]],
            "list": ["1", 2, "3"], "escaped": "\"é\\", "x".repeat(70_000): "4",
        });
    });
    let read = request(&event);
    assert_eq!(read.headers.keys_len(), 3);
    assert_eq!(read.header("good"), [b"1"]);
    assert_eq!(read.header("list"), [b"1", b"3"]);
    assert_eq!(read.header("escaped"), ["\"é\\".as_bytes()]);
}

#[test]
fn more_headers_than_anyone_sends_are_left_out() {
    let lines: serde_json::Map<_, _> = (0..40_000)
        .map(|n| (format!("n{n}"), json!(["v", "w"])))
        .collect();
    let mut read = request(&alb(|event| {
        event["multiValueHeaders"] = lines.clone().into();
        event["headers"] = lines.into();
        event["headers"]["only-here"] = json!("v");
        event["requestContext"]["domainName"] = json!("example.com");
    }));
    assert_eq!(read.headers.len(), 4096 + 1, "with the host");
    read.headers
        .insert("x-more", http::HeaderValue::from_static("v"));
}

#[test]
fn cookies_become_one_header_unless_there_is_one() {
    let mut event = v2("/", "$default", URL_DOMAIN);
    event["cookies"] = json!(["a=1", "b=\"2\"", "c=3"]);
    assert_eq!(request(&event).header("cookie"), [b"a=1; b=\"2\"; c=3"]);
    event["headers"] = json!({"cookie": "a=1; b=2"});
    assert_eq!(request(&event).header("cookie"), [b"a=1; b=2"]);
    event["cookies"] = json!(["a=1\n"]);
    event["headers"] = json!({});
    assert!(request(&event).header("cookie").is_empty());
}

#[test]
fn the_host_is_the_domain_unless_it_was_sent() {
    let mut event = v2("/", "$default", URL_DOMAIN);
    assert_eq!(request(&event).header("host"), [URL_DOMAIN.as_bytes()]);
    event["headers"] = json!({"Host": "example.com"});
    assert_eq!(request(&event).header("host"), [b"example.com"]);
}

#[test]
fn a_length_that_is_not_the_body_s_is_put_right() {
    for (sent, body, expected) in [
        (json!("4"), "body", Some("4")),
        (json!("9"), "body", Some("4")),
        (json!("many"), "body", Some("4")),
        (json!("-1"), "", Some("0")),
        (json!(["4", "4"]), "body", Some("4")),
        (Value::Null, "body", None),
    ] {
        let event = alb(|event| {
            event["headers"] = json!({"Content-Length": sent.clone()});
            event["body"] = json!(body);
        });
        let expected: Vec<_> = expected.map(str::as_bytes).into_iter().collect();
        assert_eq!(request(&event).header("content-length"), expected, "{sent}");
    }
}

#[test]
fn base64_may_lack_its_padding() {
    for body in ["/w==", "/w"] {
        let event = alb(|event| {
            event["body"] = json!(body);
            event["isBase64Encoded"] = json!(true);
        });
        assert_eq!(&request(&event).body[..], [0xff]);
    }
}

#[test]
fn the_security_token_is_a_credential_and_no_header() {
    let mut event = v2("/", "$default", OWN_DOMAIN);
    event["headers"] = json!({"X-Amz-Security-Token": "s3cr3t", "x-amzn-trace-id": "Root=1"});
    let rest = rest(|event| {
        event["headers"] = json!({"X-Amz-Security-Token": "old"});
        event["multiValueHeaders"] =
            json!({"X-Amz-Security-Token": ["s3cr3t"], "X-Amzn-Trace-Id": ["Root=1"]});
    });
    for event in [event, rest] {
        let read = request(&event);
        assert!(read.header("x-amz-security-token").is_empty());
        let token = read.details.credentials.get("x-amz-security-token");
        assert_eq!(token, Some("s3cr3t"));
        assert!(!format!("{:?}", read.details).contains("s3cr3t"));
        assert_eq!(read.header("x-amzn-trace-id"), [b"Root=1"]);
    }
}

#[test]
fn the_client_is_where_the_front_end_puts_it() {
    let source_ip = |address: &str| {
        rest(|event| event["requestContext"]["identity"] = json!({"sourceIp": address}))
    };
    let forwarded = |hops: Value| alb(|event| event["headers"] = json!({"X-Forwarded-For": hops}));
    for (event, address) in [
        (source_ip("192.0.2.1"), Some("192.0.2.1")),
        (source_ip("192.0.2.1/32"), Some("192.0.2.1")),
        (source_ip("2001:db8::1"), Some("2001:db8::1")),
        (source_ip("test-invoke-source-ip"), None),
        (forwarded(json!("10.0.0.1, 192.0.2.7")), Some("192.0.2.7")),
        (
            forwarded(json!(["10.0.0.1", "10.0.0.2,192.0.2.7"])),
            Some("192.0.2.7"),
        ),
        (forwarded(json!("192.0.2.7:4711")), Some("192.0.2.7")),
        (forwarded(json!("[2001:db8::1]:4711")), Some("2001:db8::1")),
        (forwarded(json!("")), None),
        (forwarded(Value::Null), None),
    ] {
        let address = address.map(|address| address.parse().unwrap());
        assert_eq!(request(&event).details.client_address, address, "{event}");
    }
}

#[test]
fn claims_are_where_the_front_end_puts_them() {
    let claims = |context: Value, event: &dyn Fn(Value) -> Value| {
        let details = request(&event(context)).details;
        let find = details.claims?;
        find(&details.request_context?)
    };
    let v2 = |authorizer: Value| json!({"rawPath": "/", "requestContext": {"http": {"method": "GET"}, "authorizer": authorizer}});
    let v1 = |authorizer: Value| rest(|event| event["requestContext"]["authorizer"] = authorizer);
    let lattice = |identity: Value| json!({"method": "GET", "path": "/", "requestContext": {"serviceNetworkArn": "a", "identity": identity}});
    let alb = |authorizer: Value| alb(|event| event["requestContext"]["authorizer"] = authorizer);
    let sub = json!({"sub": "ada"});

    assert_eq!(
        claims(json!({"jwt": {"claims": sub, "scopes": null}}), &v2),
        Some(sub.clone())
    );
    assert_eq!(
        claims(json!({"jwt": null, "lambda": sub}), &v2),
        Some(sub.clone())
    );
    assert_eq!(claims(json!({"iam": sub}), &v2), Some(sub.clone()));
    assert_eq!(claims(json!({"iam": null}), &v2), None);
    assert_eq!(claims(json!("none"), &v2), None);
    assert_eq!(
        claims(json!({"claims": sub, "scopes": null}), &v1),
        Some(sub.clone())
    );
    assert_eq!(claims(json!({"claims": null}), &v1), None);
    assert_eq!(claims(sub.clone(), &v1), Some(sub.clone()));
    assert_eq!(claims(Value::Null, &v1), None);
    assert_eq!(claims(sub.clone(), &lattice), Some(sub.clone()));
    assert_eq!(claims(sub, &alb), None);
}

#[test]
fn web_socket_events_are_requests_of_their_route() {
    for (event_type, method) in [
        ("CONNECT", "GET"),
        ("MESSAGE", "POST"),
        ("DISCONNECT", "DELETE"),
    ] {
        let read = request(&json!({
            "requestContext": {"connectionId": "c", "eventType": event_type, "routeKey": "say it/now"},
            "queryStringParameters": {"a": "b c"},
        }));
        assert_eq!(read.method, method);
        assert_eq!(read.target, "/@ws/say%20it/now?a=b%20c");
        assert_eq!(read.envelope, Envelope::WebSocket);
    }
}

#[test]
fn an_alb_s_answer_mirrors_the_request_s_maps() {
    let single = request(&alb(|event| event["headers"] = json!({})));
    assert_eq!(single.envelope, Envelope::Alb { multi_value: false });
    let multi = request(&alb(|event| event["multiValueHeaders"] = json!({})));
    assert_eq!(multi.envelope, Envelope::Alb { multi_value: true });
    let null = request(&alb(|event| event["multiValueHeaders"] = Value::Null));
    assert_eq!(null.envelope, Envelope::Alb { multi_value: false });
}

#[test]
fn the_request_context_is_kept_as_it_is() {
    let event =
        br#"{"rawPath":"/","requestContext": {"http" : {"method":"GET"}, "a":"\u00e9}"} ,"b":1}"#;
    let Ok(super::Event::Http(event)) = super::event(&bytes::Bytes::from_static(event)) else {
        panic!("no request");
    };
    let context = event.details.request_context.unwrap();
    assert_eq!(
        context.as_bytes(),
        br#"{"http" : {"method":"GET"}, "a":"\u00e9}"}"#
    );
}
