//! Answers around the platform's limit of 6 MiB and 100 bytes.

use super::api::{At, Event, LARGEST, Posting};
use super::events::{HttpAnswer, get};
use super::invocations::{failed, replied};
use super::probe::Probe;

fn sized(bytes: usize) -> Event {
    Event::new(format!(r#"{{"bytes":{bytes}}}"#))
}

#[test]
fn the_largest_answer_passes_and_one_byte_more_is_an_error() {
    let probe = Probe::of("large");
    for bytes in [LARGEST - 1, LARGEST] {
        let answer = probe.answer(sized(bytes));
        assert_eq!((answer.body.len(), answer.status), (bytes, 202));
    }
    for bytes in [LARGEST + 1, 2 * LARGEST] {
        let answer = probe.answer(sized(bytes));
        let expected = format!("{bytes} bytes");
        failed(
            &answer,
            "Function.ResponseSizeTooLarge",
            "Function.ResponseSizeTooLarge",
            &expected,
        );
    }
    replied(&probe.answer(sized(4)), r#""xx""#);
}

#[test]
fn a_response_that_is_too_large_becomes_a_500() {
    let probe = Probe::start(&[]);
    // once as it is, once since escapes and the envelope count too
    for bytes in [LARGEST + 1, LARGEST - 10] {
        let answer = HttpAnswer::of(&probe.answer(get(&format!("/big/{bytes}"))));
        assert_eq!(answer.status, 500, "{bytes}");
        assert_eq!(
            answer.text(),
            r#"{"title":"Internal Server Error","status":500}"#
        );
    }
    let answer = HttpAnswer::of(&probe.answer(get("/big/6000000")));
    assert_eq!(answer.body.len(), 6_000_000);
    probe.serves();
}

#[test]
fn a_refusal_in_the_middle_of_a_large_answer_is_read() {
    let probe = Probe::of("large");
    // the platform stops reading, answers 413 and closes while the answer is still written
    probe
        .api
        .posts([Posting::Limited(1024), Posting::Limited(1024)]);
    for _ in 0..2 {
        let refused = probe.answer(sized(5_000_000));
        assert_eq!(refused.status, 413);
        assert!(!refused.is_whole);
    }
    probe.logs("RequestEntityTooLarge");
    // it has failed the invocation itself: no post to `/error` follows
    replied(&probe.answer(sized(4)), r#""xx""#);
    assert_eq!(probe.api.all().len(), 3);
}

#[test]
fn a_connection_that_breaks_in_a_large_answer_costs_that_answer_alone() {
    for reset in [false, true] {
        let probe = Probe::of("large");
        probe.api.posts([Posting::Cut {
            at: At::Head,
            reset,
        }]);
        let cut = probe.answer(sized(5_000_000));
        assert!(!cut.is_whole);
        replied(&probe.answer(sized(4)), r#""xx""#);
        assert_eq!(probe.api.all().len(), 2, "reset: {reset}");
    }
}
