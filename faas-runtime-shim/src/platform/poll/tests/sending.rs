//! Bodies on their way out, and answers that come before they are through.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;

use super::super::Error;
use super::super::wire::Trailers;
use super::{OK, Peer, within};

const TOO_LARGE: &str =
    "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig";

/// More than the buffers of both sides hold.
const HUGE: usize = 20 << 20;

fn data(text: &'static str) -> Result<Bytes, Trailers> {
    Ok(Bytes::from_static(text.as_bytes()))
}

#[tokio::test]
async fn a_refusal_is_read_while_the_body_is_under_way() {
    let body = vec![b'x'; HUGE];
    for closes in [true, false] {
        let peer = Peer::new().await;
        let mut client = peer.client();
        let answers = async {
            let mut line = peer.accept().await;
            line.head().await;
            line.send(TOO_LARGE).await;
            // Closing with unread bytes resets the connection, as Go's server does in the end.
            (!closes).then_some(line)
        };
        let (answer, _line) =
            within(async { tokio::join!(client.post(&["/r"], &[], &body), answers) }).await;
        let answer = answer.unwrap();
        assert_eq!((answer.status(), &answer.body()[..]), (413, &b"big"[..]));

        let (answer, _) =
            within(async { tokio::join!(client.get(&["/"], &[]), peer.serve(OK)) }).await;
        assert_eq!(answer.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_without_an_answer_is_an_error() {
    let body = vec![b'x'; HUGE];
    let peer = Peer::new().await;
    let mut client = peer.client();
    let answers = async {
        let mut line = peer.accept().await;
        line.head().await;
    };
    let (answer, ()) =
        within(async { tokio::join!(client.post(&["/r"], &[], &body), answers) }).await;
    assert!(matches!(answer, Err(Error::Broken { .. })), "{answer:?}");
    assert!(!peer.has_another().await);
}

#[tokio::test]
async fn a_body_goes_on_behind_an_early_success() {
    let body = vec![b'x'; HUGE];
    let peer = Peer::new().await;
    let mut client = peer.client();
    let asks = async {
        assert_eq!(
            client.post(&["/r"], &[], &body).await.unwrap().status(),
            200
        );
        assert_eq!(client.get(&["/"], &[]).await.unwrap().status(), 200);
    };
    let answers = async {
        let mut line = peer.accept().await;
        line.head().await;
        line.send(OK).await;
        let mut got = vec![0; HUGE];
        line.stream.read_exact(&mut got).await.unwrap();
        assert!(got == body);
        assert!(line.request().await.starts_with("GET "));
        line.send(OK).await;
    };
    within(async { tokio::join!(asks, answers) }).await;
}

#[tokio::test]
async fn a_streamed_body_goes_out_in_chunks() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let body = stream::iter([data("prelude"), data(""), data("0123456789abcdef!")]);
    let asks = async {
        let headers = [("X-Mode", "streaming")];
        assert_eq!(
            client
                .post_stream(&["/r"], &headers, &["T"], body)
                .await
                .unwrap()
                .status(),
            200
        );
        assert_eq!(client.get(&["/"], &[]).await.unwrap().status(), 200);
    };
    let answers = async {
        let mut line = peer.accept().await;
        let head = line.head().await;
        assert!(
            head.ends_with("X-Mode: streaming\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n"),
            "{head}"
        );
        let body = line.until("0\r\n\r\n").await;
        assert_eq!(body, "7\r\nprelude\r\n11\r\n0123456789abcdef!\r\n0\r\n\r\n");
        line.send(OK).await;
        line.request().await;
        line.send(OK).await;
    };
    within(async { tokio::join!(asks, answers) }).await;
}

#[tokio::test]
async fn an_error_in_mid_stream_becomes_trailers() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let end = Err(vec![
        ("Error-Type", "Function.X".to_owned()),
        ("Error-Body", "e30=".to_owned()),
    ]);
    let body = stream::iter([data("begun"), end, data("never sent")]);
    let answers = async {
        let mut line = peer.accept().await;
        line.head().await;
        let body = line.until("\r\n\r\n").await;
        assert_eq!(
            body,
            "5\r\nbegun\r\n0\r\nError-Type: Function.X\r\nError-Body: e30=\r\n\r\n"
        );
        line.send(OK).await;
    };
    let (answer, ()) =
        within(async { tokio::join!(client.post_stream(&["/r"], &[], &[], body), answers) }).await;
    assert_eq!(answer.unwrap().status(), 200);
}

#[tokio::test]
async fn each_piece_of_a_stream_is_sent_as_soon_as_it_is_there() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let (pieces, mut queue) = mpsc::channel(1);
    let body = stream::poll_fn(move |cx| queue.poll_recv(cx));
    let answers = async {
        let mut line = peer.accept().await;
        line.head().await;
        pieces.send(data("one")).await.unwrap();
        assert_eq!(line.until("one\r\n").await, "3\r\none\r\n");
        pieces.send(data("two")).await.unwrap();
        assert_eq!(line.until("two\r\n").await, "3\r\ntwo\r\n");
        drop(pieces);
        assert_eq!(line.until("\r\n\r\n").await, "0\r\n\r\n");
        line.send(OK).await;
    };
    let (answer, ()) =
        within(async { tokio::join!(client.post_stream(&["/r"], &[], &[], body), answers) }).await;
    assert_eq!(answer.unwrap().status(), 200);
}

#[tokio::test]
async fn a_stream_ends_when_the_peer_refuses_it() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let (ended, mut end) = mpsc::channel::<()>(1);
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    let body = stream::repeat_with(move || {
        let _kept = &ended;
        Ok(piece.clone())
    });
    let answers = async {
        let mut line = peer.accept().await;
        line.head().await;
        line.send(TOO_LARGE).await;
        line
    };
    let (answer, _line) =
        within(async { tokio::join!(client.post_stream(&["/r"], &[], &[], body), answers) }).await;
    assert_eq!(answer.unwrap().status(), 413);
    assert_eq!(end.recv().await, None, "the body is kept");
}

#[tokio::test]
async fn a_pending_stream_is_dropped_when_the_peer_is_gone() {
    for answer in [None, Some(OK)] {
        let peer = Peer::new().await;
        let mut client = peer.client();
        let (pieces, mut queue) = mpsc::channel(1);
        let body = stream::poll_fn(move |cx| queue.poll_recv(cx));
        let answers = async {
            let mut line = peer.accept().await;
            line.head().await;
            pieces.send(data("one")).await.unwrap();
            line.until("one\r\n").await;
            if let Some(answer) = answer {
                line.send(answer).await;
            }
            drop(line);
            pieces.closed().await;
        };
        let (answered, ()) =
            within(async { tokio::join!(client.post_stream(&["/r"], &[], &[], body), answers) })
                .await;
        assert_eq!(answered.is_ok(), answer.is_some(), "{answered:?}");
    }
}

#[tokio::test]
async fn nothing_is_asked_of_a_stream_while_the_peer_does_not_read() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let asked = Rc::new(Cell::new(0_usize));
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    let counted = Rc::clone(&asked);
    let body = stream::repeat_with(move || {
        counted.set(counted.get() + 1);
        Ok(piece.clone())
    });
    within(async {
        let mut posting = pin!(client.post_stream(&["/r"], &[], &["T"], body));
        let mut line = tokio::select! {
            line = peer.accept() => line,
            _ = &mut posting => panic!("nobody has answered"),
        };
        // the body never waits, so the one thing that can make this wait is the peer
        poll_fn(|cx| match posting.as_mut().poll(cx) {
            Poll::Pending if asked.get() == 0 => Poll::Pending,
            Poll::Pending => Poll::Ready(()),
            Poll::Ready(_) => panic!("nobody has answered"),
        })
        .await;
        let without_reader = asked.get();
        let more = async {
            let mut taken = vec![0; 1 << 20];
            while asked.get() < without_reader + 2 {
                line.stream.read_exact(&mut taken).await.unwrap();
            }
        };
        tokio::select! {
            () = more => {}
            _ = &mut posting => panic!("nobody has answered"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_survives_a_connection_that_was_closed_meanwhile() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    within(async {
        let (_, line) = tokio::join!(client.get(&["/"], &[]), peer.serve(OK));
        drop(line);
        let body = stream::iter([data("once")]).fuse();
        let answers = async {
            let mut line = peer.accept().await;
            line.head().await;
            let body = line.until("0\r\n\r\n").await;
            line.send(OK).await;
            body
        };
        let (answer, body) = tokio::join!(client.post_stream(&["/r"], &[], &[], body), answers);
        assert_eq!(answer.unwrap().status(), 200);
        assert_eq!(body, "4\r\nonce\r\n0\r\n\r\n");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_before_a_connection_is_made() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let error = client.post(&["/", "a b"], &[], b"").await.unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error}");
    let error = client.get(&["/"], &[("A", "b\r\nC: d")]).await.unwrap_err();
    assert!(matches!(error, Error::Request(_)), "{error}");
    assert!(!peer.has_another().await);
}
