//! gRPC-Web, both ways.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const BINARY: &[(&str, &str)] = &[("content-type", "application/grpc-web+proto")];
const TEXT: &[(&str, &str)] = &[("content-type", "application/grpc-web-text")];

/// The bytes of PROTOCOL-WEB.md: a data frame, then one of trailers with the most significant bit.
#[tokio::test]
async fn a_call_has_its_trailers_in_the_body() {
    let seen = Seen::default();
    let answer = |_| {
        let pieces: [&[u8]; 1] = [b"\0\0\0\0\x03abc"];
        let trailers = [("grpc-status", "0"), ("x-cost", "237"), ("x-cost", "AAE")];
        with(native(&pieces, &trailers), &[("x-shard", "42")])
    };
    let more = [
        BINARY,
        &[
            ("x-grpc-web", "1"),
            ("grpc-timeout", "5S"),
            ("authorization", "Bearer x"),
            ("te", "x"),
        ],
    ]
    .concat();
    let request = post(shop::PUT, &more, vec![b"\0\0\0\0\x02hi".to_vec()]);
    let told = call(request, &Schema::default(), seen.answering(answer)).await;

    let (head, body) = seen.only();
    assert_eq!(
        (head.method.as_str(), head.version, head.uri.path()),
        ("POST", Version::HTTP_2, shop::PUT)
    );
    assert_eq!(body.unwrap(), b"\0\0\0\0\x02hi");
    let expected = [
        ("content-type", "application/grpc+proto"),
        ("grpc-timeout", "5S"),
        ("authorization", "Bearer x"),
        ("te", "trailers"),
    ];
    assert_eq!(head.headers, fields(&expected));

    assert_eq!(told.status, 200);
    assert_eq!(
        told.fields,
        fields(&[
            ("content-type", "application/grpc-web+proto"),
            ("x-shard", "42")
        ])
    );
    let block = "grpc-status: 0\r\nx-cost: 237\r\nx-cost: AAE\r\n";
    assert_eq!(told.body(), [frame(0, "abc"), frame(0x80, block)].concat());
}

#[tokio::test]
async fn an_answer_without_messages_is_a_head_alone() {
    for form in [BINARY, TEXT] {
        let service = async |_| with(refused(Code::NotFound, "no such item"), &[("x-cost", "1")]);
        let told = call(post(shop::PUT, form, vec![]), &Schema::default(), service).await;
        assert_eq!(told.field("grpc-status"), "5");
        assert_eq!(told.field("grpc-message"), "no such item");
        assert_eq!(told.field("x-cost"), "1");
        assert_eq!(told.body(), b"");
    }
}

#[tokio::test]
async fn text_is_base64_both_ways_wherever_it_is_cut() {
    let sent = [frame(0, "first"), frame(0, vec![7; 300])].concat();
    // padding at the end of each flush
    let padded = [STANDARD.encode(&sent[..10]), STANDARD.encode(&sent[10..])].concat();
    for text in [STANDARD.encode(&sent), padded] {
        for width in 1..=text.len() {
            let pieces = text.as_bytes().chunks(width).map(<[u8]>::to_vec).collect();
            let seen = Seen::default();
            let told = call(
                post(shop::CHAT, TEXT, pieces),
                &Schema::default(),
                seen.echo(),
            )
            .await;
            assert_eq!(seen.only().1.unwrap(), sent);
            assert_eq!(
                told.field("content-type"),
                "application/grpc-web-text+proto"
            );
            let read = groups(told.text());
            assert_eq!(read, [&*sent, &frame(0x80, "grpc-status: 0\r\n")].concat());
        }
    }
}

/// Decodes text in which any group may be padded.
fn groups(text: &str) -> Vec<u8> {
    let groups = text.as_bytes().chunks(4);
    groups
        .flat_map(|group| STANDARD.decode(group).unwrap())
        .collect()
}

#[tokio::test]
async fn each_side_may_have_its_own_form() {
    let request = post(
        shop::PUT,
        &[TEXT, &[("accept", "application/grpc-web")]].concat(),
        vec![STANDARD.encode(frame(0, "hi")).into()],
    );
    let told = call(request, &Schema::default(), Seen::default().echo()).await;
    assert_eq!(
        told.body(),
        [frame(0, "hi"), frame(0x80, "grpc-status: 0\r\n")].concat()
    );
    let request = post(
        shop::PUT,
        &[BINARY, &[("accept", "application/grpc-web-text")]].concat(),
        vec![frame(0, "hi")],
    );
    let told = call(request, &Schema::default(), Seen::default().echo()).await;
    assert_eq!(
        groups(told.text()),
        [frame(0, "hi"), frame(0x80, "grpc-status: 0\r\n")].concat()
    );
}

#[tokio::test]
async fn text_that_is_no_base64_is_refused() {
    for text in [
        "AAAAAAA",
        "AAA",
        "A",
        "AA=A",
        "====",
        "AAAA*AAA",
        "AAAA\r\nAA",
        "AAA=A",
        "AB==\u{e9}",
    ] {
        for width in 1..=text.len() {
            let pieces = text.as_bytes().chunks(width).map(<[u8]>::to_vec).collect();
            let seen = Seen::default();
            let told = call(
                post(shop::PUT, TEXT, pieces),
                &Schema::default(),
                seen.echo(),
            )
            .await;
            assert_eq!(told.field("grpc-status"), "3", "{text} by {width}");
            assert!(
                told.field("grpc-message").contains("is not base64"),
                "{told:?}"
            );
            assert!(seen.only().1.unwrap_err().contains("is not base64"));
        }
    }
}

#[tokio::test]
async fn compression_is_the_services_own() {
    let more = [
        BINARY,
        &[("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip")],
    ]
    .concat();
    let sent = frame(1, gzipped("hi"));
    let seen = Seen::default();
    let answer = |body: Vec<u8>| {
        with(
            native(&[&body], &[("grpc-status", "0")]),
            &[("grpc-encoding", "gzip")],
        )
    };
    let told = call(
        post(shop::PUT, &more, vec![sent.clone()]),
        &Schema::default(),
        seen.answering(answer),
    )
    .await;
    let (head, body) = seen.only();
    assert_eq!(head.headers["grpc-encoding"], "gzip");
    assert_eq!(head.headers["grpc-accept-encoding"], "gzip");
    assert_eq!(body.unwrap(), sent);
    assert_eq!(told.field("grpc-encoding"), "gzip");
    assert!(told.body().starts_with(&sent));

    let more = [BINARY, &[("content-encoding", "br")]].concat();
    let told = call(
        post(shop::PUT, &more, vec![sent]),
        &Schema::default(),
        Seen::default().echo(),
    )
    .await;
    assert_eq!(told.field("grpc-status"), "12");
}

#[tokio::test]
async fn an_answer_that_is_not_whole_is_told() {
    let told = async |response: Response<Body>| {
        call(
            post(shop::LIST, BINARY, vec![]),
            &Schema::default(),
            async |_| response,
        )
        .await
    };
    let internal = frame(
        0x80,
        "grpc-status: 13\r\ngrpc-message: the answer ended without a status\r\n",
    );
    let whole = frame(0, "abc");
    for cut in 0..=whole.len() {
        let answer = told(native(&[&whole[..cut]], &[])).await;
        // a frame of trailers would be taken for the rest of the message
        let expected = [&whole[..cut], &internal].concat();
        let is_whole = cut == 0 || cut == whole.len();
        assert_eq!(answer.body, is_whole.then_some(expected), "{cut}");
        let ends = native(&[&whole[..cut]], &[("grpc-status", "0")]);
        assert_eq!(told(ends).await.body.is_some(), is_whole, "{cut}");
    }
    let broken = stream::iter([Ok(Frame::data(Bytes::from(whole.clone()))), Err("reset")]);
    let broken = native(&[], &[]).map(|_| Body::new(StreamBody::new(broken)));
    let expected = frame(
        0x80,
        "grpc-status: 13\r\ngrpc-message: the answer broke off\r\n",
    );
    assert_eq!(told(broken).await.body(), [whole, expected].concat());
}

/// "Http to grpc status code mapping", for what stands in front of a service.
#[tokio::test]
async fn an_answer_that_is_not_grpcs_becomes_a_status() {
    for (status, expected) in [
        (503, "14"),
        (404, "12"),
        (200, "13"),
        (500, "2"),
        (401, "16"),
    ] {
        let service = async |_| {
            let response = Response::builder()
                .status(status)
                .header("content-type", "text/html");
            response
                .header("content-length", "3")
                .body(Body::from("<p>"))
                .unwrap()
        };
        let told = call(post(shop::PUT, BINARY, vec![]), &Schema::default(), service).await;
        assert_eq!((told.status, told.field("grpc-status")), (200, expected));
        assert_eq!(told.body(), b"");
        assert!(!told.fields.contains_key("content-length"));
    }
}

#[tokio::test]
async fn each_message_goes_out_when_it_is_there_and_the_trailers_last() {
    for (form, is_text) in [(BINARY, false), (TEXT, true)] {
        let (sender, mut pieces) = tokio::sync::mpsc::channel(1);
        let pieces =
            stream::poll_fn(move |cx| pieces.poll_recv(cx).map(|it| it.map(Ok::<_, BoxError>)));
        let answer = native(&[], &[]).map(|_| Body::new(StreamBody::new(pieces)));
        let request = post(shop::PUT, form, vec![]);
        let Wire::Web(form) = wire(&request) else {
            panic!("not gRPC-Web's");
        };
        let mut body = web(form, request, async |_| answer).await.into_body();
        let mut next = async || {
            let piece = body.frame().await.unwrap().unwrap().into_data().unwrap();
            match is_text {
                true => STANDARD.decode(piece).unwrap(),
                false => piece.to_vec(),
            }
        };
        for message in ["a", "b"] {
            let message = frame(0, message);
            let piece = Frame::data(Bytes::from(message.clone()));
            sender.send(piece).await.unwrap();
            assert_eq!(next().await, message);
        }
        let trailers = Frame::trailers(fields(&[("grpc-status", "0")]));
        sender.send(trailers).await.unwrap();
        assert_eq!(next().await, frame(0x80, "grpc-status: 0\r\n"));
    }
}
