//! Clients that do nothing for too long, in virtual time.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Front, Overdue, Talk, Timeouts, serve};

const HEAD: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(60);
const TIMEOUTS: Timeouts = Timeouts {
    head: HEAD,
    idle: IDLE,
    stalled: IDLE,
};

/// Sends the pieces with pauses, keeps the connection open and says how long the server did.
async fn patient(pieces: &[(&str, u64)]) -> (Talk, Duration) {
    let start = tokio::time::Instant::now();
    let (near, far) = tokio::io::duplex(4096);
    let (mut reader, mut writer) = tokio::io::split(near);
    let send = async {
        for (piece, pause) in pieces {
            if writer.write_all(piece.as_bytes()).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_secs(*pause)).await;
        }
    };
    let receive = async {
        let mut answers = Vec::new();
        reader.read_to_end(&mut answers).await.unwrap();
        (answers, start.elapsed())
    };
    let ((), (answers, elapsed), talk) = tokio::join!(send, receive, serve(far, TIMEOUTS));
    (Talk { answers, ..talk }, elapsed)
}

#[track_caller]
fn within(elapsed: Duration, expected: Duration) {
    // A quarter of the shorter time, and what tokio's clock rounds up to.
    let slack = HEAD / 4 + Duration::from_millis(100);
    assert!(elapsed >= expected, "{elapsed:?} < {expected:?}");
    assert!(elapsed <= expected + slack, "{elapsed:?} > {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn half_a_head() {
    for piece in [
        "G",
        "GET / HTTP/1.1\r\nHost: a\r\n",
        "PRI * HTTP/2.0\r\n\r\nS",
    ] {
        let (talk, elapsed) = patient(&[(piece, 0)]).await;
        assert_eq!(talk.overdue, Some(Overdue::Head), "{piece:?}");
        assert_eq!(talk.statuses(), [408], "{piece:?}");
        within(elapsed, HEAD);
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_head_that_trickles() {
    let (talk, elapsed) = patient(&[("G", 3), ("E", 3), ("T", 3), (" ", 3), ("/", 3)]).await;
    assert_eq!(talk.statuses(), [408]);
    within(elapsed, HEAD);
}

#[tokio::test(start_paused = true)]
async fn half_a_head_behind_an_answer() {
    let good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let (talk, elapsed) = patient(&[(good, 30), ("GET", 0)]).await;
    assert_eq!(talk.statuses(), [200, 408]);
    within(elapsed, Duration::from_secs(30) + HEAD);
}

#[tokio::test(start_paused = true)]
async fn idle() {
    let good = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for pieces in [&[][..], &[("\r\n", 0)], &[(good, 0)]] {
        let (talk, elapsed) = patient(pieces).await;
        assert_eq!(talk.overdue, Some(Overdue::Idle));
        assert!(!talk.statuses().contains(&408));
        within(elapsed, IDLE);
    }
    let (talk, elapsed) = patient(&[(good, 50), (good, 50), (good, 0)]).await;
    assert_eq!(talk.statuses(), [200, 200, 200]);
    within(elapsed, Duration::from_secs(100) + IDLE);
}

#[tokio::test(start_paused = true)]
async fn answers_may_take_their_time() {
    // The second request waits, half of it, behind an answer of 1000 s.
    let slow = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET";
    let (talk, elapsed) = patient(&[(slow, 0)]).await;
    assert_eq!(talk.calls, ["GET /slow"]);
    assert_eq!(talk.statuses(), [200, 408]);
    within(elapsed, Duration::from_secs(1000) + HEAD);
}

#[tokio::test(start_paused = true)]
async fn an_answer_in_progress_outlives_a_refused_request() {
    let slow = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    let bad = "GET /bad HTTP/1.1\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    let together = format!("{slow}{bad}");
    for pieces in [
        &[(together.as_str(), 0)][..],
        &[(slow, 5), (bad, 5), (slow, 0)],
    ] {
        let (talk, elapsed) = patient(pieces).await;
        assert_eq!(talk.calls, ["GET /slow"]);
        assert_eq!(talk.statuses(), [200, 400]);
        within(elapsed, Duration::from_secs(1000));
    }
}

#[tokio::test]
async fn a_body_behind_an_early_answer_is_taken() {
    // More than the buffers of a socket hold: a close at once would reset the connection under the client's hands.
    let body = vec![b' '; 16 * 1024 * 1024];
    let head = format!(
        "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = async { serve(listener.accept().await.unwrap().0, TIMEOUTS).await };
    let client = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body).await.unwrap();
        let mut answers = Vec::new();
        stream.read_to_end(&mut answers).await.unwrap();
        answers
    };
    let (answers, talk) = tokio::join!(client, server);
    let talk = Talk { answers, ..talk };
    assert_eq!(talk.calls, ["POST /unread"]);
    assert_eq!(talk.statuses(), [200]);
}

#[tokio::test]
async fn what_the_loop_sees() {
    let (mut near, far) = tokio::io::duplex(4096);
    let (mut front, watch) = Front::new(far);
    let signals = watch.signals();
    let mut bytes = [0; 4096];
    assert!(watch.is_idle());

    near.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    assert!(front.read(&mut bytes).await.unwrap() > 0);
    assert!(!watch.is_idle() && watch.half_head());

    near.write_all(b"Host: a\r\n\r\n").await.unwrap();
    assert!(front.read(&mut bytes).await.unwrap() > 0);
    assert!(!watch.is_idle() && !watch.half_head());

    let answer = signals.answer();
    assert!(!watch.is_idle());
    drop(answer);
    assert!(watch.is_idle());
}

#[tokio::test]
async fn a_stream_that_hyper_keeps_is_left_alone() {
    let (mut near, far) = tokio::io::duplex(4096);
    let (mut front, watch) = Front::new(far);
    watch.close().await;
    front.write_all(b"on").await.unwrap();
    drop(front);
    let mut received = String::new();
    near.read_to_string(&mut received).await.unwrap();
    assert_eq!(received, "on");
}
