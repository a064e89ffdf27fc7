//! What is answered when: in order, together where it can be, beside where nobody waits.

use std::sync::atomic::Ordering;

use super::{LONGEST, Pipe, call};
use crate::host::http::Phase;
use crate::thrift::tests::kit::{self, Read, counted, of_echo, shared};
use crate::thrift::wire::{Framing, Protocol, Style};

#[tokio::test]
async fn many_messages_at_once_are_answered_in_order() {
    let application = of_echo().await;
    let mut pipe = Pipe::new(&application);
    let texts: Vec<_> = (0..50).map(|number| number.to_string()).collect();
    let all: Vec<u8> = texts.iter().flat_map(|text| call("say", text)).collect();
    pipe.send(&all).await;
    for text in &texts {
        let read = pipe.read("say").await;
        assert_eq!(read, Read::Done(format!("Echo: {text}")));
    }
    assert_eq!(pipe.close().await, b"");
}

#[tokio::test]
async fn each_message_may_be_framed_in_its_own_way() {
    let application = of_echo().await;
    let mut pipe = Pipe::new(&application);
    let header = Framing::Header {
        style: Style::Tt,
        sequence: 1,
        framed: false,
    };
    for framing in [Framing::Framed, Framing::Unframed, header, Framing::Framed] {
        for protocol in [Protocol::Compact, Protocol::Binary] {
            let bytes = kit::call(framing, protocol, "say", "hello");
            pipe.send(&bytes).await;
            let answer = pipe.answer().await.unwrap();
            let read = Read::of(&answer, "say", protocol);
            assert_eq!(read, Read::done("Echo: hello"));
        }
    }
}

#[tokio::test]
async fn a_message_may_come_byte_by_byte() {
    let application = of_echo().await;
    for framing in [Framing::Framed, Framing::Unframed] {
        // one byte fits in at a time
        let mut pipe = Pipe::of_room(&application, 1);
        for protocol in [Protocol::Compact, Protocol::Binary] {
            let bytes = kit::call(framing, protocol, "say", "hello");
            pipe.send(&bytes).await;
            let answer = pipe.answer().await.unwrap();
            assert_eq!(
                Read::of(&answer, "say", protocol),
                Read::done("Echo: hello")
            );
        }
    }
}

#[tokio::test]
async fn long_messages_come_and_go() {
    let application = of_echo().await;
    let mut pipe = Pipe::of_room(&application, 1000);
    let text = "x".repeat(LONGEST - 100);
    for method in ["say", "say"] {
        pipe.call(method, &text).await;
        let read = pipe.read(method).await;
        assert_eq!(read, Read::Done(format!("Echo: {text}")));
    }
}

#[tokio::test]
async fn answers_do_not_wait_for_slower_ones_behind_them() {
    let application = of_echo().await;
    let shared = shared(&application);
    let mut pipe = Pipe::new(&application);
    let all: Vec<u8> = [
        call("say", "one"),
        call("wait", "two"),
        call("say", "three"),
    ]
    .concat();
    pipe.send(&all).await;
    assert_eq!(pipe.read("say").await, Read::done("Echo: one"));
    shared.begun(1).await;
    shared.gate.add_permits(1);
    assert_eq!(pipe.read("wait").await, Read::done("two"));
    assert_eq!(pipe.read("say").await, Read::done("Echo: three"));
}

#[tokio::test]
async fn calls_that_nobody_waits_for_run_beside() {
    let application = of_echo().await;
    let shared = shared(&application);
    let mut pipe = Pipe::new(&application);
    pipe.call("hold", "").await;
    pipe.call("hold", "").await;
    pipe.call("say", "meanwhile").await;
    assert_eq!(pipe.read("say").await, Read::done("Echo: meanwhile"));
    assert_eq!(shared.touched.load(Ordering::SeqCst), 0);
    shared.gate.add_permits(2);
    // the end waits for them, whether the client does or not
    assert_eq!(pipe.close().await, b"");
    assert_eq!(shared.touched.load(Ordering::SeqCst), 2);
    assert_eq!(counted(&application, "echo", "success"), 3);
}

#[tokio::test]
async fn no_more_run_beside_than_there_is_room_for() {
    let application = of_echo().await;
    let shared = shared(&application);
    let mut pipe = Pipe::new(&application);
    for _ in 0..65 {
        pipe.call("hold", "").await;
    }
    pipe.call("say", "behind").await;
    shared.begun(65).await;
    let is_quiet = tokio::select! {
        biased;
        _ = pipe.answer() => false,
        () = tokio::task::yield_now() => true,
    };
    assert!(is_quiet);
    shared.gate.add_permits(65);
    assert_eq!(pipe.read("say").await, Read::done("Echo: behind"));
    assert_eq!(pipe.close().await, b"");
    assert_eq!(shared.touched.load(Ordering::SeqCst), 65);
}

#[tokio::test]
async fn a_failure_costs_nothing_but_its_answer() {
    let application = of_echo().await;
    let mut pipe = Pipe::new(&application);
    for (method, expected) in [
        ("panic", Read::fault(6, "internal error")),
        ("fail", Read::fault(6, "internal error")),
        ("nowhere", Read::fault(1, "there is no method `nowhere`")),
        ("raise", Read::Declared("x".to_owned())),
        ("say", Read::done("Echo: x")),
    ] {
        pipe.call(method, "x").await;
        assert_eq!(pipe.read(method).await, expected);
    }
}

#[tokio::test]
async fn what_was_asked_before_half_of_the_connection_closed_is_answered() {
    let application = of_echo().await;
    let shared = shared(&application);
    let mut pipe = Pipe::new(&application);
    pipe.call("wait", "slow").await;
    pipe.call("say", "behind").await;
    shared.gate.add_permits(1);
    let rest = pipe.close().await;
    let text = String::from_utf8_lossy(&rest);
    assert!(
        text.contains("slow") && text.contains("Echo: behind"),
        "{text}"
    );
}

#[tokio::test]
async fn a_drain_answers_what_was_asked_and_closes() {
    let application = of_echo().await;
    let shared = shared(&application);
    let mut idle = Pipe::new(&application);
    idle.call("say", "once").await;
    assert_eq!(idle.read("say").await, Read::done("Echo: once"));
    let mut busy = Pipe::new(&application);
    busy.call("wait", "slow").await;
    shared.begun(1).await;
    let mut half = Pipe::new(&application);
    let message = call("say", "whole");
    let (begin, end) = message.split_at(9);
    half.send(begin).await;
    half.call_is_read().await;
    for pipe in [&idle, &busy, &half] {
        pipe.server.phase.send_replace(Phase::Draining);
    }
    assert_eq!(idle.answer().await, None);
    half.send(end).await;
    assert_eq!(half.read("say").await, Read::done("Echo: whole"));
    assert_eq!(half.answer().await, None);
    shared.gate.add_permits(1);
    assert_eq!(busy.read("wait").await, Read::done("slow"));
    assert_eq!(busy.answer().await, None);
    for pipe in [idle, busy, half] {
        pipe.server.task.await.unwrap();
    }
}

#[tokio::test]
async fn a_drain_ends_for_a_client_that_always_sends_more() {
    let application = of_echo().await;
    let mut pipe = Pipe::new(&application);
    let message = call("say", "again");
    let (begin, end) = message.split_at(9);
    pipe.send(begin).await;
    pipe.call_is_read().await;
    pipe.server.phase.send_replace(Phase::Draining);
    let next = [end, begin].concat();
    pipe.send(&next).await;
    assert_eq!(pipe.read("say").await, Read::done("Echo: again"));
    // half of the next one has come, and is not waited for
    assert_eq!(pipe.answer().await, None);
}

impl Pipe {
    /// Lets the server take what was sent.
    async fn call_is_read(&mut self) {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }
}
