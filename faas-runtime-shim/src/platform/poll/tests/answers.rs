//! Answers in every form, well made, slow and malicious.

use super::super::Error;
use super::{BODY_LIMIT, OK, Peer, turns, within};

/// What a client makes of an answer behind which the peer closes.
async fn ask(answer: &[u8]) -> Result<(u16, Vec<u8>), Error> {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let answers = async {
        let mut line = peer.accept().await;
        line.request().await;
        // The client may have hung up on a part of it already.
        let _ = tokio::io::AsyncWriteExt::write_all(&mut line.stream, answer).await;
    };
    let asks = async {
        let answer = client.post(&["/"], &[], b"").await?;
        Ok((answer.status(), answer.body().to_vec()))
    };
    within(async { tokio::join!(asks, answers).0 }).await
}

#[track_caller]
fn because(answer: Result<(u16, Vec<u8>), Error>, reason: &str) {
    let Err(Error::Malformed { source, .. }) = answer else {
        panic!("{answer:?}")
    };
    assert!(source.to_string().contains(reason), "{source}");
}

#[tokio::test]
async fn every_framing_is_read() {
    let (status, body) = ask(OK.as_bytes()).await.unwrap();
    assert_eq!((status, &body[..]), (200, &b"ok"[..]));
    let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a=b\r\no\r\n1\r\nk\r\n0\r\nT: u\r\n\r\n";
    assert_eq!(ask(text.as_bytes()).await.unwrap().1, b"ok");
    assert_eq!(ask(b"HTTP/1.1 200 OK\r\n\r\nok").await.unwrap().1, b"ok");
    assert_eq!(
        ask(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap(),
        (204, Vec::new())
    );
    let text = format!("HTTP/1.1 100 Continue\r\n\r\n{OK}");
    assert_eq!(ask(text.as_bytes()).await.unwrap().1, b"ok");
}

#[tokio::test]
async fn large_events_are_read_whole() {
    let body: Vec<u8> = (0..6_291_556_u32).map(|at| (at % 251) as u8).collect();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    let counted = [head.as_bytes(), &body].concat();
    assert!(ask(&counted).await.unwrap().1 == body);

    let mut chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(1_000_003) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert!(ask(&chunked).await.unwrap().1 == body);

    let uncounted = [b"HTTP/1.1 200 OK\r\n\r\n", &body[..]].concat();
    assert!(ask(&uncounted).await.unwrap().1 == body);
}

#[tokio::test]
async fn an_answer_may_come_byte_by_byte() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let text =
        "HTTP/1.1 200 OK\r\nX-Id: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    let answers = async {
        let mut line = peer.accept().await;
        line.request().await;
        for byte in text.chars() {
            line.send(&byte.to_string()).await;
            turns().await;
        }
        line.request().await;
        line.send(OK).await;
    };
    let asks = async {
        let answer = client.get(&["/"], &[]).await.unwrap();
        assert_eq!(
            (answer.header("x-id"), &answer.body()[..]),
            (Some("a"), &b"ok"[..])
        );
        assert_eq!(client.get(&["/"], &[]).await.unwrap().status(), 200);
    };
    within(async { tokio::join!(asks, answers) }).await;
}

#[tokio::test]
async fn what_is_over_a_limit_is_refused() {
    let long = format!("HTTP/1.1 200 OK\r\nA: {}", "x".repeat(70_000));
    because(ask(long.as_bytes()).await, "longer than 65536 bytes");
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(101));
    because(ask(many.as_bytes()).await, "more than 100 headers");

    let declared = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        BODY_LIMIT + 1
    );
    because(ask(declared.as_bytes()).await, "over the limit");
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n";
    because(ask(chunk.as_bytes()).await, "over the limit");
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n", &vec![0; BODY_LIMIT + 1][..]].concat();
    because(ask(&endless).await, "over the limit");
}

#[tokio::test]
async fn garbage_is_named_and_not_asked_for_again() {
    because(ask(b"SSH-2.0-OpenSSH\r\n").await, "found `SSH-2.0-OpenSSH");
    because(ask(b"\x15\x03\x01\x00\x02").await, r"found `\x15\x03\x01");
    because(ask(b"HTTP/1.1 2x").await, "`HTTP/1.1 2x`");
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    because(ask(chunk.as_bytes()).await, "found `z`");

    let peer = Peer::new().await;
    let mut client = peer.client();
    within(async {
        let (answer, _) = tokio::join!(client.get(&["/"], &[]), peer.serve("nonsense"));
        assert!(matches!(answer, Err(Error::Malformed { .. })), "{answer:?}");
        let (answer, _) = tokio::join!(client.get(&["/"], &[]), peer.serve(OK));
        assert_eq!(answer.unwrap().status(), 200);
    })
    .await;
}
