//! Managed instances: as many events at once as the platform says, none of them any other's business.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{At, Event, Mode, Poll, Posting, in_ms};
use super::events::{HttpAnswer, get};
use super::invocations::{failed, replied};
use super::probe::Probe;

fn managed(polls: usize, env: &[(&str, &str)]) -> Probe {
    Probe::of_mode(Mode::Managed { polls }, env)
}

const MIRROR: &[(&str, &str)] = &[("FAAS_FUNCTION", "mirror")];

#[test]
fn as_many_polls_wait_as_may() {
    for polls in [1, 4, 16] {
        let probe = managed(polls, MIRROR);
        probe.waiting(polls);
        // one more would have been told so
        assert_eq!(probe.api.polled(), polls);
        assert_eq!(probe.api.all().len(), 0);
    }
}

#[test]
fn events_are_served_at_once_and_answered_in_any_order() {
    let probe = managed(4, &[]);
    // three that wait for their deadline do not hold up the fourth
    let late = in_ms(20_000).to_string();
    let slow: Vec<_> = (0..3)
        .map(|_| get("/wait").header("Lambda-Runtime-Deadline-Ms", &late))
        .collect();
    probe.api.polls(slow.into_iter().map(Poll::Hand));
    for _ in 0..3 {
        probe.logs("faas-probe: in the handler");
    }
    for _ in 0..20 {
        probe.serves();
    }
}

#[test]
fn as_many_handlers_run_at_once() {
    for polls in [4, 16] {
        let probe = managed(polls, &[]);
        let path = format!("/meet/{polls}");
        probe.api.polls((0..polls).map(|_| Poll::Hand(get(&path))));
        for _ in 0..polls {
            assert_eq!(HttpAnswer::of(&probe.received()).text(), "met");
        }
    }
}

#[test]
fn each_answer_belongs_to_its_event() {
    const EVENTS: usize = 400;
    let probe = managed(16, MIRROR);
    let expected: BTreeMap<_, _> = (0..EVENTS)
        .map(|number| {
            let event = Event::new(format!("[{number}]"));
            let body = format!("[{number}]").into_bytes();
            let id = event.id().to_owned();
            probe.api.polls([Poll::Hand(event)]);
            (id, body)
        })
        .collect();
    let answers = probe.drained(EVENTS);
    let found: BTreeMap<_, _> = answers
        .into_iter()
        .map(|answer| (answer.invocation().unwrap().0, answer.body))
        .collect();
    assert_eq!(found, expected);
    probe.waiting(16);
}

#[test]
fn handlers_run_beside_each_other_also_if_they_block() {
    let probe = managed(4, &[]);
    probe.waiting(4);
    probe
        .api
        .polls((0..3).map(|_| Poll::Hand(get("/slow/400"))));
    probe.serves();
    for _ in 0..3 {
        assert_eq!(HttpAnswer::of(&probe.received()).text(), "slow");
    }
}

#[test]
fn trouble_of_one_slot_is_no_other_slots() {
    let probe = managed(2, MIRROR);
    probe.waiting(2);
    probe.api.polls([
        Poll::Status(500, r#"{"errorType":"InternalServerError"}"#),
        Poll::Status(500, "{}"),
        Poll::Status(500, "{}"),
        Poll::Cut {
            after: 10,
            reset: true,
        },
    ]);
    for number in 0..20 {
        let body = format!("[{number}]");
        replied(&probe.answer(Event::new(body.as_str())), &body);
    }
    // both are back
    probe.waiting(2);
    probe.logs("InternalServerError");
}

#[test]
fn an_answer_that_met_a_container_error_costs_that_answer_alone() {
    let probe = managed(2, MIRROR);
    for status in [400, 403, 410, 413, 500] {
        let event = Event::new("{}").answered(Posting::Status(status, r#"{"errorType":"Test"}"#));
        assert_eq!(probe.answer(event).status, status);
        replied(&probe.answer(Event::new("{}")), "{}");
        probe.logs(&format!("\"status\":{status}"));
    }
    probe.waiting(2);
    assert_eq!(probe.api.all().len(), 10);
}

#[test]
fn a_late_answer_is_refused_and_nothing_follows() {
    let probe = managed(2, &[("FAAS_FUNCTION", "large")]);
    let event = Event::new(r#"{"bytes":100000}"#).answered(Posting::Held);
    let id = event.id().to_owned();
    probe.api.polls([Poll::Hand(event)]);
    assert!(probe.api.held().is_some(), "{}", probe.log());
    probe.api.time_out(&id);
    probe.api.release();
    assert_eq!(probe.received().status, 410);
    probe.logs("InvokeTimeout");
    replied(&probe.answer(Event::new(r#"{"bytes":4}"#)), r#""xx""#);
    probe.waiting(2);
    assert_eq!(probe.api.all().len(), 2);
}

#[test]
fn an_answer_is_never_sent_twice() {
    let probe = managed(3, MIRROR);
    for at in [At::Nothing, At::Head, At::Everything, At::HalfAnswer] {
        for reset in [false, true] {
            let event = Event::new(r#"{"cut":true}"#).answered(Posting::Cut { at, reset });
            let id = event.id().to_owned();
            probe.api.polls([Poll::Hand(event)]);
            probe.logs(&format!("the answer of {id} was lost"));
            probe.waiting(3);
            let all = probe.api.all();
            let of_it = all
                .iter()
                .filter(|post| post.invocation().unwrap().0 == id)
                .count();
            assert_eq!(of_it, usize::from(at != At::Nothing), "{at:?}");
        }
    }
    replied(
        &{
            probe.api.drained(0);
            probe.answer(Event::new("{}"))
        },
        "{}",
    );
}

#[test]
fn empty_headers_are_none() {
    let probe = managed(1, &[("FAAS_FUNCTION", "caller")]);
    let facts = probe.answer(Event::new("{}")).json();
    assert_eq!(facts["client_context"], serde_json::Value::Null);
    assert_eq!(facts["trace"], serde_json::Value::Null);
    assert_eq!(facts["tenant"], serde_json::Value::Null);
    let first = facts["cold_start"].as_bool();
    let second = probe.answer(Event::new("{}")).json();
    assert_eq!(
        (first, second["cold_start"].as_bool()),
        (Some(true), Some(false))
    );
}

#[test]
fn a_panic_costs_its_own_invocation() {
    let probe = managed(4, &[("FAAS_FUNCTION", "explode")]);
    for _ in 0..8 {
        let answer = probe.answer(Event::new(r#"{"a":1,"b":1}"#));
        failed(&answer, "Function.Panic", "Panic", "asked to explode");
    }
    probe.waiting(4);
}

#[test]
fn a_number_that_is_none_is_the_init_error() {
    for wrong in ["0", "-1", "many", ""] {
        let probe = managed(1, &[("AWS_LAMBDA_MAX_CONCURRENCY", wrong)]);
        if wrong.is_empty() {
            // empty is absent
            probe.idle();
            continue;
        }
        let ended = probe.ended();
        assert_eq!(ended.code, Some(78), "{wrong}: {}", ended.log);
        let kinds: BTreeSet<_> = ended.sent.iter().map(|post| post.path.clone()).collect();
        assert_eq!(
            kinds,
            BTreeSet::from(["/2018-06-01/runtime/init/error".to_owned()])
        );
        assert!(ended.log.contains("F0403"), "{}", ended.log);
    }
}
