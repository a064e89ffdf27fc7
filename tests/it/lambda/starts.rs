//! Starts that fail: told to the platform once, told in the log, and ended with the code of what was wrong.

use super::api::{Posting, RuntimeApi};
use super::probe::{Ended, Probe};

/// Starts an instance with one variable too many, and waits for its end.
#[track_caller]
fn refused(variable: (&str, &str), posting: Posting) -> Ended {
    let api = RuntimeApi::new();
    api.posts([posting]);
    let authority = api.authority();
    Probe::at(api, &authority, &[variable]).ended()
}

const UNKNOWN: (&str, &str) = ("FAAS_FUNCTION", "nope");
const BROKEN: (&str, &str) = ("FAAS__PROBE__BROKEN", "true");
const WRONG: (&str, &str) = ("FAAS__PROBE__BROKEN", "perhaps");

/// A start that fails: the variable, the exit code, the error's code, and what its message holds.
type Case = (
    (&'static str, &'static str),
    i32,
    &'static str,
    &'static [&'static str],
);

const CASES: &[Case] = &[
    (
        UNKNOWN,
        64,
        "F0207",
        &["FAAS_FUNCTION", "`nope`", "hello", "sum"],
    ),
    (
        ("FAAS_FUNCTION", "sum, nope , neither"),
        64,
        "F0207",
        &["`nope`", "`neither`"],
    ),
    (
        BROKEN,
        70,
        "F0301",
        &["Fragile", "the probe was asked to break", "edges.rs:"],
    ),
    (WRONG, 78, "F0501", &["FAAS__PROBE__BROKEN", "perhaps"]),
    (
        ("FAAS_CONFIG", "nowhere.toml"),
        78,
        "F0501",
        &["FAAS_CONFIG", "`nowhere.toml`"],
    ),
    (
        ("FAAS__LAMBDA__REPORT", "often"),
        78,
        "F0501",
        &["`lambda.report`", "FAAS__LAMBDA__REPORT", "`often`"],
    ),
    (
        ("FAAS__METRICS__NAMESPACE", "AWS/Lambda"),
        78,
        "F0501",
        &["`metrics.namespace`", "`AWS/Lambda`"],
    ),
];

#[test]
fn a_start_that_fails_is_the_init_error() {
    for (variable, code, kind, parts) in CASES {
        let Ended {
            code: found,
            log,
            sent,
        } = refused(*variable, Posting::Ruled);
        assert_eq!(found, Some(*code), "{variable:?}: {log}");
        let [post] = &sent[..] else {
            panic!("{variable:?}: {sent:?}")
        };
        assert_eq!(post.path, "/2018-06-01/runtime/init/error");
        let kind_header = post.header("lambda-runtime-function-error-type");
        assert_eq!(kind_header, "Runtime.InitError");
        assert_eq!(post.header("content-type"), "application/json");
        let document = post.json();
        assert_eq!(document["errorType"], "Runtime.InitError");
        let message = document["errorMessage"].as_str().unwrap();
        for part in [kind].into_iter().chain(*parts) {
            assert!(message.contains(part), "`{part}` is not in\n{message}");
            assert!(log.contains(part), "`{part}` is not in the log\n{log}");
        }
    }
}

#[test]
fn the_exit_code_does_not_depend_on_who_hears_of_it() {
    let postings = [
        Posting::Status(403, r#"{"errorType":"InvalidStateTransition"}"#),
        Posting::Status(500, "{}"),
        Posting::Status(413, "{}"),
    ];
    for posting in postings {
        let ended = refused(UNKNOWN, posting);
        assert_eq!(ended.code, Some(64), "{posting:?}: {}", ended.log);
        assert!(
            ended.log.contains("could not be reported"),
            "{posting:?}: {}",
            ended.log
        );
    }
}

#[test]
fn nothing_is_built_for_functions_that_are_not_selected() {
    for variable in [BROKEN, WRONG] {
        let probe = Probe::start(&[("FAAS_FUNCTION", "sum"), variable]);
        probe.idle();
        assert!(probe.api.all().is_empty(), "{variable:?}");
    }
}

#[test]
fn an_address_that_is_none_is_a_configuration_error() {
    for address in [
        "ftp://127.0.0.1:9001",
        "127.0.0.1:port",
        ":9001",
        "user:canary@host:1",
    ] {
        let ended = Probe::at(RuntimeApi::new(), address, &[]).ended();
        assert_eq!(ended.code, Some(78), "{address}: {}", ended.log);
        assert!(
            ended.log.contains("AWS_LAMBDA_RUNTIME_API"),
            "{address}: {}",
            ended.log
        );
        assert!(!ended.log.contains("canary"), "{}", ended.log);
    }
}

#[test]
fn a_platform_that_the_build_does_not_speak_is_refused() {
    let ended = Probe::start(&[("FAAS_PLATFORM", "nope")]).ended();
    assert_eq!(ended.code, Some(64), "{}", ended.log);
    for part in ["F0209", "`nope`", "aws-lambda, knative, host"] {
        assert!(
            ended.log.contains(part),
            "`{part}` is not in the log\n{}",
            ended.log
        );
    }
}

#[test]
fn the_description_needs_no_platform() {
    let ended = Probe::start(&[("FAAS_DESCRIBE", "1")]).ended();
    assert_eq!(ended.code, Some(0));
    let description: serde_json::Value = serde_json::from_str(&ended.log).unwrap();
    let names = |list: &str| {
        let entries = description[list].as_array().unwrap().iter();
        entries
            .map(|entry| entry["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(names("platforms").contains(&"aws-lambda".to_owned()));
    assert!(names("functions").contains(&"sum".to_owned()));
    assert!(names("resources").contains(&"fragile".to_owned()));
}
