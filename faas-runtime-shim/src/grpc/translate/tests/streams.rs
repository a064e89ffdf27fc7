//! Connect's calls in envelopes.

use serde_json::json;
use tokio::sync::mpsc;

use super::shop::item;
use super::*;

const JSON: &[(&str, &str)] = &[("content-type", "application/connect+json")];
const PROTO: &[(&str, &str)] = &[("content-type", "application/connect+proto")];

async fn ask<F: Future<Output = Response<Body>>>(
    path: &str,
    form: &[(&'static str, &'static str)],
    body: impl Into<Vec<u8>>,
    service: impl FnOnce(Request<Body>) -> F,
) -> Told {
    call(
        post(path, form, vec![body.into()]),
        &shop::schema(),
        service,
    )
    .await
}

/// What the last envelope says; those before it.
#[track_caller]
fn ended(told: &Told) -> (Vec<(u8, Vec<u8>)>, serde_json::Value) {
    assert_eq!(told.status, 200);
    let mut messages = frames(told.body());
    let (flags, end) = messages.pop().expect("there is an end");
    assert_eq!(flags, 2);
    assert!(messages.iter().all(|(flags, _)| flags & 2 == 0));
    (messages, serde_json::from_slice(&end).unwrap())
}

/// Connect's protocol, "Streaming-Examples".
#[tokio::test]
async fn envelopes_become_native_frames() {
    let seen = Seen::default();
    let sent = [
        frame(0, r#"{"name": "Buf"}"#),
        frame(0, r#"{"name": "Connect"}"#),
    ]
    .concat();
    let more = [
        ("connect-protocol-version", "1"),
        ("connect-timeout-ms", "250"),
        ("accept-encoding", "gzip"),
    ];
    let answer = |_| {
        let body = [frame(0, item("Hello")), frame(0, "")].concat();
        let trailers = [
            ("grpc-status", "0"),
            ("acme-operation-cost", "237"),
            ("acme-operation-cost", "2"),
        ];
        with(native(&[&body], &trailers), &[("acme-node", "7")])
    };
    let told = ask(
        shop::CHAT,
        &[JSON, &more].concat(),
        sent,
        seen.answering(answer),
    )
    .await;

    let (head, body) = seen.only();
    assert_eq!(
        body.unwrap(),
        [frame(0, item("Buf")), frame(0, item("Connect"))].concat()
    );
    let expected = [
        ("content-type", "application/grpc+proto"),
        ("te", "trailers"),
        ("grpc-timeout", "250000u"),
    ];
    assert_eq!(head.headers, fields(&expected));

    assert_eq!(
        told.fields,
        fields(&[
            ("content-type", "application/connect+json"),
            ("acme-node", "7")
        ])
    );
    let end = r#"{"metadata":{"acme-operation-cost":["237","2"]}}"#;
    let expected = [
        frame(0, r#"{"name":"Hello"}"#),
        frame(0, "{}"),
        frame(2, end),
    ];
    assert_eq!(told.body(), expected.concat());
}

#[tokio::test]
async fn protobuf_passes_as_it_is_wherever_it_is_cut() {
    let messages = [frame(0, item("a")), frame(0, ""), frame(0, vec![9; 300])].concat();
    for width in 1..=messages.len() {
        let pieces = messages.chunks(width).map(<[u8]>::to_vec).collect();
        let seen = Seen::default();
        let told = call(
            post("/else.Where/Chat", PROTO, pieces),
            &Schema::default(),
            seen.echo(),
        )
        .await;
        assert_eq!(seen.only().1.unwrap(), messages);
        assert_eq!(told.body(), [&*messages, &frame(2, "{}")].concat());
        assert_eq!(told.field("content-type"), "application/connect+proto");
    }
}

#[tokio::test]
async fn json_is_translated_wherever_it_is_cut() {
    let sent = [
        frame(0, r#"{"name":"a"}"#),
        frame(0, "{}"),
        frame(1, gzipped(r#"{"name":"c"}"#)),
    ]
    .concat();
    let native_body = [
        frame(0, item("a")),
        frame(0, ""),
        frame(1, gzipped(item("c"))),
    ]
    .concat();
    let more = [JSON, &[("connect-content-encoding", "gzip")]].concat();
    for width in 1..=sent.len() {
        let seen = Seen::default();
        let answer = |_| {
            let pieces: Vec<_> = native_body.chunks(width).collect();
            with(
                native(&pieces, &[("grpc-status", "0")]),
                &[("grpc-encoding", "gzip")],
            )
        };
        let pieces = sent.chunks(width).map(<[u8]>::to_vec).collect();
        let told = call(
            post(shop::CHAT, &more, pieces),
            &shop::schema(),
            seen.answering(answer),
        )
        .await;
        assert_eq!(
            seen.only().1.unwrap(),
            [frame(0, item("a")), frame(0, ""), frame(0, item("c"))].concat()
        );
        assert_eq!(told.field("connect-content-encoding"), "gzip");
        let (messages, end) = ended(&told);
        assert_eq!(end, json!({}));
        assert_eq!(
            messages[..2],
            [(0, br#"{"name":"a"}"#.to_vec()), (0, b"{}".to_vec())]
        );
        assert_eq!(
            (messages[2].0, plain(&messages[2].1)),
            (1, br#"{"name":"c"}"#.to_vec())
        );
    }
}

#[tokio::test]
async fn errors_come_at_the_end() {
    let status = [
        ("grpc-status", "14"),
        ("grpc-message", "overloaded%21"),
        ("x-cost", "1"),
    ];
    let expected = json!({"error": {"code": "unavailable", "message": "overloaded!"}, "metadata": {"x-cost": ["1"]}});
    for form in [JSON, PROTO] {
        let service = async |_| native(&[&frame(0, item("a"))], &status);
        let (messages, end) = ended(&ask(shop::CHAT, form, "", service).await);
        assert_eq!((messages.len(), &end), (1, &expected));

        let service = async |_| with(native(&[], &[]), &status);
        let told = ask(shop::CHAT, form, "", service).await;
        assert_eq!(ended(&told), (vec![], expected.clone()));
        assert!(!told.fields.contains_key("x-cost"));
        assert_eq!(told.field("content-type"), form[0].1);

        let service = async |_| {
            Response::builder()
                .status(502)
                .body(Body::from("bad gateway"))
                .unwrap()
        };
        let (messages, end) = ended(&ask(shop::CHAT, form, "", service).await);
        assert_eq!(
            (messages.len(), &end["error"]["code"]),
            (0, &json!("unavailable"))
        );
    }
}

#[tokio::test]
async fn a_head_that_cannot_be_served_is_refused_in_an_envelope() {
    for (more, code) in [
        (("connect-protocol-version", "2"), "invalid_argument"),
        (("connect-timeout-ms", "1s"), "invalid_argument"),
        (("connect-content-encoding", "br"), "unimplemented"),
        (("content-encoding", "gzip"), "unimplemented"),
    ] {
        let seen = Seen::default();
        let told = ask(shop::CHAT, &[JSON, &[more]].concat(), "", seen.echo()).await;
        let (messages, end) = ended(&told);
        assert_eq!((messages.len(), &end["error"]["code"]), (0, &json!(code)));
        assert_eq!(told.field("content-type"), "application/connect+json");
        assert!(seen.is_nothing());
    }
    let told = call(
        post("/else.Where/Chat", JSON, vec![]),
        &Schema::default(),
        Seen::default().echo(),
    )
    .await;
    let (_, end) = ended(&told);
    assert_eq!(end["error"]["code"], "unimplemented");
    assert!(
        end["error"]["message"]
            .as_str()
            .unwrap()
            .contains("faas::descriptors!")
    );
}

#[tokio::test]
async fn a_malformed_message_fails_the_call_for_what_it_is() {
    let good = frame(0, "{}");
    let bad: [(Vec<u8>, &str, &str); 8] = [
        (frame(0, "{"), "invalid_argument", "EOF"),
        (frame(0, ""), "invalid_argument", "EOF"),
        (frame(2, "{}"), "invalid_argument", "0x02"),
        (frame(0x80, "{}"), "invalid_argument", "0x80"),
        (frame(1, gzipped("{}")), "internal", "compressed"),
        (
            b"\0\0\0\x10\x01".to_vec(),
            "resource_exhausted",
            "4097 bytes",
        ),
        (
            b"\0\xff\xff\xff\xff".to_vec(),
            "resource_exhausted",
            "4294967295 bytes",
        ),
        (frame(0, "{} {}"), "invalid_argument", "trailing"),
    ];
    for (bad, code, text) in bad {
        let seen = Seen::default();
        let told = ask(
            shop::CHAT,
            JSON,
            [&*good, &bad, &good].concat(),
            seen.echo(),
        )
        .await;
        let (_, end) = ended(&told);
        assert_eq!(end["error"]["code"], code, "{end}");
        assert!(
            end["error"]["message"].as_str().unwrap().contains(text),
            "{end}"
        );
        assert!(
            seen.only().1.unwrap_err().contains(text),
            "the handler is told, too"
        );
    }
    // a call that has done without the rest has not failed
    let service = async |_| native(&[&frame(0, "")], &[("grpc-status", "0")]);
    let (messages, end) = ended(&ask(shop::CHAT, JSON, frame(0, "{"), service).await);
    assert_eq!((messages.len(), end), (1, json!({})));
}

#[tokio::test]
async fn a_bomb_stays_small() {
    let bomb = frame(1, gzipped(vec![b' '; 1 << 22]));
    assert!(bomb.len() < LIMIT * 2);
    for form in [JSON, PROTO] {
        let more = [form, &[("connect-content-encoding", "gzip")]].concat();
        let schema = shop::schema();
        let request = post(shop::CHAT, &more, vec![bomb.clone()]);
        let Wire::Connect(form) = wire(&request) else {
            panic!("not Connect's");
        };
        let response = connect(form, request, &schema, bomb.len(), Seen::default().echo()).await;
        let (_, end) = ended(&Told::of(response).await);
        assert_eq!(end["error"]["code"], "resource_exhausted", "{end}");
    }
}

/// Connect's conformance suite, "server-stream/no-request" and "server-stream/multiple-requests".
#[tokio::test]
async fn a_method_that_takes_one_message_gets_one() {
    for form in [JSON, PROTO] {
        for count in 0..4 {
            let body = frame(0, if form == JSON { "{}" } else { "" }).repeat(count);
            let (messages, end) =
                ended(&ask(shop::LIST, form, body.clone(), Seen::default().echo()).await);
            if count == 1 {
                assert_eq!((messages.len(), end), (1, json!({})));
            } else {
                assert_eq!(end["error"]["code"], "unimplemented", "{count}");
            }
            let (messages, end) =
                ended(&ask(shop::COLLECT, form, body, Seen::default().echo()).await);
            assert_eq!((messages.len(), end), (count, json!({})));
        }
    }
}

#[tokio::test]
async fn a_request_cut_anywhere_is_refused() {
    for (form, whole) in [
        (JSON, frame(0, r#"{"name":"x"}"#)),
        (PROTO, frame(0, item("x"))),
    ] {
        for cut in 1..whole.len() {
            let (_, end) =
                ended(&ask(shop::CHAT, form, &whole[..cut], Seen::default().echo()).await);
            let expected = json!({"code": "invalid_argument", "message": "the request ended inside of a message"});
            assert_eq!(end["error"], expected, "{cut}");
        }
    }
}

#[tokio::test]
async fn an_answer_cut_anywhere_is_told() {
    let whole = frame(0, item("x"));
    for cut in 0..=whole.len() {
        let is_whole = cut == 0 || cut == whole.len();
        for trailers in [&[][..], &[("grpc-status", "0")]] {
            let service = || async |_| native(&[&whole[..cut]], trailers);
            // the end of the stream would be taken for the rest of the message
            let told = ask(shop::CHAT, PROTO, "", service()).await;
            assert_eq!(told.body.is_some(), is_whole, "{cut}");
            let (_, end) = ended(&ask(shop::CHAT, JSON, "", service()).await);
            let expected = if is_whole && !trailers.is_empty() {
                json!(null)
            } else {
                json!("internal")
            };
            assert_eq!(end["error"]["code"], expected, "{cut}");
        }
    }
    let service = async |_| native(&[&frame(0, [0xff]), &whole], &[("grpc-status", "0")]);
    let (messages, end) = ended(&ask(shop::CHAT, JSON, "", service).await);
    assert_eq!(
        (messages.len(), &end["error"]["code"]),
        (0, &json!("internal"))
    );
}

/// Each message goes through before the next one comes, both ways.
#[tokio::test]
async fn nothing_is_held_back() {
    for form in [JSON, PROTO] {
        let is_json = form == JSON;
        let (sender, receiver) = mpsc::unbounded_channel::<Vec<u8>>();
        let pieces = stream::unfold(receiver, async |mut receiver| {
            let piece = receiver.recv().await?;
            Some((
                Ok::<_, Infallible>(Frame::data(Bytes::from(piece))),
                receiver,
            ))
        });
        let request =
            post(shop::CHAT, form, vec![]).map(|_| Body::new(StreamBody::new(Box::pin(pieces))));
        let service = async |request: Request<Body>| native(&[], &[]).map(|_| request.into_body());
        let Wire::Connect(form) = wire(&request) else {
            panic!("not Connect's");
        };
        let schema = shop::schema();
        let mut answer = connect(form, request, &schema, LIMIT, service)
            .await
            .into_body();
        for name in ["a", "b", "c"] {
            let message = if is_json {
                frame(0, format!(r#"{{"name":"{name}"}}"#))
            } else {
                frame(0, item(name))
            };
            let (start, rest) = message.split_at(4);
            sender.send(start.to_vec()).unwrap();
            sender.send(rest.to_vec()).unwrap();
            let piece = answer.frame().await.unwrap().unwrap().into_data().unwrap();
            assert_eq!(piece, message);
        }
        drop(sender);
        let end = answer.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(end.starts_with(&[2]));
        assert!(answer.frame().await.is_none());
    }
}
