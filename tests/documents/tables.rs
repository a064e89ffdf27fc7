//! Tables that repeat what the code or a manifest lists: Cargo features, exit codes, metrics.

use std::collections::BTreeSet;
use std::path::Path;

use super::book::files;
use super::tests::{read, root};

#[test]
fn every_feature_is_told_of() {
    let of_crate = |name: &str| {
        let manifest = read(format!("{name}/Cargo.toml"));
        let (_, features) = manifest.split_once("\n[features]\n").unwrap();
        let features = features.split("\n[").next().unwrap_or(features);
        let names = features
            .lines()
            .filter(|line| !line.starts_with(['#', ' ', ']']))
            .filter_map(|line| line.split_once(" = "))
            .map(|(name, _)| name.to_owned());
        names
            .filter(|name| name != "default")
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        column("README.md", "| feature of `faas` |"),
        of_crate("faas-sdk")
    );
    for name in ["faas-sdk", "faas-runtime-shim"] {
        let told = column(&format!("{name}/src/lib.rs"), "| feature |");
        assert_eq!(told, of_crate(name), "{name}");
    }
}

#[test]
fn every_exit_code_is_told_of() {
    let source = read("faas-runtime-shim/src/startup/mod.rs");
    let (_, codes) = source.split_once("pub enum Exit {").unwrap();
    let codes = &codes[..codes.find("\n}").unwrap()];
    let codes = codes.lines().filter_map(|line| line.split_once(" = "));
    let codes = set(codes.map(|(_, code)| code.trim_end_matches(',')));
    for page in ["README.md", "book/src/lifecycle.md"] {
        let text = read(page);
        let (_, below) = text.split_once("\n## Exit codes\n").unwrap();
        assert_eq!(cells(below, "| code |"), codes, "{page}");
    }
}

#[test]
fn every_metric_is_told_of() {
    let is_metric = |text: &&str| {
        let letters = text.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
        let ends = ["_total", "_seconds", "_in_flight", "_messages"];
        letters && text.starts_with("faas_") && ends.iter().any(|end| text.ends_with(end))
    };
    let is_no_test = |path: &Path| !path.components().any(|part| part.as_os_str() == "tests");
    let sources = files("faas-runtime-shim/src", ".rs");
    let sources: String = sources
        .iter()
        .filter(|path| path.strip_prefix(root()).is_ok_and(is_no_test))
        .map(read)
        .collect();
    let words = |text: &str| {
        let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        set(words.filter(is_metric))
    };
    let code = words(&sources);
    assert!(code.len() > 5, "{code:?}");
    assert_eq!(words(&read("book/src/operations.md")), code);
}

/// The first column of the table in a file whose head begins so.
fn column(path: &str, head: &str) -> BTreeSet<String> {
    cells(&read(path), head)
}

/// The cells without their backticks.
fn cells(text: &str, head: &str) -> BTreeSet<String> {
    let lines = text.lines().map(|line| line.trim_start_matches("//! "));
    let rows = lines
        .skip_while(|line| !line.starts_with(head))
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let first = rows.filter_map(|row| row.split('|').nth(1));
    let found = set(first.map(|cell| cell.trim().trim_matches('`')));
    assert!(!found.is_empty(), "there is no table `{head}`");
    found
}

fn set<'a>(items: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    items.map(str::to_owned).collect()
}
