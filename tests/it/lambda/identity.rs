//! Whose answer it is: the request's id in the path, the delivery's id in a header.

use super::api::{Event, RuntimeApi};
use super::invocations::replied;
use super::probe::Probe;

const INVOCATION: &str = "Lambda-Runtime-Invocation-Id";

#[test]
fn the_id_of_the_delivery_is_echoed_or_left_out() {
    for function in ["mirror", "refuse"] {
        let probe = Probe::of(function);
        let with = probe.answer(Event::new("{}").header(INVOCATION, "delivery 1/ä=?"));
        assert_eq!(with.header(INVOCATION), "delivery 1/ä=?", "{function}");
        let without = probe.answer(Event::new("{}"));
        assert!(!without.has_header(INVOCATION), "{function}");
        let again = probe.answer(Event::new("{}").header(INVOCATION, "2"));
        assert_eq!(again.header(INVOCATION), "2", "{function}");
    }
}

#[test]
fn a_callers_own_request_id_is_encoded_in_the_path() {
    let probe = Probe::of("mirror");
    let ids = [
        "plain-id_1.2~3",
        "order:42@shop",
        "with blank",
        "a/b",
        "a?b=c",
        "a#b",
        "100%",
        "a%2Fb",
        "ümläut",
        "..",
        "\"<>\\^`{|}",
    ];
    for id in ids {
        let answer = probe.answer(Event::new("{}").with_id(id));
        let found = answer.invocation().map(|(id, end)| (id, end.to_owned()));
        assert_eq!(
            found,
            Some((id.to_owned(), "response".to_owned())),
            "the answer went to `{}`",
            answer.path
        );
        replied(&answer, "{}");
    }
}

#[test]
fn the_handler_sees_the_request_id_as_it_is() {
    let probe = Probe::of("caller");
    let answer = probe.answer(Event::new("{}").with_id("order 42/ä"));
    assert_eq!(answer.json()["invocation_id"], "order 42/ä");
}

#[test]
fn the_api_may_stand_behind_a_path_and_a_scheme() {
    for (before, behind) in [
        ("", "/.rt/probe"),
        ("http://", ""),
        ("http://", "/.rt/probe/"),
    ] {
        let api = RuntimeApi::new();
        let address = format!("{before}{}{behind}", api.authority());
        let probe = Probe::at(api, &address, &[("FAAS_FUNCTION", "mirror")]);
        let answer = probe.answer(Event::new("{}"));
        let prefix = behind.trim_end_matches('/');
        assert!(
            answer
                .path
                .starts_with(&format!("{prefix}/2018-06-01/runtime/")),
            "{address}: {}",
            answer.path
        );
        replied(&answer, "{}");
    }
}

#[test]
fn a_request_says_who_sends_it_and_asks_for_nothing_needless() {
    // the Runtime API is never reached through a proxy, whatever is set for the function's own traffic
    let env = [
        ("FAAS_FUNCTION", "mirror"),
        ("http_proxy", "http://127.0.0.1:9"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
    ];
    let probe = Probe::start(&env);
    let answer = probe.answer(Event::new("{}"));
    assert!(answer.header("user-agent").starts_with("faas/"));
    assert!(!answer.has_header("expect"));
    assert!(!answer.has_header("transfer-encoding"));
    assert_eq!(answer.header("content-length"), "2");
    assert_eq!(answer.header("host"), probe.api.authority());
}
