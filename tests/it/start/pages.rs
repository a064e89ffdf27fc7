//! Starts that fail are told as the page of their code shows. Codes of a program's own annotations are in
//! `tests/documents/starts`.

use std::net::TcpListener;
use std::path::Path;

use super::text;
use crate::process::{Setup, specimen};

/// Compares what a start says with its page, in which the first of each pair stands for the second.
#[track_caller]
fn check(code: &str, setup: Setup, replaced: &[(&str, &str)]) {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../book/src/errors/{code}.md"));
    let page = std::fs::read_to_string(page).unwrap();
    let shown = page
        .split("```text\n")
        .find(|block| block.starts_with("error["))
        .and_then(|block| block.split("\n```").next())
        .unwrap_or_else(|| panic!("{code}: the page shows no message"));
    let expected = replaced.iter().fold(shown.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{code}: {from} is not in {text}");
        text.replace(from, to)
    });
    let ended = setup.run();
    let told = text(&ended);
    assert!(told.contains(&expected), "{code}: {expected}\n{told}");
    let exit = format!("Exit code {}.", ended.code.unwrap_or(-1));
    assert!(page.contains(&exit), "{code}: {exit}");
}

#[test]
fn an_unknown_function() {
    let setup = specimen().set("FAAS_FUNCTION", "create_ordr");
    let ended = specimen().set("FAAS_FUNCTION", "create_ordr").run();
    let told = crate::log::message(&ended.log.values()[0]);
    let (_, names) = told.split_once("are: ").unwrap();
    assert!(names.split(", ").any(|name| name == "good"), "{names}");
    check(
        "F0207",
        setup,
        &[("create_order, get_order, quote, welcome", names)],
    );
}

#[test]
fn an_unknown_platform() {
    let built_with = ("aws-lambda, host", "aws-lambda, knative, host");
    let setup = specimen().set("FAAS_PLATFORM", "lambda");
    check("F0209", setup, &[built_with]);
}

#[test]
fn a_taken_port() {
    let listener = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let setup = specimen().unset("FAAS__HTTP__LISTEN").set("PORT", &port);
    check(
        "F0401",
        setup,
        &[("0.0.0.0:8080", &format!("0.0.0.0:{port}"))],
    );
}

/// Three are open already, and of the fourth the event queue is made; its bell would be the fifth.
#[test]
fn no_more_files() {
    check("F0402", specimen().files(4), &[]);
}

#[test]
fn a_wrong_variable() {
    let setup = specimen().unset("FAAS__HTTP__LISTEN").set("PORT", "http");
    check("F0403", setup, &[]);
}

#[test]
fn a_damaged_store() {
    let setup = specimen().file(".faas/queue.db", &[7; 4096]);
    check("F0404", setup, &[]);
}

#[test]
fn a_wrong_value() {
    let setup = specimen().set("FAAS__SPECIMEN__MOST", "many");
    check(
        "F0501",
        setup,
        &[
            ("shop.limit", "specimen.most"),
            ("FAAS__SHOP__LIMIT", "FAAS__SPECIMEN__MOST"),
            (&u64::MAX.to_string(), &u32::MAX.to_string()),
        ],
    );
}
