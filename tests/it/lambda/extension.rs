//! The instance as an extension of itself: without that the platform ends it without a warning.

use rustix::process::Signal;

use super::api::{Mode, RuntimeApi};
use super::probe::Probe;

const REGISTER: &str = "/extension/register";
const NEXT: &str = "/extension/event/next";

#[test]
fn an_instance_with_stop_hooks_is_an_extension_before_its_first_poll() {
    for mode in [Mode::Classic, Mode::Managed { polls: 4 }] {
        let probe = Probe::of_mode(mode, &[("AWS_LAMBDA_FUNCTION_NAME", "orders")]);
        // the service keeps a poll waiting until everyone that registered waits too, so this is the proof of both
        probe.serves();
        let registered = probe.aside(REGISTER, 0);
        assert_eq!(registered.status, 200);
        assert_eq!(registered.header("lambda-extension-name"), "faas-orders");
        assert_eq!(registered.json(), serde_json::json!({ "events": [] }));
        let waits = probe.aside(NEXT, 0);
        assert_ne!(waits.connection, probe.api.polled_on());
        for _ in 0..20 {
            probe.serves();
        }
        // asked once and never again
        assert_eq!(probe.api.asides().len(), 2, "{mode:?}");
        assert!(probe.api.parked(1).is_some());
        probe.signal(Signal::TERM);
        let ended = probe.ended();
        assert_eq!(ended.code, Some(0), "{}", ended.log);
        assert!(ended.log.contains("faas-probe: stopped"), "{}", ended.log);
    }
}

#[test]
fn a_registration_that_fails_is_a_warning() {
    for (path, status) in [
        (REGISTER, 403),
        (REGISTER, 500),
        (REGISTER, 404),
        (NEXT, 403),
        (NEXT, 500),
    ] {
        let api = RuntimeApi::new();
        api.refuse(path, status);
        let authority = api.authority();
        let probe = Probe::at(api, &authority, &[]);
        if path == NEXT {
            // the init phase would not end for it; that is the platform's to say
            probe.aside(NEXT, 0);
        } else {
            probe.serves();
        }
        probe.logs("\"WARN\"");
        probe.logs("Test.Refused");
        assert_eq!(probe.aside(REGISTER, 0).connection, 1);
        let log = probe.stop();
        assert!(!log.contains("\"ERROR\""), "{path} {status}: {log}");
        assert!(
            log.contains("faas-probe: stopped"),
            "{path} {status}: {log}"
        );
    }
}

#[test]
fn the_identifier_goes_into_no_log() {
    let probe = Probe::start(&[("FAAS_LOG", "trace")]);
    probe.serves();
    let id = probe.aside(NEXT, 0).header("lambda-extension-identifier");
    assert_eq!(id.len(), 36, "{id}");
    let log = probe.stop();
    assert!(!log.contains(&id), "{log}");
}
