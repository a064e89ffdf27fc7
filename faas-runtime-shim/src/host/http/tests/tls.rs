//! The same server behind a handshake, over real sockets.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http::uri::Scheme;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::{Handler, POLICY, Phase, Policy, Server, ask, bounded, listen};
use crate::host::http::PROTOCOLS;
use crate::host::tls::{Tls, pki::Pki};

async fn serve(policy: Policy) -> (Pki, Server) {
    let pki = Pki::new();
    pki.issue("server");
    let keys = [("certificate", "server.pem"), ("key", "server.key")];
    let tls = Tls::read("http.tls", PROTOCOLS, &pki.configuration(&keys)).unwrap();
    let server = listen(Handler::of(scheme), policy, tls).await;
    (pki, server)
}

/// Answers by which scheme it was asked, in which version, and how long the body was.
async fn scheme(request: Request<Body>) -> Response<Body> {
    let scheme = request.extensions().get::<Scheme>().cloned();
    let version = request.version();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let text = format!("{scheme:?} {version:?} {}", body.len());
    Response::new(Body::from(text))
}

async fn connect(pki: &Pki, server: &Server, protocols: &[&[u8]]) -> TlsStream<TcpStream> {
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TcpStream::connect(server.address).await.unwrap();
    let client = pki.client(protocols, None);
    client.connect(name, stream).await.unwrap()
}

#[tokio::test]
async fn the_client_chooses_the_version() {
    let (pki, server) = serve(POLICY).await;
    let cases: [(&[&[u8]], u8); 4] = [
        (&[b"h2", b"http/1.1"], 2),
        (&[b"http/1.1"], 1),
        (&[b"h2"], 2),
        (&[], 1),
    ];
    for (protocols, version) in cases {
        let stream = connect(&pki, &server, protocols).await;
        let chosen = stream.get_ref().1.alpn_protocol();
        let expected = match protocols {
            [] => None,
            _ => Some(if version == 2 {
                &b"h2"[..]
            } else {
                b"http/1.1"
            }),
        };
        assert_eq!(chosen, expected);
        let length = 50_000;
        let body = Full::new(Bytes::from(vec![b'-'; length])).boxed();
        let request = Request::post("https://localhost/")
            .header("host", "localhost")
            .body(body)
            .unwrap();
        let answer = ask(stream, version, request).await;
        let text = answer.into_body().collect().await.unwrap().to_bytes();
        let version = if version == 2 { "HTTP/2.0" } else { "HTTP/1.1" };
        assert_eq!(text, format!("Some(\"https\") {version} {length}"));
    }
    server.phase.send_replace(Phase::Draining);
    bounded(server.served).await.unwrap();
}

#[tokio::test]
async fn plain_text_is_told_so() {
    let (_pki, server) = serve(POLICY).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    bounded(stream.read_to_string(&mut answer)).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    assert!(body.contains("https://"), "{body}");
}

#[tokio::test]
async fn what_only_begins_like_tls_is_refused() {
    let (_pki, server) = serve(POLICY).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // a handshake that begins with the server's hello (RFC 8446, sections 4 and 5.1)
    stream
        .write_all(&[22, 3, 1, 0, 4, 2, 0, 0, 0])
        .await
        .unwrap();
    let mut answer = Vec::new();
    bounded(stream.read_to_end(&mut answer)).await.unwrap();
    assert_eq!(answer[0], 21, "an alert (section 6): {answer:?}");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_has_the_time_of_a_head() {
    for beginning in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00"] {
        let (_pki, server) = serve(POLICY).await;
        let start = tokio::time::Instant::now();
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(beginning).await.unwrap();
        let mut answer = Vec::new();
        bounded(stream.read_to_end(&mut answer)).await.unwrap();
        assert!(start.elapsed() >= POLICY.header_timeout);
        assert!(start.elapsed() <= POLICY.header_timeout + Duration::from_secs(1));
    }
}

#[tokio::test]
async fn a_handshake_has_a_place_of_the_connections() {
    let (pki, server) = serve(Policy {
        max_connections: 1,
        ..POLICY
    })
    .await;
    let waits = TcpStream::connect(server.address).await.unwrap();
    let mut refused = TcpStream::connect(server.address).await.unwrap();
    let mut answer = Vec::new();
    bounded(refused.read_to_end(&mut answer)).await.unwrap();
    assert!(answer.is_empty(), "{answer:?}");
    drop(waits);
    drop(pki);
}

#[tokio::test]
async fn a_drain_does_not_wait_for_a_handshake() {
    let (_pki, server) = serve(POLICY).await;
    let mut waits = TcpStream::connect(server.address).await.unwrap();
    waits.write_all(b"\x16").await.unwrap();
    // the second one is accepted after the first
    let mut told = TcpStream::connect(server.address).await.unwrap();
    told.write_all(b"-").await.unwrap();
    told.shutdown().await.unwrap();
    bounded(told.read_to_end(&mut Vec::new())).await.unwrap();
    server.phase.send_replace(Phase::Draining);
    let within = POLICY.header_timeout / 2;
    tokio::time::timeout(within, server.served)
        .await
        .unwrap()
        .unwrap();
    let mut answer = Vec::new();
    // the end, or a reset
    let _ = bounded(waits.read_to_end(&mut answer)).await;
    assert!(answer.is_empty(), "{answer:?}");
}
