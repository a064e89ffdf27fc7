//! SnapStart: hooks around the snapshot, and nothing of the life before it afterwards.

use super::api::{Event, Mode, Restored};
use super::probe::{Ended, Probe};

const NEXT: &str = "/restore/next";

fn frozen(env: &[(&str, &str)]) -> Probe {
    let probe = Probe::of_mode(Mode::SnapStart, env);
    assert!(probe.api.restoring().is_some(), "{}", probe.log());
    probe
}

#[test]
fn hooks_stand_around_the_snapshot_and_polls_come_after_it() {
    for restored in [Restored::Answered, Restored::Cut] {
        let probe = frozen(&[("FAAS_FUNCTION", "caller")]);
        probe.logs("faas-probe: freezing");
        assert!(!probe.log().contains("faas-probe: thawed"));
        assert_eq!(probe.api.polled(), 0);
        probe.api.restore(restored);
        let first = probe.answer(Event::new("{}")).json();
        // started for this one, by way of a snapshot
        assert_eq!(first["cold_start"], true, "{restored:?}");
        assert_eq!(probe.answer(Event::new("{}")).json()["cold_start"], false);
        // what was connected before is not used any more
        let waited = probe.aside(NEXT, 0);
        assert!(waited.connection < probe.api.polled_on(), "{restored:?}");
        let log = probe.stop();
        assert_eq!(log.matches("faas-probe: freezing").count(), 1, "{log}");
        assert_eq!(log.matches("faas-probe: thawed").count(), 1, "{log}");
    }
}

#[test]
fn a_platform_without_this_step_is_polled_all_the_same() {
    let probe = Probe::start(&[("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")]);
    probe.serves();
    assert_eq!(probe.aside(NEXT, 0).status, 404);
    let log = probe.stop();
    assert!(log.contains("faas-probe: thawed"), "{log}");
    assert!(!log.contains("\"ERROR\""), "{log}");
}

#[track_caller]
fn told(ended: &Ended, path: &str, kind: &str) {
    assert_eq!(ended.code, Some(70), "{}", ended.log);
    let [post] = &ended.sent[..] else {
        panic!("{:?}", ended.sent)
    };
    assert_eq!(post.path, path);
    assert_eq!(post.status, 202);
    assert_eq!(post.header("lambda-runtime-function-error-type"), kind);
    assert_eq!(post.json()["errorType"], kind);
    let message = post.json()["errorMessage"].as_str().unwrap().to_owned();
    assert!(message.contains("asked to break"), "{message}");
}

#[test]
fn a_hook_that_fails_before_is_the_init_error() {
    let probe = Probe::of_mode(Mode::SnapStart, &[("PROBE_BREAKS", "freezing")]);
    let ended = probe.ended();
    told(
        &ended,
        "/2018-06-01/runtime/init/error",
        "Runtime.BeforeSnapshotError",
    );
}

#[test]
fn a_hook_that_fails_after_is_the_error_of_the_restore() {
    let probe = frozen(&[("PROBE_BREAKS", "thawed")]);
    probe.api.restore(Restored::Answered);
    let ended = probe.ended();
    told(
        &ended,
        "/2018-06-01/runtime/restore/error",
        "Runtime.AfterRestoreError",
    );
}
