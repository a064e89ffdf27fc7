//! The signal to end: hooks run, nothing that was done is lost, and all within what the platform gives.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::api::{Event, Poll, Posting};
use super::events::get;
use super::probe::{Ended, Probe};

/// From SIGTERM to SIGKILL at the least (Lambda Developer Guide, "Lambda Extensions API", shutdown phase).
const BUDGET: Duration = Duration::from_millis(300);

#[track_caller]
fn ended_in_time(probe: Probe, signal: Signal) -> Ended {
    #[expect(
        clippy::disallowed_methods,
        reason = "the platform's budget is real time"
    )]
    let now = Instant::now;
    let start = now();
    probe.signal(signal);
    let ended = probe.ended();
    let took = now() - start;
    assert!(took < BUDGET, "{took:?}: {}", ended.log);
    ended
}

#[test]
fn an_idle_instance_ends_at_once_and_runs_its_hooks() {
    for signal in [Signal::TERM, Signal::INT] {
        let probe = Probe::start(&[]);
        // the signals are taken over after the first poll, so that nothing delays it
        probe.serves();
        probe.idle();
        let ended = ended_in_time(probe, signal);
        assert_eq!(ended.code, Some(0), "{}", ended.log);
        assert!(ended.log.contains("faas-probe: stopped"), "{}", ended.log);
    }
}

#[test]
fn a_handler_that_does_not_end_is_cut_off_and_the_hooks_still_run() {
    for path in ["/wait", "/block"] {
        let probe = Probe::start(&[]);
        probe.serves();
        probe.api.polls([Poll::Hand(get(path))]);
        probe.logs("faas-probe: in the handler");
        let ended = ended_in_time(probe, Signal::TERM);
        assert_eq!(ended.code, Some(75), "{path}: {}", ended.log);
        assert!(
            ended.log.contains("faas-probe: stopped"),
            "{path}: {}",
            ended.log
        );
    }
}

#[test]
fn an_answer_that_is_being_sent_is_sent_to_its_end() {
    // The budget is real time, which a stalled machine may miss; not three times in a row.
    let mut last = Ok(());
    for _ in 0..3 {
        last = ended_while_sending();
        if last.is_ok() {
            break;
        }
    }
    assert_eq!(last, Ok(()));
}

/// Ends an instance that has begun to send a large answer; an error tells what came of it if that was not all.
fn ended_while_sending() -> Result<(), String> {
    const BYTES: usize = 6_000_000;
    let probe = Probe::of("large");
    probe.answer(Event::new(r#"{"bytes":4}"#));
    probe.api.posts([Posting::Held]);
    let event = Event::new(format!(r#"{{"bytes":{BYTES}}}"#));
    probe.api.polls([Poll::Hand(event)]);
    assert!(probe.api.held().is_some(), "{}", probe.log());
    probe.signal(Signal::TERM);
    probe.api.release();
    let answer = probe.received();
    let ended = probe.ended();
    assert!(ended.log.contains("faas-probe: stopped"), "{}", ended.log);
    if ended.code == Some(75) {
        return Err(format!("{} bytes came: {}", answer.body.len(), ended.log));
    }
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    assert!(answer.is_whole);
    assert_eq!(answer.body.len(), BYTES);
    Ok(())
}
