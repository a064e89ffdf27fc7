//! What only shows in a process of its own: the process-wide subscriber and hook, real streams, a reader that goes away.
//!
//! Each test starts this test binary again with nothing but itself to run; the marker among the arguments tells the two apart.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::{env, fmt, io, process, thread};

use serde_json::Value as JsonValue;
use tracing::{field, info, info_span};

use super::super::{Format, LogPlan, Names, Stream, init};
use crate::telemetry::panic;

const MARKER: &str = "in-a-process-of-its-own";

/// In the child: does `work` and leaves. In the parent: the child, its streams piped.
fn child(test: &str, work: fn()) -> Child {
    if env::args().any(|argument| argument == MARKER) {
        // The harness has left `test … ` on the line.
        println!();
        work();
        process::exit(0);
    }
    let (_, module) = module_path!().split_once("::").unwrap();
    Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            &format!("{module}::{test}"),
            "--nocapture",
            "--test-threads=1",
            MARKER,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The child's JSON lines; the others are the test harness's.
#[track_caller]
fn lines(child: Child) -> Vec<JsonValue> {
    let output = child.wait_with_output().unwrap();
    let (stdout, stderr) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert!(output.status.success(), "{stdout}{stderr}");
    assert_eq!(stderr, "");
    stdout
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn plan(filter: &str) -> LogPlan {
    LogPlan {
        format: Format::Json(Names::OPEN_TELEMETRY),
        stream: Stream::Stdout,
        filter: filter.to_owned(),
        clock: || std::time::UNIX_EPOCH,
    }
}

#[test]
fn the_first_subscriber_stays() {
    let child = child("the_first_subscriber_stays", || {
        assert!(init(&plan("warn")));
        assert!(!init(&plan("a=b=c")));
        info!("filtered by the first");
        tracing::warn!("from the first");
    });
    let lines = lines(child);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["message"], "from the first");
}

#[test]
fn a_bad_filter_is_said_once() {
    let lines = lines(child("a_bad_filter_is_said_once", || {
        assert!(init(&plan("app=loud")));
        info!("at info");
    }));
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["level"], "WARN");
    let message = lines[0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("log filter `app=loud` is ignored: "),
        "{message}"
    );
    assert!(
        message.ends_with("expected levels by target, as in `info,my_crate=debug`; using `info`"),
        "{message}"
    );
    assert_eq!(lines[1]["message"], "at info");
}

#[test]
fn a_panic_is_told_in_place_of_std_s_lines() {
    let lines = lines(child("a_panic_is_told_in_place_of_std_s_lines", || {
        assert!(init(&plan("")));
        panic::install(false);
        panic::install(true);
        assert!(thread::spawn(|| panic!("gone")).join().is_err());
    }));
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["message"], "panicked: gone");
    assert_eq!(lines[0].get("backtrace"), None);
}

// Only the process-wide subscriber takes events from within events.
#[test]
fn a_value_that_logs_writes_its_own_line_first() {
    struct Talks;
    impl fmt::Display for Talks {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            info!("inner");
            f.write_str("outer's")
        }
    }
    let lines = lines(child("a_value_that_logs_writes_its_own_line_first", || {
        assert!(init(&plan("")));
        let span = info_span!("span", a = %Talks, b = field::Empty);
        let _span = span.enter();
        span.record("b", field::display(Talks));
        info!(value = %Talks, "outer {Talks}");
    }));
    let (outer, inner) = lines.split_last().unwrap();
    assert_eq!(outer["message"], "outer outer's");
    assert_eq!(
        (&outer["value"], &outer["a"], &outer["b"]),
        (&"outer's".into(), &"outer's".into(), &"outer's".into())
    );
    assert_eq!(inner.len(), 4);
    assert!(inner.iter().all(|line| line["message"] == "inner"));
}

#[test]
fn lines_of_many_threads_stay_whole_on_stdout() {
    let lines = lines(child("lines_of_many_threads_stay_whole_on_stdout", || {
        assert!(init(&plan("")));
        thread::scope(|scope| {
            for n in 0..8 {
                scope.spawn(move || {
                    (0..200).for_each(|line| info!(n, line, padding = "p".repeat(40 * line), "m"))
                });
            }
        });
    }));
    for n in 0..8 {
        let of_n = lines
            .iter()
            .filter(|line| line["n"] == n)
            .map(|line| line["line"].as_u64().unwrap());
        assert!(of_n.eq(0..200));
    }
}

#[test]
fn a_reader_that_has_gone_stops_nothing() {
    let mut child = child("a_reader_that_has_gone_stops_nothing", || {
        assert!(init(&plan("")));
        info!("heard");
        // The parent closes our stdin once it has closed our stdout.
        io::stdin().read_to_end(&mut Vec::new()).unwrap();
        (0..1000).for_each(|line| info!(line, "not heard"));
    });
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with('{') {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0);
    }
    drop(stdout);
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
