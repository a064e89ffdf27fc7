//! Calls in process: what is answered, counted and logged.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::kit::{Read, Text, application, call, counted, echo, message, of_echo, other, shared};
use crate::application::Application;
use crate::clock::ManualClock;
use crate::function::Limits;
use crate::invocation::Facts;
use crate::telemetry::logs::tests::lines;
use crate::telemetry::logs::{Format, Names};
use crate::thrift::dispatch::{Dispatched, Incoming, dispatch};
use crate::thrift::wire::{
    Frame, Framer, Framing, Head, Info, Kind, Limits as WireLimits, Protocol, Style, number,
};

fn frame(mut bytes: BytesMut) -> Frame {
    let mut framer = Framer::new(WireLimits::of_frame(1 << 20));
    framer.next(&mut bytes).unwrap().unwrap()
}

fn incoming(frame: Frame, place: Option<&str>) -> Incoming<'_> {
    Incoming {
        facts: Facts::default(),
        frame,
        place,
        room: BytesMut::new(),
    }
}

fn dispatched(application: &Application, bytes: BytesMut, place: Option<&str>) -> Dispatched {
    let Ok(dispatched) = dispatch(application, incoming(frame(bytes), place)) else {
        panic!("the head is good");
    };
    dispatched
}

async fn answer(application: &Application, bytes: BytesMut) -> Option<Bytes> {
    let answered = dispatched(application, bytes, None).await;
    answered.map(|bytes| frame(bytes).payload)
}

async fn asked(application: &Application, name: &str, text: &str) -> Read {
    let bytes = call(Framing::Unframed, Protocol::Binary, name, text);
    let answer = answer(application, bytes).await.unwrap();
    let method = name.split_once(':').map_or(name, |(_, method)| method);
    Read::of(&answer, method, Protocol::Binary)
}

#[tokio::test]
async fn every_framing_in_every_protocol() {
    let application = of_echo().await;
    let header = |style, framed| Framing::Header {
        style,
        sequence: 3,
        framed,
    };
    let framings = [
        Framing::Unframed,
        Framing::Framed,
        header(Style::Tt, false),
        header(Style::Tt, true),
        header(Style::Apache, false),
    ];
    for framing in framings {
        for protocol in [Protocol::Binary, Protocol::Compact] {
            let bytes = call(framing, protocol, "say", "hello");
            let dispatched = dispatched(&application, bytes, None);
            let answer = frame(dispatched.await.unwrap());
            assert_eq!(answer.framing, framing);
            let read = Read::of(&answer.payload, "say", protocol);
            assert_eq!(read, Read::done("Echo: hello"));
        }
    }
    let bytes = call(Framing::Framed, Protocol::OldBinary, "say", "hello");
    let answer = frame(dispatched(&application, bytes, None).await.unwrap());
    let read = Read::of(&answer.payload, "say", Protocol::OldBinary);
    assert_eq!(read, Read::done("Echo: hello"));
}

#[tokio::test]
async fn a_declared_exception_is_a_success() {
    let application = of_echo().await;
    let read = asked(&application, "raise", "gone").await;
    assert_eq!(read, Read::Declared("gone".to_owned()));
    assert_eq!(counted(&application, "echo", "success"), 1);
}

#[tokio::test]
async fn failures_are_counted_as_what_they_are() {
    let application = of_echo().await;
    let internal = Read::fault(6, "internal error");
    assert_eq!(asked(&application, "fail", "").await, internal);
    assert_eq!(counted(&application, "echo", "retry"), 1);
    assert_eq!(asked(&application, "panic", "").await, internal);
    assert_eq!(counted(&application, "echo", "panic"), 1);
    let told = Read::fault(6, "no such colour");
    assert_eq!(asked(&application, "reject", "").await, told);
    assert_eq!(asked(&application, "unsendable", "").await, internal);
    assert_eq!(counted(&application, "echo", "reject"), 2);
}

#[test]
fn a_failure_is_logged_once_with_its_cause() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let lines = lines(Format::Json(Names::OPEN_TELEMETRY), "info", || {
        runtime.block_on(async {
            let application = of_echo().await;
            asked(&application, "fail", "").await;
            let bytes = call(Framing::Unframed, Protocol::Binary, "breakOff", "");
            assert_eq!(answer(&application, bytes).await, None);
            // what clients do wrong, or are told as an answer, is no error of ours
            asked(&application, "raise", "").await;
            asked(&application, "nowhere", "").await;
        });
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        assert!(line.contains(r#""level":"ERROR""#), "{line}");
        assert!(line.contains("canary"), "{line}");
        assert!(line.contains(r#""faas.trigger":"thrift""#), "{line}");
    }
}

#[tokio::test]
async fn past_its_deadline_a_call_is_given_up() {
    let clock = ManualClock::new();
    let application = application(vec![echo(Limits::NONE)], &clock).await;
    let bytes = call(Framing::Unframed, Protocol::Compact, "hang", "");
    let mut dispatched = pin!(dispatched(&application, bytes, None));
    let pending = poll_fn(|cx| Poll::Ready(dispatched.as_mut().poll(cx).is_pending())).await;
    assert!(pending);
    clock.advance(Duration::from_secs(2));
    let answer = frame(dispatched.await.unwrap()).payload;
    let read = Read::of(&answer, "hang", Protocol::Compact);
    assert_eq!(read, Read::fault(6, "the deadline passed"));
    assert_eq!(counted(&application, "echo", "deadline"), 1);
}

#[tokio::test]
async fn a_limit_refuses_what_it_has_no_room_for() {
    let limits = Limits {
        concurrency: NonZeroU32::new(1),
        ..Limits::NONE
    };
    let application = application(vec![echo(limits)], &ManualClock::new()).await;
    let bytes = call(Framing::Unframed, Protocol::Binary, "hang", "");
    let first = dispatched(&application, bytes, None);
    let refused = asked(&application, "say", "").await;
    assert_eq!(refused, Read::fault(6, "overloaded"));
    assert_eq!(counted(&application, "echo", "overload"), 1);
    drop(first);
    assert_eq!(asked(&application, "say", "").await, Read::done("Echo: "));
    assert_eq!(counted(&application, "echo", "cancelled"), 1);
}

#[tokio::test]
async fn a_service_is_found_by_name_by_place_or_by_method() {
    let clock = ManualClock::new();
    let application = application(vec![echo(Limits::NONE), other()], &clock).await;
    let unknown = |method: &str| Read::Fault(1, format!("there is no method `{method}`"));
    let ambiguous = Read::fault(
        1,
        "method `say` is of `Echo` and of `Other`: name the service, as in `Echo:say` (TMultiplexedProtocol), or over HTTP at the end of the path",
    );
    for (name, expected) in [
        ("Echo:say", Read::done("Echo: a")),
        ("Other:say", Read::done("Other: a")),
        ("say", ambiguous),
        ("raise", Read::Declared("a".to_owned())),
        ("Third:raise", unknown("raise")),
        ("Other:raise", unknown("raise")),
        // it lists it, and does not know it
        ("shout", unknown("shout")),
        (":say", unknown("say")),
        ("", unknown("")),
    ] {
        assert_eq!(asked(&application, name, "a").await, expected, "{name}");
    }
    let bytes = call(Framing::Unframed, Protocol::Binary, "say", "a");
    let placed = dispatched(&application, bytes, Some("Other")).await;
    let answer = placed.unwrap().freeze();
    let read = Read::of(&answer, "say", Protocol::Binary);
    assert_eq!(read, Read::done("Other: a"));
}

#[tokio::test]
async fn an_answer_is_no_question() {
    let application = of_echo().await;
    for kind in [Kind::Reply, Kind::Exception] {
        let head = Head {
            name: "say".into(),
            kind,
            sequence: 7,
            protocol: Protocol::Binary,
        };
        let text = Text::<1>(String::new());
        let bytes = message(Framing::Unframed, &Info::default(), &head, &text);
        let answer = answer(&application, bytes).await.unwrap();
        assert_eq!(
            Read::of(&answer, "say", Protocol::Binary),
            Read::fault(2, "expected a call, found an answer")
        );
    }
}

#[tokio::test]
async fn arguments_that_cannot_be_read_are_told_in_the_same_protocol() {
    let application = of_echo().await;
    for protocol in [Protocol::Binary, Protocol::Compact] {
        let whole = call(Framing::Unframed, protocol, "say", "hello").freeze();
        let (_, args) = crate::thrift::wire::read_head(&whole).unwrap();
        let head = whole.len() - args.len();
        for cut in head..whole.len() {
            let frame = Frame {
                framing: Framing::Framed,
                payload: whole.slice(..cut),
                header: None,
            };
            let Ok(dispatched) = dispatch(&application, incoming(frame, None)) else {
                panic!("the head is good");
            };
            let answered = dispatched.await;
            let answer = super::calls::frame(answered.unwrap());
            assert_eq!(answer.framing, Framing::Framed);
            let read = Read::of(&answer.payload, "say", protocol);
            assert!(matches!(&read, Read::Fault(7, _)), "{cut}: {read:?}");
        }
        for cut in 0..head {
            let frame = Frame {
                framing: Framing::Framed,
                payload: whole.slice(..cut),
                header: None,
            };
            assert!(dispatch(&application, incoming(frame, None)).is_err());
        }
    }
    let other = Text::<3>("the wrong field".to_owned());
    let head = Head {
        name: "say".into(),
        kind: Kind::Call,
        sequence: 7,
        protocol: Protocol::Binary,
    };
    let bytes = message(Framing::Unframed, &Info::default(), &head, &other);
    let answer = answer(&application, bytes).await.unwrap();
    assert_eq!(
        Read::of(&answer, "say", Protocol::Binary),
        Read::fault(7, "field 1 is missing")
    );
}

#[tokio::test]
async fn nobody_answers_what_nobody_waits_for() {
    let application = of_echo().await;
    let shared = shared(&application);
    // thriftpy2 calls them as if it waited
    for kind in [Kind::Call, Kind::OneWay] {
        for (method, text) in [("touch", "field"), ("breakOff", "")] {
            let head = Head {
                name: method.into(),
                kind,
                sequence: 7,
                protocol: Protocol::Binary,
            };
            let bytes = message(
                Framing::Framed,
                &Info::default(),
                &head,
                &Text::<1>(text.to_owned()),
            );
            let dispatched = dispatched(&application, bytes, None);
            assert!(dispatched.is_oneway());
            assert_eq!(dispatched.await, None);
        }
    }
    assert_eq!(shared.touched.load(Ordering::SeqCst), 2);
    assert_eq!(counted(&application, "echo", "success"), 2);
    assert_eq!(counted(&application, "echo", "retry"), 2);
    for method in ["say", "nowhere"] {
        let head = Head {
            name: method.into(),
            kind: Kind::OneWay,
            sequence: 7,
            protocol: Protocol::Binary,
        };
        let text = Text::<1>(String::new());
        let bytes = message(Framing::Framed, &Info::default(), &head, &text);
        assert_eq!(answer(&application, bytes).await, None);
    }
}

#[tokio::test]
async fn a_header_tells_the_deadline_the_trace_and_the_id() {
    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let application = of_echo().await;
    let head = Head {
        name: "told".into(),
        kind: Kind::Call,
        sequence: 7,
        protocol: Protocol::Binary,
    };
    let told = async |log_id: &str| {
        let info = Info {
            timeout: Some(Duration::from_millis(1500)),
            numbers: &[(number::LOG_ID, log_id)],
            texts: &[("traceparent", TRACE)],
        };
        let framing = Framing::Header {
            style: Style::Tt,
            sequence: 9,
            framed: false,
        };
        let bytes = message(framing, &info, &head, &Text::<1>(String::new()));
        let answer = answer(&application, bytes).await.unwrap();
        match Read::of(&answer, "told", Protocol::Binary) {
            Read::Done(text) => text,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        told("20261121-abc").await,
        format!("echo 20261121-abc Some(1.5s) Some({TRACE:?}) None")
    );
    for odd in ["", "two words", &"x".repeat(LONG)] {
        let told = told(odd).await;
        let id = told.split(' ').nth(1).unwrap();
        assert_eq!(id.len(), 32, "an id of our own: {told}");
    }
}

const LONG: usize = 129;

#[tokio::test]
async fn a_caller_waits_no_longer_than_the_method_may() {
    let clock = ManualClock::new();
    let application = application(vec![echo(Limits::NONE)], &clock).await;
    let head = Head {
        name: "hang".into(),
        kind: Kind::Call,
        sequence: 7,
        protocol: Protocol::Binary,
    };
    for (callers, both) in [(1, 1), (60, 2)] {
        let info = Info {
            timeout: Some(Duration::from_secs(callers)),
            ..Info::default()
        };
        let framing = Framing::Header {
            style: Style::Tt,
            sequence: 9,
            framed: false,
        };
        let bytes = message(framing, &info, &head, &Text::<1>(String::new()));
        let mut hanging = dispatched(&application, bytes, None);
        let poll = async |hanging: &mut Dispatched| {
            poll_fn(|cx| Poll::Ready(Pin::new(&mut *hanging).poll(cx).is_ready())).await
        };
        assert!(!poll(&mut hanging).await);
        clock.advance(Duration::from_millis(both * 1000 - 1));
        assert!(!poll(&mut hanging).await, "{callers}");
        clock.advance(Duration::from_millis(1));
        assert!(poll(&mut hanging).await, "{callers}");
    }
}
