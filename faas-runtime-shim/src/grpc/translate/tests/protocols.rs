//! Which protocol a request has, and what is answered to those that have none.

use super::*;

#[track_caller]
fn check(request: Request<Body>, expected: &str) {
    assert_eq!(format!("{:?}", wire(&request)), expected);
}

#[test]
fn the_content_type_tells_the_protocol() {
    let binary = "Web(Form { sends_text: false, wants_text: false })";
    let text = "Web(Form { sends_text: true, wants_text: true })";
    for (content_type, expected) in [
        ("application/grpc", "Native"),
        ("application/grpc+proto", "Native"),
        ("application/grpc+json", "Native"),
        ("application/grpc;charset=utf-8", "Native"),
        ("application/grpc-web", binary),
        ("application/grpc-web+proto", binary),
        ("APPLICATION/GRPC-WEB+proto; x=y", binary),
        ("application/grpc-web-text", text),
        ("application/grpc-web-text+proto", text),
        ("application/grpc-web+json", "Foreign"),
        ("application/grpc-web+thrift", "Foreign"),
        ("application/grpc-webx", "Foreign"),
        ("application/proto", "Connect(Unary(Proto))"),
        ("application/json", "Connect(Unary(Json))"),
        ("application/json; charset=utf-8", "Connect(Unary(Json))"),
        ("application/json; charset=latin1", "Foreign"),
        ("application/connect+proto", "Connect(Stream(Proto))"),
        ("application/connect+json", "Connect(Stream(Json))"),
        ("application/connect+yaml", "Foreign"),
        ("text/html", "Foreign"),
        ("", "Foreign"),
    ] {
        check(
            post(shop::GET, &[("content-type", content_type)], vec![]),
            expected,
        );
    }
    check(post(shop::GET, &[], vec![]), "Foreign");
    for (accepted, wants_text) in [
        ("application/grpc-web-text", true),
        ("application/grpc-web+proto, */*", false),
        ("*/*", true),
    ] {
        let sent = ("content-type", "application/grpc-web-text");
        let expected = format!("Web(Form {{ sends_text: true, wants_text: {wants_text} }})");
        check(
            post(shop::GET, &[sent, ("accept", accepted)], vec![]),
            &expected,
        );
    }
}

#[test]
fn a_get_is_a_call_by_its_query() {
    for query in [
        "message=%7B%7D&encoding=json",
        "connect=v1",
        "encoding=proto",
        "a=b&message",
    ] {
        check(get(&format!("{}?{query}", shop::GET)), "Connect(Get)");
    }
    for target in [
        "/shop.v1.Shop/Get",
        "/shop.v1.Shop/Get?",
        "/shop.v1.Shop/Get?messages=1&base64=1",
    ] {
        check(get(target), "Foreign");
    }
}

/// Connect's conformance suite, "unexpected-verb", "unexpected-codec", "unexpected-uri".
#[tokio::test]
async fn what_is_no_call_gets_its_own_http_status() {
    let schema = shop::schema();
    let told = async |request| {
        let seen = Seen::default();
        let told = call(request, &schema, seen.echo()).await;
        assert!(seen.is_nothing());
        told
    };
    let json = ("content-type", "application/json");

    for verb in [Method::DELETE, Method::PUT, Method::HEAD, Method::OPTIONS] {
        let mut request = post(shop::PUT, &[json], vec![]);
        *request.method_mut() = verb;
        let answer = told(request).await;
        assert_eq!((answer.status, answer.field("allow")), (405, "POST"));
    }
    let mut request = post(shop::GET, &[json], vec![]);
    *request.method_mut() = Method::DELETE;
    assert_eq!(told(request).await.field("allow"), "GET, POST");
    for path in [shop::PUT, shop::LIST, "/else.Where/Get"] {
        let answer = told(get(&format!("{path}?encoding=json&message=%7B%7D"))).await;
        assert_eq!((answer.status, answer.field("allow")), (405, "POST"));
    }

    let foo = ("content-type", "application/foo");
    let answer = told(post(shop::PUT, &[foo], vec![])).await;
    assert_eq!(answer.status, 415);
    assert!(
        answer
            .field("accept-post")
            .starts_with("application/json, application/proto, application/grpc,")
    );
    let answer = told(post(shop::LIST, &[json], vec![])).await;
    assert_eq!(answer.status, 415);
    assert!(
        answer
            .field("accept-post")
            .starts_with("application/connect+json, application/connect+proto,")
    );
    let stream = ("content-type", "application/connect+json");
    assert_eq!(told(post(shop::PUT, &[stream], vec![])).await.status, 415);
    for query in ["encoding=yaml&message=x", "message=%7B%7D"] {
        assert_eq!(
            told(get(&format!("{}?{query}", shop::GET))).await.status,
            415
        );
    }

    let answer = told(post("/shop.v1.Shop/Steal", &[json], vec![])).await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.json()["code"], "unimplemented");

    let mut request = post(shop::CHAT, &[stream], vec![]);
    *request.version_mut() = Version::HTTP_11;
    let answer = told(request).await;
    assert_eq!((answer.status, answer.field("connection")), (505, "close"));
}
