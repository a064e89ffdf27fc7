//! Clients that stand still, in virtual time.

use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::time::Instant;

use super::{Pipe, call};
use crate::thrift::tests::kit::{Read, of_echo, shared};

const IDLE: Duration = Duration::from_secs(60);
const STALL: Duration = Duration::from_secs(30);

#[track_caller]
fn within(elapsed: Duration, expected: Duration) {
    // it is sampled, and tokio's clock rounds up
    let slack = STALL / 4 + Duration::from_millis(100);
    assert!(elapsed >= expected, "{elapsed:?} < {expected:?}");
    assert!(elapsed <= expected + slack, "{elapsed:?} > {expected:?}");
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed() {
    let application = of_echo().await;
    let mut pipe = Pipe::new(&application);
    let start = Instant::now();
    assert_eq!(pipe.answer().await, None);
    within(start.elapsed(), IDLE);
    let mut pipe = Pipe::new(&application);
    for _ in 0..3 {
        tokio::time::sleep(IDLE - STALL / 2).await;
        pipe.call("say", "still here").await;
        assert_eq!(pipe.read("say").await, Read::done("Echo: still here"));
    }
    let start = Instant::now();
    assert_eq!(pipe.answer().await, None);
    within(start.elapsed(), IDLE);
}

#[tokio::test(start_paused = true)]
async fn half_a_message_is_not_waited_for_so_long() {
    let application = of_echo().await;
    let message = call("say", "hello");
    for cut in [1, 4, 6, message.len() - 1] {
        let mut pipe = Pipe::new(&application);
        let start = Instant::now();
        pipe.send(&message[..cut]).await;
        assert_eq!(pipe.answer().await, None);
        within(start.elapsed(), STALL);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_in_small_pieces_is_not_waited_for_for_ever() {
    let application = of_echo().await;
    let message = call("say", &"x".repeat(100));
    let mut pipe = Pipe::new(&application);
    pipe.call("say", "first").await;
    assert_eq!(pipe.read("say").await, Read::done("Echo: first"));
    let start = Instant::now();
    let (mut rest, mut write) = tokio::io::split(&mut pipe.stream);
    let dripping = async {
        for byte in message.iter() {
            if tokio::io::AsyncWriteExt::write_all(&mut write, &[*byte])
                .await
                .is_err()
            {
                return;
            }
            tokio::time::sleep(STALL / 3).await;
        }
        panic!("it was waited for");
    };
    let closed = async { rest.read_to_end(&mut Vec::new()).await };
    let (_, answer) = tokio::join!(dripping, closed);
    assert_eq!(answer.unwrap(), 0);
    let whole = super::policy().message_timeout;
    assert!(
        start.elapsed() >= whole && start.elapsed() <= whole + STALL,
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_takes_its_call_along() {
    let application = of_echo().await;
    let shared = shared(&application);
    let mut pipe = Pipe::new(&application);
    pipe.call("wait", "long").await;
    shared.begun(1).await;
    let start = Instant::now();
    let Pipe { stream, server, .. } = pipe;
    drop(stream);
    server.task.await.unwrap();
    assert!(
        start.elapsed() <= Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(shared.dropped.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert_eq!(
        crate::thrift::tests::kit::counted(&application, "echo", "cancelled"),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_take_longer_than_a_client() {
    let application = of_echo().await;
    let shared = shared(&application);
    let mut pipe = Pipe::new(&application);
    pipe.call("wait", "long").await;
    shared.begun(1).await;
    tokio::time::sleep(IDLE * 10).await;
    shared.gate.add_permits(1);
    assert_eq!(pipe.read("wait").await, Read::done("long"));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_cut_off() {
    let application = of_echo().await;
    let mut pipe = Pipe::of_room(&application, 100);
    let start = Instant::now();
    let text = "x".repeat(1000);
    let sending = async {
        // much more than is ever held for it
        for _ in 0..10_000 {
            let message = call("say", &text);
            if tokio::io::AsyncWriteExt::write_all(&mut pipe.stream, &message)
                .await
                .is_err()
            {
                return;
            }
        }
        panic!("10 MB were taken and no answer was read");
    };
    sending.await;
    within(start.elapsed(), STALL);
    let mut rest = Vec::new();
    pipe.stream.read_to_end(&mut rest).await.unwrap();
    assert!(rest.len() <= 100);
    pipe.server.task.await.unwrap();
}
