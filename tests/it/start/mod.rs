//! Starts that fail, and what they say: the exit code, what is wrong, how to mend it, and nothing else.

mod configuration;
mod description;
mod listening;
mod pages;
mod secrets;

use rustix::process::Signal;

use crate::process::{Ended, Setup, probe, specimen};

/// Runs a start that has to fail with this code, under each setting of `RUST_BACKTRACE`, and checks that all parts of `told`,
/// separated by ` | `, are told.
#[track_caller]
fn fails(setup: impl Fn() -> Setup, code: i32, told: &str) {
    for backtrace in ["0", "1", "full"] {
        let ended = setup().set("RUST_BACKTRACE", backtrace).run();
        let text = text(&ended);
        assert_eq!(ended.code, Some(code), "{text}");
        for part in told.split(" | ") {
            assert!(text.contains(part), "`{part}` is not in: {text}");
        }
        for noise in [
            "panicked",
            "stack backtrace",
            "rust_begin_unwind",
            ".rs:",
            "thread '",
        ] {
            assert!(!text.contains(noise), "`{noise}` is in: {text}");
        }
        assert_eq!(ended.out, "");
    }
}

/// All that the process has said, without the escapes of JSON.
fn text(ended: &Ended) -> String {
    ended.log.text().replace("\\n", "\n").replace("\\\"", "\"")
}

#[test]
fn a_function_that_does_not_exist() {
    let setup = || probe().set("FAAS_FUNCTION", "echo, summ");
    let told = "F0207 | FAAS_FUNCTION | `summ` | explode | hello | sum";
    fails(setup, 64, told);
}

#[test]
fn every_unknown_function_is_named() {
    let setup = || specimen().set("FAAS_FUNCTION", "one,good,two");
    fails(setup, 64, "`one` | `two`");
}

#[test]
fn a_platform_that_does_not_exist() {
    let setup = || probe().set("FAAS_PLATFORM", "azur");
    let told = "F0209 | FAAS_PLATFORM | `azur` | aws-lambda | host";
    fails(setup, 64, told);
}

#[test]
fn a_platform_by_its_name() {
    let process = specimen()
        .set("FAAS_PLATFORM", "host")
        .set("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")
        .start();
    assert_eq!(process.get("/good").text(), "good");
}

/// A failure is one JSON line for each mistake, with its code, for whoever collects them.
#[test]
fn failures_are_log_lines() {
    let ended = specimen().set("FAAS_FUNCTION", "one,two").run();
    let lines = ended.log.values();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        assert_eq!(line["level"], "ERROR");
        assert_eq!(line["code"], "F0207");
    }
}

#[test]
fn two_instances_live_beside_each_other() {
    let (one, other, third) = (specimen().start(), specimen().start(), probe().start());
    assert_ne!(one.http, other.http);
    one.open("shared");
    assert_eq!(one.get("/hold/shared").text(), "held");
    assert_eq!(other.get("/good").text(), "good");
    assert_eq!(third.get("/hello/third").status, 200);
    drop(one);
    assert_eq!(other.get("/good").text(), "good");
}

#[test]
fn the_start_names_what_is_served_and_where_it_stands() {
    let process = specimen().set("FAAS_FUNCTION", "good,sum").start();
    let lines = process.log.values();
    let told = |start: &str, file: &str| {
        lines.iter().any(|line| {
            let text = crate::log::message(line);
            text.starts_with(start) && text.contains(file)
        })
    };
    assert!(
        told("GET /good (good, ", "specimen/answers.rs:"),
        "{lines:?}"
    );
    assert!(
        told("invoke sum (sum, ", "specimen/events.rs:"),
        "{lines:?}"
    );
    assert!(told("2 functions at http://127.0.0.1:", ""), "{lines:?}");
}

#[test]
fn a_start_hook_that_fails() {
    let setup = |how| specimen().set("FAAS__SPECIMEN__START", how);
    let ended = setup("fail").run();
    let told = text(&ended);
    assert_eq!(ended.code, Some(70), "{told}");
    for part in ["F0302", "`starts`", "the cache cannot be reached"] {
        assert!(told.contains(part), "{told}");
    }
    let ended = setup("panic").run();
    assert_eq!(ended.code, Some(70), "{ended:?}");
    assert!(text(&ended).contains("F0302"), "{ended:?}");
}

#[test]
fn a_signal_ends_a_start_that_waits() {
    for signal in [Signal::TERM, Signal::INT] {
        let process = specimen().set("FAAS__SPECIMEN__START", "wait").spawn();
        process.log.message("the start hook waits");
        process.signal(signal);
        assert_eq!(process.end().code, Some(0));
    }
}
