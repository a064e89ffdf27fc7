//! The availability zone: asked for once, and again after a restore.

use serde_json::Value;

use super::api::{Mode, Restored, RuntimeApi, Zone};
use super::events::{HttpAnswer, get};
use super::probe::Probe;

const METADATA: &str = "/execution-environment";

fn instance(mode: Mode, token: &str) -> Probe {
    let api = RuntimeApi::of(mode);
    api.metadata("opaque", Zone::Is("use1-az1"));
    let authority = api.authority();
    let kind = match mode {
        Mode::SnapStart => "snap-start",
        _ => "on-demand",
    };
    let env = [
        ("AWS_LAMBDA_INITIALIZATION_TYPE", kind),
        ("AWS_LAMBDA_METADATA_API", authority.as_str()),
        ("AWS_LAMBDA_METADATA_TOKEN", token),
    ];
    Probe::at(api, &authority, &env)
}

fn zone(probe: &Probe) -> Value {
    HttpAnswer::of(&probe.answer(get("/zone"))).json()
}

fn asked(probe: &Probe) -> usize {
    let asides = probe.api.asides();
    asides
        .iter()
        .filter(|aside| aside.path.ends_with(METADATA))
        .count()
}

#[test]
fn it_is_asked_for_once() {
    let probe = instance(Mode::Classic, "opaque");
    probe.serves();
    assert_eq!(asked(&probe), 0);
    for _ in 0..3 {
        assert_eq!(zone(&probe), "use1-az1");
    }
    assert_eq!(asked(&probe), 1);
}

#[test]
fn it_is_asked_for_again_after_a_restore() {
    let probe = instance(Mode::SnapStart, "opaque");
    assert!(probe.api.restoring().is_some(), "{}", probe.log());
    probe.api.metadata("opaque", Zone::Is("use1-az6"));
    probe.api.restore(Restored::Answered);
    assert_eq!(zone(&probe), "use1-az6");
}

#[test]
fn whatever_fails_it_is_none_and_may_be_asked_for_again() {
    let probe = instance(Mode::Classic, "another");
    assert_eq!(zone(&probe), Value::Null);
    assert_eq!(probe.aside(METADATA, 0).status, 401);
    probe.api.metadata("another", Zone::Is("use1-az2"));
    assert_eq!(zone(&probe), "use1-az2");
    // no handler has to know it, so it is nothing to complain about
    assert!(!probe.stop().contains("zone"));
    let probe = Probe::start(&[]);
    assert_eq!(zone(&probe), Value::Null);
}
