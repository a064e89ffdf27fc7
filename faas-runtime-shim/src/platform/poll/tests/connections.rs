//! When a connection is kept, replaced or given up, and what is sent again.

use std::io::ErrorKind;

use tokio::net::TcpSocket;
use tokio::time::Instant;

use super::super::Error;
use super::{Duration, OK, Peer, client, turns, within};

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let asks = async {
        let next = client.get(&["/next"], &[("X-Id", "7")]).await.unwrap();
        assert_eq!((next.status(), &next.body()[..]), (200, &b"ok"[..]));
        client
            .post(&["/", "7", "/response"], &[], b"{}")
            .await
            .unwrap();
        client.get(&["/next"], &[]).await.unwrap();
    };
    let answers = async {
        let host = peer.listener.local_addr().unwrap();
        let (mut line, first) = peer.serve(OK).await;
        let lines = format!("Host: {host}\r\nUser-Agent: faas/test\r\n");
        assert_eq!(
            first,
            format!("GET /next HTTP/1.1\r\n{lines}X-Id: 7\r\n\r\n")
        );
        let second = line.request().await;
        let length = "Content-Length: 2\r\n\r\n{}";
        assert_eq!(
            second,
            format!("POST /7/response HTTP/1.1\r\n{lines}{length}")
        );
        line.send(OK).await;
        assert!(line.request().await.starts_with("GET /next "));
        line.send(OK).await;
    };
    within(async { tokio::join!(asks, answers) }).await;
    assert!(!peer.has_another().await);
}

#[tokio::test]
async fn a_connection_that_was_closed_meanwhile_is_replaced_before_a_byte_is_sent() {
    for orderly in [true, false] {
        let peer = Peer::new().await;
        let mut client = peer.client();
        within(async {
            let (_, (line, _)) = tokio::join!(client.get(&["/"], &[]), peer.serve(OK));
            if orderly {
                drop(line)
            } else {
                line.reset()
            }
            let (answer, (_, request)) =
                tokio::join!(client.post(&["/r"], &[], b"result"), peer.serve(OK));
            assert_eq!(answer.unwrap().status(), 200);
            assert!(request.ends_with("result"), "{request}");
        })
        .await;
        assert!(!peer.has_another().await);
    }
}

#[tokio::test]
async fn a_question_is_repeated_wherever_its_connection_breaks() {
    let cuts = [
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\no",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n",
    ];
    for cut in cuts {
        for orderly in [true, false] {
            let peer = Peer::new().await;
            let mut client = peer.client();
            let answers = async {
                let (line, _) = peer.serve(cut).await;
                if orderly {
                    drop(line)
                } else {
                    line.reset()
                }
                peer.serve(OK).await
            };
            let (answer, (_, request)) =
                within(async { tokio::join!(client.get(&["/next"], &[]), answers) }).await;
            assert_eq!(&answer.unwrap().body()[..], b"ok", "{cut}");
            assert!(request.starts_with("GET /next "), "{request}");
        }
    }
}

#[tokio::test]
async fn a_result_that_may_have_arrived_is_not_sent_again() {
    let cuts = [
        ("", "before the first byte of the answer"),
        ("HTTP/1.1 20", "within the answer's head"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no",
            "within the answer's body",
        ),
    ];
    for (cut, place) in cuts {
        let peer = Peer::new().await;
        let mut client = peer.client();
        let answers = async { drop(peer.serve(cut).await) };
        let (answer, ()) =
            within(async { tokio::join!(client.post(&["/r"], &[], b"result"), answers) }).await;
        let error = answer.unwrap_err();
        assert!(error.to_string().ends_with(place), "{error}");
        let Error::Broken { source, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(source.kind(), ErrorKind::UnexpectedEof);
        assert!(!peer.has_another().await);

        let (answer, _) =
            within(async { tokio::join!(client.get(&["/"], &[]), peer.serve(OK)) }).await;
        assert_eq!(answer.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_result_after_a_reset_is_not_sent_again() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let answers = async {
        let mut line = peer.accept().await;
        line.request().await;
        line.reset();
    };
    let (answer, ()) =
        within(async { tokio::join!(client.post(&["/r"], &[], b"result"), answers) }).await;
    let Err(Error::Broken { source, .. }) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(source.kind(), ErrorKind::ConnectionReset);
    assert!(!peer.has_another().await);
}

#[tokio::test]
async fn bytes_behind_an_answer_are_never_taken_for_the_next_one() {
    let late = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
    for at_once in [true, false] {
        let peer = Peer::new().await;
        let mut client = peer.client();
        within(async {
            let text = if at_once {
                format!("{OK}{late}")
            } else {
                OK.to_owned()
            };
            let (answer, (mut line, _)) = tokio::join!(client.get(&["/"], &[]), peer.serve(&text));
            assert_eq!(answer.unwrap().status(), 200);
            if !at_once {
                line.send(late).await;
            }
            let (answer, (_, request)) =
                tokio::join!(client.post(&["/r"], &[], b"result"), peer.serve(OK));
            assert_eq!(answer.unwrap().status(), 200);
            assert!(request.ends_with("result"), "{request}");
            assert_eq!(line.drain().await, 0, "the first connection was used again");
        })
        .await;
    }
}

#[tokio::test]
async fn the_peer_may_ask_to_close() {
    for head in ["HTTP/1.1 200 OK\r\nConnection: close", "HTTP/1.0 200 OK"] {
        let peer = Peer::new().await;
        let mut client = peer.client();
        within(async {
            let answer = format!("{head}\r\nContent-Length: 0\r\n\r\n");
            // The peer's side stays open, so only the client's rule can end the connection.
            let (_, (mut line, _)) = tokio::join!(client.get(&["/"], &[]), peer.serve(&answer));
            let (answer, _) = tokio::join!(client.get(&["/"], &[]), peer.serve(OK));
            assert_eq!(answer.unwrap().status(), 200);
            assert_eq!(line.drain().await, 0);
        })
        .await;
    }
}

#[tokio::test]
async fn a_dropped_request_takes_its_connection_with_it() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    within(async {
        let begun = async {
            let mut line = peer.accept().await;
            line.request().await;
            line.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nst")
                .await;
            turns().await;
            line
        };
        let mut line = tokio::select! {
            answer = client.get(&["/next"], &[]) => panic!("{answer:?}"),
            line = begun => line,
        };
        assert_eq!(line.drain().await, 0);
        let (answer, _) = tokio::join!(client.get(&["/next"], &[]), peer.serve(OK));
        assert_eq!(&answer.unwrap().body()[..], b"ok");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_starts_again_is_found_with_back_off() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut client = client(&socket.local_addr().unwrap().to_string());
    let start = Instant::now();
    // A bound socket does not listen, so the first attempts are refused.
    let answers = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Peer {
            listener: socket.listen(8).unwrap(),
        }
        .serve(OK)
        .await
    };
    let (answer, (_, request)) = tokio::join!(client.post(&["/r"], &[], b"result"), answers);
    assert_eq!(answer.unwrap().status(), 200);
    assert!(request.ends_with("result"), "{request}");
    let waited = start.elapsed().as_millis();
    assert!((50..1000).contains(&waited), "{waited} ms");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_stays_away_is_given_up() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut client = client(&socket.local_addr().unwrap().to_string());
    let start = Instant::now();
    let error = client.get(&["/next"], &[]).await.unwrap_err();
    assert!(error.to_string().ends_with("in 4 attempts"), "{error}");
    let Error::Unreachable { source, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(source.kind(), ErrorKind::ConnectionRefused);
    let waited = start.elapsed().as_millis();
    assert!((70..75).contains(&waited), "{waited} ms");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_hangs_up_each_time_is_given_up() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let start = Instant::now();
    let answers = async {
        for _ in 0..4 {
            peer.accept().await.request().await;
        }
    };
    let (answer, ()) = tokio::join!(client.get(&["/next"], &[]), answers);
    let Err(Error::Broken { .. }) = answer else {
        panic!("{answer:?}")
    };
    let waited = start.elapsed().as_millis();
    assert!((70..75).contains(&waited), "{waited} ms");
    assert!(!peer.has_another().await);
}

#[tokio::test(start_paused = true)]
async fn a_question_on_a_kept_connection_is_repeated_at_once() {
    let peer = Peer::new().await;
    let mut client = peer.client();
    let start = Instant::now();
    let asks = async {
        client.get(&["/next"], &[]).await.unwrap();
        assert_eq!(client.get(&["/next"], &[]).await.unwrap().status(), 200);
    };
    let answers = async {
        let (mut line, _) = peer.serve(OK).await;
        line.request().await;
        drop(line);
        peer.serve(OK).await
    };
    tokio::join!(asks, answers);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[test]
fn requests_may_move_between_threads() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut client = client("127.0.0.1:1");
    drop(is_send(client.get(&[], &[])));
    drop(is_send(client.post(&[], &[], &[])));
    drop(is_send(client.post_stream(
        &[],
        &[],
        &[],
        futures_util::stream::empty(),
    )));
    is_send(client);
}
