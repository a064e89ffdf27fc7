//! Polls that bring no event: they are repeated, and never given up for one broken connection.

use super::api::{Event, Framing, Poll};
use super::invocations::replied;
use super::probe::Probe;

const FORBIDDEN: &str =
    r#"{"errorMessage":"State transition is not allowed","errorType":"InvalidStateTransition"}"#;
const CONTAINER: &str = r#"{"errorMessage":"Container error","errorType":"Container.Error"}"#;

#[test]
fn a_poll_that_breaks_is_repeated_wherever_it_breaks() {
    let body = format!("[\"{}\"]", "x".repeat(5000));
    let probe = Probe::of("mirror");
    // before a byte, in the status line, in the headers, in the body, short of the last byte
    for after in [0, 1, 12, 60, 300, 2500, 5400] {
        for reset in [false, true] {
            let event = Event::new(body.clone());
            let id = event.id().to_owned();
            probe
                .api
                .polls([Poll::Cut { after, reset }, Poll::Hand(event)]);
            let answer = probe.received();
            assert_eq!(
                answer.invocation().unwrap().0,
                id,
                "after {after}, reset: {reset}"
            );
            replied(&answer, &body);
        }
    }
    assert_eq!(probe.api.all().len(), 14);
}

#[test]
fn several_breaks_in_a_row_are_outlived() {
    let probe = Probe::of("mirror");
    let cut = |after, reset| Poll::Cut { after, reset };
    let event = Event::new("{}");
    probe.api.polls([
        cut(0, true),
        cut(0, false),
        cut(20, true),
        cut(40, false),
        cut(0, true),
        Poll::Hand(event),
    ]);
    replied(&probe.received(), "{}");
    assert_eq!(probe.api.all().len(), 1);
}

#[test]
fn every_framing_of_an_event_is_read() {
    let probe = Probe::of("mirror");
    let body = format!("[\"{}\"]", "ü".repeat(2000));
    let framings = [
        Framing::BySize,
        Framing::Chunks(1),
        Framing::Chunks(1000),
        Framing::UntilClose,
        Framing::ThenClose,
    ];
    for framing in framings {
        for body in ["7", &body] {
            replied(&probe.answer(Event::new(body).framed(framing)), body);
        }
    }
}

#[test]
fn an_answer_goes_over_a_new_connection_if_the_old_one_was_closed() {
    let probe = Probe::of("mirror");
    for _ in 0..20 {
        replied(
            &probe.answer(Event::new("{}").framed(Framing::ThenClose)),
            "{}",
        );
    }
    assert_eq!(probe.api.all().len(), 20);
}

#[test]
fn an_emulator_may_say_that_there_is_nothing_yet() {
    let probe = Probe::of("mirror");
    let event = Event::new("{}");
    probe.api.polls([
        Poll::Status(204, ""),
        Poll::Status(204, ""),
        Poll::Status(204, ""),
        Poll::Hand(event),
    ]);
    replied(&probe.received(), "{}");
    probe.idle();
    assert_eq!(probe.api.polled(), 5);
    // that is how it waits, and nothing to complain about
    let log = probe.stop();
    assert!(
        !log.contains("\"ERROR\"") && !log.contains("\"WARN\""),
        "{log}"
    );
}

#[test]
fn a_poll_in_a_wrong_state_is_said_and_repeated() {
    let probe = Probe::of("mirror");
    let event = Event::new("{}");
    probe.api.polls([
        Poll::Status(403, FORBIDDEN),
        Poll::Status(403, FORBIDDEN),
        Poll::Hand(event),
    ]);
    replied(&probe.received(), "{}");
    probe.logs("InvalidStateTransition");
}

#[test]
fn a_platform_that_takes_no_poll_is_given_up() {
    let probe = Probe::of("mirror");
    let refused = || Poll::Status(403, FORBIDDEN);
    let odd = [refused(), refused(), Poll::Raw("SSH-2.0-OpenSSH_9.6\r\n")];
    let rest = [refused(), refused(), refused()];
    probe.api.polls(odd.into_iter().chain(rest));
    let ended = probe.ended();
    assert_eq!(ended.code, Some(69), "{}", ended.log);
}

#[test]
fn an_answer_that_is_no_http_is_said_and_the_poll_repeated() {
    let probe = Probe::of("mirror");
    let nonsense = [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP/1.1 two hundred\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{}",
    ];
    for bytes in nonsense {
        probe
            .api
            .polls([Poll::Raw(bytes), Poll::Hand(Event::new("{}"))]);
        replied(&probe.received(), "{}");
    }
    probe.logs("cannot be read");
}

#[test]
fn an_instance_that_the_platform_gave_up_ends() {
    let probe = Probe::of("mirror");
    replied(&probe.answer(Event::new("{}")), "{}");
    probe.api.polls([Poll::Status(500, CONTAINER)]);
    let ended = probe.ended();
    assert_eq!(ended.code, Some(69), "{}", ended.log);
    assert!(ended.log.contains("Container.Error"), "{}", ended.log);
}
