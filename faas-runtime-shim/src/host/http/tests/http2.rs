//! Clients of HTTP/2 that take without reading, that flood, that die, and those that have to leave.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::stream;
use http::{Request, Response};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::raw::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, ENDLESS, ENHANCE_YOUR_CALM, GOAWAY, HEADERS,
    INITIAL_WINDOW_SIZE, NO_ERROR, REFUSED_STREAM, RST_STREAM, Raw, WINDOW_UPDATE, block, frame,
    get,
};
use super::{Handler, POLICY, Phase, Piped, bounded, listen, pipe};
use crate::host::http::connection::{
    FAREWELL, MAX_STREAM_ERRORS, MAX_STREAMS, PING_TIMEOUT, SEND_BUFFER,
};

const PIPE: usize = 1024 * 1024;
const PIECE: usize = 4 * 1024;

/// What the handlers have seen.
#[derive(Clone)]
struct Seen {
    calls: watch::Sender<usize>,
    /// Requests and bodies that have not ended.
    open: watch::Sender<usize>,
    /// Pieces of `/endless`.
    pieces: Arc<AtomicUsize>,
    /// Lets requests of `/held` through.
    gate: Arc<Semaphore>,
}

impl Seen {
    fn new() -> Self {
        Self {
            calls: watch::Sender::new(0),
            open: watch::Sender::new(0),
            pieces: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
        }
    }

    fn handler(&self) -> Handler {
        let seen = self.clone();
        Handler::of(move |request| seen.clone().answer(request))
    }

    async fn answer(self, request: Request<Body>) -> Response<Body> {
        self.calls.send_modify(|calls| *calls += 1);
        let open = Open::new(&self.open);
        match request.uri().path() {
            "/endless" => {
                let pieces = stream::repeat_with(move || {
                    let _open = &open;
                    self.pieces.fetch_add(1, Ordering::Relaxed);
                    Ok::<_, Infallible>(Bytes::from_static(&[b'-'; PIECE]))
                });
                Response::new(Body::from_stream(pieces))
            }
            "/held" => {
                self.gate.acquire().await.unwrap().forget();
                Response::new(Body::from("held"))
            }
            _ => Response::new(Body::from("good")),
        }
    }

    fn calls(&self) -> usize {
        *self.calls.borrow()
    }

    fn pieces(&self) -> usize {
        self.pieces.load(Ordering::Relaxed)
    }

    /// Waits until so many requests have come.
    async fn called(&self, count: usize) {
        let mut calls = self.calls.subscribe();
        bounded(calls.wait_for(|calls| *calls == count))
            .await
            .unwrap();
    }

    /// Waits until everything has ended.
    async fn ended(&self) {
        let mut open = self.open.subscribe();
        bounded(open.wait_for(|open| *open == 0)).await.unwrap();
    }
}

/// Counts itself.
struct Open(watch::Sender<usize>);

impl Open {
    fn new(open: &watch::Sender<usize>) -> Self {
        open.send_modify(|open| *open += 1);
        Self(open.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}

async fn open(seen: &Seen, settings: &[(u16, u32)]) -> (Raw, Piped) {
    let (near, piped) = pipe(seen.handler(), PIPE);
    (Raw::open(near, settings).await, piped)
}

#[tokio::test(start_paused = true)]
async fn without_a_window_nothing_is_made() {
    let seen = Seen::new();
    let (mut raw, piped) = open(&seen, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    raw.get(1, "/endless").await;
    assert!(raw.until(HEADERS, 1).await.is_ok());
    raw.get(3, "/good").await;
    raw.write(&frame(WINDOW_UPDATE, 0, 3, &100u32.to_be_bytes()))
        .await;
    assert_eq!(raw.until(DATA, 3).await.payload, b"good");
    assert!(seen.pieces() <= 1);
    // the stream is not over, so a drain waits for it
    piped.phase.send_replace(Phase::Draining);
    assert_eq!(raw.until(GOAWAY, 0).await.code(), NO_ERROR);
    raw.wait(20 * POLICY.idle_timeout).await;
    assert!(!piped.served.is_finished());
    assert!(seen.pieces() <= 1);
    raw.write(&frame(RST_STREAM, 0, 1, &8u32.to_be_bytes()))
        .await;
    assert!(raw.goodbyes().await.iter().all(|code| *code == NO_ERROR));
    piped.end().await;
    seen.ended().await;
}

#[tokio::test(start_paused = true)]
async fn what_a_client_does_not_read_is_bounded() {
    let seen = Seen::new();
    let start = Instant::now();
    let (mut raw, piped) = open(&seen, &[(INITIAL_WINDOW_SIZE, ENDLESS)]).await;
    let all = (ENDLESS - 65_535).to_be_bytes();
    raw.write(&frame(WINDOW_UPDATE, 0, 0, &all)).await;
    let streams = 20;
    for number in 0..streams {
        raw.get(2 * number + 1, "/endless").await;
    }
    piped.end().await;
    assert!(start.elapsed() >= POLICY.idle_timeout);
    assert!(start.elapsed() <= POLICY.idle_timeout + PING_TIMEOUT + POLICY.header_timeout);
    let made = seen.pieces() * PIECE;
    let most = PIPE + streams as usize * (SEND_BUFFER + 2 * PIECE) + 64 * 1024;
    assert!(made <= most, "{made} > {most}");
    seen.ended().await;
}

#[tokio::test(start_paused = true)]
async fn rapid_resets_end_the_connection() {
    let seen = Seen::new();
    let (mut raw, piped) = open(&seen, &[]).await;
    let mut flood = Vec::new();
    for number in 0..500 {
        flood.extend(get(2 * number + 1, "/held"));
        flood.extend(frame(RST_STREAM, 0, 2 * number + 1, &8u32.to_be_bytes()));
    }
    raw.write(&flood).await;
    assert_eq!(raw.goodbyes().await, [ENHANCE_YOUR_CALM]);
    piped.end().await;
    assert!(seen.calls() < 100, "{}", seen.calls());
    seen.ended().await;
}

#[tokio::test(start_paused = true)]
async fn errors_that_the_server_has_to_reset_end_the_connection() {
    let seen = Seen::new();
    let (mut raw, piped) = open(&seen, &[]).await;
    let mut resets = 0;
    let goodbye = loop {
        let stream = 2 * u32::try_from(resets).unwrap() + 1;
        raw.get(stream, "/held").await;
        // that is more than a window may be (RFC 9113, section 6.9.1)
        raw.write(&frame(WINDOW_UPDATE, 0, stream, &ENDLESS.to_be_bytes()))
            .await;
        let answer = bounded(raw.frame()).await.unwrap();
        if answer.kind == GOAWAY {
            break answer;
        }
        assert_eq!((answer.kind, answer.stream), (RST_STREAM, stream));
        resets += 1;
    };
    assert_eq!(goodbye.code(), ENHANCE_YOUR_CALM);
    assert_eq!(resets, MAX_STREAM_ERRORS);
    raw.goodbyes().await;
    piped.end().await;
    seen.ended().await;
}

#[tokio::test(start_paused = true)]
async fn too_many_streams_are_refused() {
    let seen = Seen::new();
    let (mut raw, _piped) = open(&seen, &[]).await;
    for number in 0..=MAX_STREAMS {
        raw.get(2 * number + 1, "/held").await;
    }
    let last = 2 * MAX_STREAMS + 1;
    assert_eq!(raw.until(RST_STREAM, last).await.code(), REFUSED_STREAM);
    let most = usize::try_from(MAX_STREAMS).unwrap();
    seen.called(most).await;
    seen.gate.add_permits(most);
    assert_eq!(raw.until(DATA, last - 2).await.payload, b"held");
    raw.get(last + 2, "/good").await;
    assert_eq!(raw.until(DATA, last + 2).await.payload, b"good");
}

/// A header that is longer than all that is allowed, without the request's own.
fn long() -> Vec<u8> {
    // RFC 7541, section 6.2.2, and the length as in section 5.1, after a prefix of 7 bits
    let mut long = vec![0x00, 1, b'x', 0x7f];
    let mut rest = POLICY.max_header - 127 + 1;
    while rest >= 128 {
        long.push(0x80 | (rest % 128) as u8);
        rest /= 128;
    }
    long.push(rest as u8);
    long.extend(vec![b'x'; POLICY.max_header + 1]);
    long
}

#[tokio::test(start_paused = true)]
async fn long_headers_are_refused_without_a_call() {
    let seen = Seen::new();
    let (mut raw, _piped) = open(&seen, &[]).await;
    let block = [block("/good"), long()].concat();
    let (first, rest) = block.split_at(8 * 1024);
    raw.write(&frame(HEADERS, END_STREAM, 1, first)).await;
    raw.write(&frame(CONTINUATION, END_HEADERS, 1, rest)).await;
    let refusal = bounded(raw.frame()).await.unwrap();
    // `:status 431`, in Huffman's code (RFC 7541, section 6.2 and appendix B)
    let status = [0x48, 0x83, 0x69, 0x90, 0xff];
    assert_eq!((refusal.kind, refusal.stream), (HEADERS, 1));
    assert!(refusal.payload.starts_with(&status), "{refusal:?}");
    raw.get(3, "/good").await;
    assert_eq!(raw.until(DATA, 3).await.payload, b"good");
    assert_eq!(seen.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn headers_without_an_end_end_the_connection() {
    let seen = Seen::new();
    let (mut raw, piped) = open(&seen, &[]).await;
    let mut flood = frame(HEADERS, END_STREAM, 1, &block("/good"));
    for _ in 0..10_000 {
        flood.extend(frame(CONTINUATION, 0, 1, b""));
        flood.extend(frame(CONTINUATION, 0, 1, &[0x00, 1, b'x', 1, b'x']));
    }
    raw.write(&flood).await;
    assert_eq!(raw.goodbyes().await, [ENHANCE_YOUR_CALM]);
    piped.end().await;
    assert_eq!(seen.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_dead_client_is_noticed() {
    let seen = Seen::new();
    let start = Instant::now();
    let (mut raw, piped) = open(&seen, &[]).await;
    raw.is_polite = false;
    raw.get(1, "/held").await;
    raw.goodbyes().await;
    piped.end().await;
    let most = POLICY.idle_timeout + PING_TIMEOUT;
    assert!(start.elapsed() >= most, "{:?}", start.elapsed());
    assert!(
        start.elapsed() <= most + Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    seen.ended().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_keeps_the_connection() {
    let seen = Seen::new();
    let (mut raw, _piped) = open(&seen, &[]).await;
    raw.get(1, "/held").await;
    raw.wait(20 * POLICY.idle_timeout).await;
    seen.gate.add_permits(1);
    assert_eq!(raw.until(DATA, 1).await.payload, b"held");
}

#[tokio::test(start_paused = true)]
async fn idle_connections_end() {
    for is_polite in [true, false] {
        let seen = Seen::new();
        let (mut raw, piped) = open(&seen, &[]).await;
        raw.get(1, "/good").await;
        assert_eq!(raw.until(DATA, 1).await.payload, b"good");
        let start = Instant::now();
        raw.is_polite = is_polite;
        let goodbyes = raw.goodbyes().await;
        assert!(!goodbyes.is_empty() && goodbyes.iter().all(|code| *code == NO_ERROR));
        piped.end().await;
        // a quarter of the shortest time is what looking now and then may cost
        let most = POLICY.idle_timeout + POLICY.header_timeout / 4 + 2 * FAREWELL;
        assert!(
            start.elapsed() >= POLICY.idle_timeout,
            "{:?}",
            start.elapsed()
        );
        assert!(start.elapsed() <= most, "{:?}", start.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_crosses_the_goodbye_is_answered() {
    let seen = Seen::new();
    let (mut raw, piped) = open(&seen, &[]).await;
    raw.get(1, "/good").await;
    raw.is_polite = false;
    assert_eq!(raw.until(GOAWAY, 0).await.code(), NO_ERROR);
    raw.get(3, "/good").await;
    assert_eq!(raw.until(DATA, 3).await.payload, b"good");
    raw.goodbyes().await;
    piped.end().await;
    assert_eq!(seen.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_drain_lets_streams_finish() {
    let seen = Seen::new();
    let (mut raw, piped) = open(&seen, &[]).await;
    raw.get(1, "/held").await;
    seen.called(1).await;
    piped.phase.send_replace(Phase::Draining);
    assert_eq!(raw.until(GOAWAY, 0).await.code(), NO_ERROR);
    raw.wait(20 * POLICY.idle_timeout).await;
    seen.gate.add_permits(1);
    assert_eq!(raw.until(DATA, 1).await.payload, b"held");
    assert!(raw.goodbyes().await.iter().all(|code| *code == NO_ERROR));
    piped.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_drain_does_not_wait_for_the_idle_and_dead() {
    let seen = Seen::new();
    let (mut raw, piped) = open(&seen, &[]).await;
    raw.get(1, "/good").await;
    assert_eq!(raw.until(DATA, 1).await.payload, b"good");
    raw.is_polite = false;
    let start = Instant::now();
    piped.phase.send_replace(Phase::Draining);
    raw.goodbyes().await;
    piped.end().await;
    assert!(start.elapsed() <= 2 * FAREWELL, "{:?}", start.elapsed());
}

#[tokio::test]
async fn the_end_waits_for_nobody() {
    let seen = Seen::new();
    let server = listen(seen.handler(), POLICY, None).await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (near, mut far) = tokio::io::duplex(PIPE);
    let carried = tokio::spawn(async move {
        let mut stream = stream;
        let _ = tokio::io::copy_bidirectional(&mut far, &mut stream).await;
    });
    let mut raw = Raw::open(near, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    raw.get(1, "/endless").await;
    raw.until(HEADERS, 1).await;
    server.phase.send_replace(Phase::Draining);
    assert_eq!(raw.until(GOAWAY, 0).await.code(), NO_ERROR);
    assert!(!server.served.is_finished());
    server.phase.send_replace(Phase::Ending);
    bounded(server.served).await.unwrap();
    seen.ended().await;
    raw.goodbyes().await;
    drop(raw);
    bounded(carried).await.unwrap();
}
