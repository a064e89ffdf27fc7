//! Answers that the platform does not take: each is sent once, said in the log, and the next event served.

use super::api::{At, Event, Posting};
use super::invocations::replied;
use super::probe::Probe;

const REFUSED: &str = r#"{"errorMessage":"no","errorType":"Test.Refused"}"#;

#[test]
fn a_refused_answer_is_said_and_the_next_event_served() {
    for function in ["mirror", "refuse"] {
        let probe = Probe::of(function);
        let refusals = [400, 403, 410, 413, 404, 429];
        for status in refusals {
            probe.api.posts([Posting::Status(status, REFUSED)]);
            let answer = probe.answer(Event::new(r#"{"a":1,"b":1}"#));
            assert_eq!(answer.status, status);
            probe.logs(&format!("\"status\":{status}"));
        }
        probe.logs("Test.Refused");
        // not one of them was followed by a second post, such as one to `/error`
        probe.answer(Event::new(r#"{"a":1,"b":1}"#));
        assert_eq!(probe.api.all().len(), refusals.len() + 1);
    }
}

#[test]
fn any_success_is_one() {
    let probe = Probe::of("mirror");
    for (status, body) in [
        (200, ""),
        (202, r#"{"status":"OK"}"#),
        (204, ""),
        (299, "{}"),
    ] {
        probe.api.posts([Posting::Status(status, body)]);
        assert_eq!(probe.answer(Event::new("{}")).status, status);
    }
    replied(&probe.answer(Event::new("{}")), "{}");
    let log = probe.stop();
    assert!(!log.contains("\"ERROR\""), "{log}");
}

#[test]
fn an_instance_whose_answer_met_a_container_error_ends() {
    let probe = Probe::of("mirror");
    probe.api.posts([Posting::Status(500, REFUSED)]);
    assert_eq!(probe.answer(Event::new("{}")).status, 500);
    let ended = probe.ended();
    assert_eq!(ended.code, Some(69), "{}", ended.log);
    assert!(ended.log.contains("Test.Refused"), "{}", ended.log);
}

#[test]
fn an_answer_is_never_sent_twice() {
    for at in [At::Head, At::Everything, At::HalfAnswer] {
        for reset in [false, true] {
            let probe = Probe::of("mirror");
            probe.api.posts([Posting::Cut { at, reset }]);
            let event = Event::new(r#"{"cut":true}"#);
            let id = event.id().to_owned();
            probe.answer(event);
            probe.logs(&format!("the answer of {id} was lost"));
            replied(&probe.answer(Event::new("{}")), "{}");
            let of_it = probe.api.all();
            let of_it = of_it
                .iter()
                .filter(|request| request.invocation().unwrap().0 == id);
            assert_eq!(of_it.count(), 1, "{at:?}, reset: {reset}");
        }
    }
}

#[test]
fn an_answer_that_may_have_arrived_is_not_sent_again_but_its_event_is_served_again() {
    let probe = Probe::of("caller");
    // the platform never saw the answer, but who sent it cannot know
    probe.api.posts([Posting::Cut {
        at: At::Nothing,
        reset: true,
    }]);
    let event = Event::new("{}");
    let id = event.id().to_owned();
    let answer = probe.answer(event);
    assert_eq!(answer.invocation().unwrap().0, id);
    // by a second invocation, and not by a repeated answer
    assert_eq!(answer.json()["cold_start"], false);
    assert_eq!(answer.status, 202);
}
