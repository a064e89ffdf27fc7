//! Connect's unary calls.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use prost::Message as _;
use prost_types::Any;
use serde_json::json;

use super::shop::item;
use super::*;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const PROTO: &[(&str, &str)] = &[("content-type", "application/proto")];

type Fields = &'static [(&'static str, &'static str)];

async fn ask<F: Future<Output = Response<Body>>>(
    form: &[(&'static str, &'static str)],
    body: impl Into<Vec<u8>>,
    service: impl FnOnce(Request<Body>) -> F,
) -> Told {
    call(
        post(shop::PUT, form, vec![body.into()]),
        &shop::schema(),
        service,
    )
    .await
}

fn answered(message: &[u8]) -> Response<Body> {
    native(&[&frame(0, message)], &[("grpc-status", "0")])
}

/// Connect's protocol, "Unary-Examples".
#[tokio::test]
async fn json_becomes_a_native_call() {
    let seen = Seen::default();
    let more = [
        ("accept-encoding", "br"),
        ("connect-protocol-version", "1"),
        ("connect-timeout-ms", "5000"),
        ("acme-shard-id", "42"),
        ("grpc-timeout", "1n"),
        ("content-length", "99"),
    ];
    let answer = |_| {
        let trailers = [
            ("grpc-status", "0"),
            ("acme-operation-cost", "237"),
            ("acme-operation-cost", "2"),
            ("x-key-bin", "AAE"),
        ];
        with(
            native(&[&frame(0, item("Buf"))], &trailers),
            &[("acme-node", "7"), ("grpc-accept-encoding", "gzip")],
        )
    };
    let told = ask(
        &[JSON, &more].concat(),
        r#" {"name": "Buf", "inStock": "12", "in_stocks": 3} "#,
        seen.answering(answer),
    )
    .await;

    let (head, body) = seen.only();
    assert_eq!(
        (head.method.as_str(), head.version, head.uri.path()),
        ("POST", Version::HTTP_2, shop::PUT)
    );
    assert_eq!(body.unwrap(), frame(0, b"\x0a\x03Buf\x10\x0c"));
    let expected = [
        ("content-type", "application/grpc+proto"),
        ("te", "trailers"),
        ("grpc-timeout", "5000000u"),
        ("acme-shard-id", "42"),
    ];
    assert_eq!(head.headers, fields(&expected));

    assert_eq!((told.status, told.text()), (200, r#"{"name":"Buf"}"#));
    let expected = [
        ("content-type", "application/json"),
        ("acme-node", "7"),
        ("trailer-acme-operation-cost", "237"),
        ("trailer-acme-operation-cost", "2"),
        ("trailer-x-key-bin", "AAE"),
    ];
    assert_eq!(told.fields, fields(&expected));
}

#[tokio::test]
async fn protobuf_passes_as_it_is_even_without_descriptors() {
    let seen = Seen::default();
    let request = post(
        "/else.Where/Get",
        PROTO,
        vec![vec![1, 2], vec![], vec![3], vec![4]],
    );
    let told = call(request, &Schema::default(), seen.echo()).await;
    assert_eq!(seen.only().1.unwrap(), frame(0, [1, 2, 3, 4]));
    assert_eq!(
        (told.status, told.field("content-type"), told.body()),
        (200, "application/proto", &[1, 2, 3, 4][..])
    );

    let told = call(
        post("/else.Where/Get", JSON, vec![b"{}".to_vec()]),
        &Schema::default(),
        Seen::default().echo(),
    )
    .await;
    assert_eq!(
        (told.status, &told.json()["code"]),
        (501, &json!("unimplemented"))
    );
    assert!(told.text().contains("faas::descriptors!"));
}

/// Connect's table "Error Codes".
#[tokio::test]
async fn every_error_has_its_name_and_its_http_status() {
    let table = [
        (1, "canceled", 499),
        (2, "unknown", 500),
        (3, "invalid_argument", 400),
        (4, "deadline_exceeded", 504),
        (5, "not_found", 404),
        (6, "already_exists", 409),
        (7, "permission_denied", 403),
        (8, "resource_exhausted", 429),
        (9, "failed_precondition", 400),
        (10, "aborted", 409),
        (11, "out_of_range", 400),
        (12, "unimplemented", 501),
        (13, "internal", 500),
        (14, "unavailable", 503),
        (15, "data_loss", 500),
        (16, "unauthenticated", 401),
    ];
    for (number, code, status) in table {
        // in the head, as errors come; and in trailers, behind a message that then does not count
        let head = |_| {
            with(
                refused(Code::from_number(number), "it's 5% off\n"),
                &[("x-cost", "1")],
            )
        };
        let told = ask(PROTO, "", Seen::default().answering(head)).await;
        assert_eq!(
            (told.status, told.field("content-type")),
            (status, "application/json")
        );
        assert_eq!(
            told.json(),
            json!({"code": code, "message": "it's 5% off\n"})
        );
        assert_eq!(told.field("x-cost"), "1");

        let trailers = |_| {
            let mut trailers = fields(&[("x-cost", "1")]);
            Status::new(Code::from_number(number), "").put(&mut trailers);
            let frames = [
                Frame::data(Bytes::from(frame(0, "ignored"))),
                Frame::trailers(trailers),
            ];
            native(&[], &[]).map(|_| body(frames.map(Ok::<_, Infallible>)))
        };
        let told = ask(JSON, "{}", Seen::default().answering(trailers)).await;
        assert_eq!((told.status, told.json()), (status, json!({"code": code})));
        assert_eq!(told.field("trailer-x-cost"), "1");
    }
}

#[tokio::test]
async fn error_details_come_as_base64_with_what_is_in_them() {
    let detail = |name: &str, value: Vec<u8>| Any {
        type_url: format!("type.googleapis.com/{name}"),
        value,
    };
    let unknown = detail("acme.Unknown", vec![1]);
    let broken = detail("shop.v1.Item", vec![0xff]);
    let known = detail("shop.v1.Item", item("x"));
    let packed = [known, unknown, broken].map(|any| {
        let any = any.encode_to_vec();
        [&[0x1a, u8::try_from(any.len()).unwrap()], &*any].concat()
    });
    let status = Status {
        details: Some(
            [b"\x08\x08\x12\x03out".to_vec(), packed.concat()]
                .concat()
                .into(),
        ),
        ..Status::new(Code::ResourceExhausted, "sold out")
    };
    let answer = |_| {
        let mut response = refused(Code::Ok, "");
        status.put(response.headers_mut());
        response
    };
    let told = ask(JSON, "{}", Seen::default().answering(answer)).await;
    let expected = json!({
        "code": "resource_exhausted",
        "message": "sold out",
        "details": [
            {"type": "shop.v1.Item", "value": STANDARD_NO_PAD.encode(item("x")), "debug": {"name": "x"}},
            {"type": "acme.Unknown", "value": "AQ"},
            {"type": "shop.v1.Item", "value": "/w"},
        ],
    });
    assert_eq!(told.json(), expected);
    assert!(!told.fields.contains_key("grpc-status-details-bin"));
}

#[tokio::test]
async fn a_malformed_request_is_refused_before_the_call() {
    let cases: [(Fields, Vec<u8>, &str, &str); 14] = [
        (&[], b"".to_vec(), "invalid_argument", "EOF"),
        (&[], b"null".to_vec(), "invalid_argument", "shop.v1.Item"),
        (&[], b"[]".to_vec(), "invalid_argument", "shop.v1.Item"),
        (&[], b"{} {}".to_vec(), "invalid_argument", "trailing"),
        (
            &[],
            br#"{"name": 5}"#.to_vec(),
            "invalid_argument",
            "shop.v1.Item",
        ),
        (
            &[],
            b"{\"name\": \"\xff\"}".to_vec(),
            "invalid_argument",
            "shop.v1.Item",
        ),
        (
            &[],
            [&b"{\"inner\":".repeat(400)[..], b"{}"].concat(),
            "resource_exhausted",
            "in memory",
        ),
        (
            &[],
            vec![b' '; LIMIT + 1],
            "resource_exhausted",
            "4097 bytes",
        ),
        (
            &[("connect-protocol-version", "2")],
            b"{}".to_vec(),
            "invalid_argument",
            "`2`",
        ),
        (
            &[("connect-timeout-ms", "12345678901")],
            b"{}".to_vec(),
            "invalid_argument",
            "12345678901",
        ),
        (
            &[("connect-timeout-ms", "-1")],
            b"{}".to_vec(),
            "invalid_argument",
            "`-1`",
        ),
        (
            &[("content-encoding", "zstd")],
            b"{}".to_vec(),
            "unimplemented",
            "use gzip or identity",
        ),
        (
            &[("content-encoding", "gzip")],
            b"{}".to_vec(),
            "invalid_argument",
            "decompressed",
        ),
        (
            &[("content-encoding", "gzip")],
            gzipped(vec![b' '; 1 << 20]),
            "resource_exhausted",
            "over the limit",
        ),
    ];
    for (more, body, code, text) in cases {
        let seen = Seen::default();
        let told = ask(&[JSON, more].concat(), body, seen.echo()).await;
        assert!(seen.is_nothing());
        assert_eq!(told.json()["code"], code, "{told:?}");
        let message = told.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(text), "{message}");
        assert_eq!(told.field("content-type"), "application/json");
    }
    let told = ask(
        &[JSON, &[("content-encoding", "zstd")]].concat(),
        "{}",
        Seen::default().echo(),
    )
    .await;
    assert_eq!(told.field("accept-encoding"), "gzip");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_told() {
    let body = |error: BoxError| {
        let frames = stream::iter([Ok(Frame::data(Bytes::from("{"))), Err(error)]);
        post(shop::PUT, JSON, vec![]).map(|_| Body::new(StreamBody::new(frames)))
    };
    let told = call(body("gone".into()), &shop::schema(), Seen::default().echo()).await;
    assert_eq!(
        told.json(),
        json!({"code": "unknown", "message": "the request's body broke off: gone"})
    );

    let limited = http_body_util::Limited::new(Body::from("{}   "), 3);
    let request = post(shop::PUT, JSON, vec![]).map(|_| Body::new(limited));
    let told = call(request, &shop::schema(), Seen::default().echo()).await;
    assert_eq!(told.json()["code"], "resource_exhausted");
}

#[tokio::test]
async fn compression_is_undone_for_the_service_and_offered_to_it() {
    for (more, offered) in [
        (&[][..], false),
        (&[("content-encoding", "identity")], false),
        (&[("content-encoding", "gzip")], true),
        (
            &[
                ("content-encoding", "gzip"),
                ("accept-encoding", "identity"),
            ],
            false,
        ),
        (&[("accept-encoding", "br, gzip")], true),
        (&[("accept-encoding", "gzip;q=0.5")], true),
        (&[("accept-encoding", "br;q=1, gzip;q=0, zstd")], false),
        // of streams
        (&[("connect-accept-encoding", "gzip")], false),
    ] {
        let is_compressed = more.contains(&("content-encoding", "gzip"));
        for (form, sent) in [(JSON, br#"{"name":"x"}"#.to_vec()), (PROTO, item("x"))] {
            let body = if is_compressed {
                gzipped(&sent)
            } else {
                sent.clone()
            };
            let seen = Seen::default();
            let told = ask(&[form, more].concat(), body, seen.echo()).await;
            assert_eq!(told.body(), sent);
            let (head, body) = seen.only();
            assert_eq!(body.unwrap(), frame(0, item("x")));
            assert_eq!(
                head.headers.contains_key("grpc-accept-encoding"),
                offered,
                "{more:?}"
            );
            assert!(!head.headers.contains_key("grpc-encoding"));
        }
    }
    // an empty body is never compressed
    let told = ask(
        &[PROTO, &[("content-encoding", "gzip")]].concat(),
        "",
        Seen::default().echo(),
    )
    .await;
    assert_eq!((told.status, told.body()), (200, &[][..]));
}

#[tokio::test]
async fn an_answer_is_compressed_if_the_service_has_done_it() {
    let answer = |_| {
        let body = frame(1, gzipped(item("x")));
        with(
            native(&[&body], &[("grpc-status", "0")]),
            &[("grpc-encoding", "gzip")],
        )
    };
    let accepts = &[("accept-encoding", "gzip")];
    for (form, expected) in [(JSON, br#"{"name":"x"}"#.to_vec()), (PROTO, item("x"))] {
        let sent = if form == JSON { "{}" } else { "" };
        let told = ask(
            &[form, accepts].concat(),
            sent,
            Seen::default().answering(answer),
        )
        .await;
        assert_eq!((told.status, told.field("content-encoding")), (200, "gzip"));
        assert_eq!(plain(told.body()), expected);
    }
    // some messages are not worth it
    let answer = |_| with(answered(&item("x")), &[("grpc-encoding", "gzip")]);
    let told = ask(PROTO, "", Seen::default().answering(answer)).await;
    assert_eq!(told.body(), item("x"));
    assert!(!told.fields.contains_key("content-encoding"));
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_internal() {
    let whole = frame(0, item("x"));
    let ok = &[("grpc-status", "0")][..];
    let two = [&*whole, &whole].concat();
    let mut cases = vec![
        native(&[], ok),
        native(&[&two], ok),
        native(&[&whole], &[]),
        native(&[&frame(1, item("x"))], ok),
        native(&[&frame(9, item("x"))], ok),
        with(native(&[&frame(1, "x")], ok), &[("grpc-encoding", "gzip")]),
        with(native(&[&whole], ok), &[("grpc-encoding", "snappy")]),
        native(&[&frame(0, [0xff])], ok),
        refused(Code::Ok, ""),
        native(&[], &[]).map(|_| body([Err::<Frame<Bytes>, _>("reset")])),
    ];
    cases.extend((1..whole.len()).map(|cut| native(&[&whole[..cut]], ok)));
    for response in cases {
        let shown = format!("{response:?}");
        let told = ask(JSON, "{}", async |_| response).await;
        assert_eq!(
            (told.status, told.field("content-type")),
            (500, "application/json"),
            "{shown}"
        );
        assert_eq!(told.json()["code"], "internal", "{shown}");
    }
}

#[tokio::test]
async fn what_stands_in_front_of_a_service_is_translated_too() {
    let front = async |_| {
        let response = Response::builder()
            .status(503)
            .header("content-type", "text/plain");
        response
            .header("content-encoding", "br")
            .header("retry-after", "7")
            .body(Body::from("later"))
            .unwrap()
    };
    let told = ask(JSON, "{}", front).await;
    assert_eq!(
        (told.status, &told.json()["code"]),
        (503, &json!("unavailable"))
    );
    assert_eq!(told.field("retry-after"), "7");
    assert!(!told.fields.contains_key("content-encoding"));
}
