//! The settings: the book's tables name what the code reads, all of it and nothing else.
//!
//! A section's type says by its first line which section it is: `[http]`, `[queues.NAME]`.

use std::collections::{BTreeMap, BTreeSet};

use super::book::{files, links};
use super::tests::{read, root};

const PAGE: &str = "book/src/configuration.md";

#[test]
fn the_book_names_every_key_of_every_section() {
    let told: BTreeMap<_, BTreeSet<_>> = rows("## Every setting")
        .map(|[section, keys, _]| (quoted(&section).remove(0), quoted(&keys)))
        .map(|(section, keys)| (section, keys.into_iter().collect()))
        .collect();
    assert_eq!(told, sections());
}

#[test]
fn each_key_is_told_of_where_its_row_leads() {
    for [section, keys, where_to] in rows("## Every setting") {
        let pages = links(&where_to);
        assert!(!pages.is_empty(), "{section} leads nowhere");
        let pages = pages.iter().map(|target| {
            let page = target.split('#').next().unwrap_or_default();
            read(format!("book/src/{page}"))
        });
        let pages: String = pages.collect();
        for key in quoted(&keys) {
            let told = pages.contains(&format!("`{key}`")) || pages.contains(&format!("{key} ="));
            let told = told || pages.contains(&format!("{section} {key}").replace('`', ""));
            assert!(told, "{section} {key} is not told of where the row leads");
        }
    }
}

#[test]
fn sections_of_ours_are_none_of_a_users() {
    let ours: BTreeSet<_> = sections()
        .into_keys()
        .map(|section| {
            let name = section.trim_matches(['[', ']']);
            name.split('.').next().unwrap_or(name).to_owned()
        })
        .collect();
    let macros = read("faas-macros/src/values.rs");
    let (_, reserved) = macros
        .split_once("const RESERVED_SECTIONS")
        .expect("the macros have a list");
    let reserved = &reserved[..reserved.find(';').unwrap()];
    let reserved: BTreeSet<_> = strings(reserved).map(str::to_owned).collect();
    assert_eq!(reserved, ours);
    let page = read(PAGE);
    let sentence = page
        .split("\n\n")
        .find(|part| part.contains("belong to `faas`"))
        .expect("the page says which belong to us");
    let (sentence, _) = sentence.split_once("belong to").unwrap();
    let told: BTreeSet<_> = quoted(sentence).into_iter().collect();
    assert_eq!(told, ours);
}

#[test]
fn the_book_names_every_variable() {
    let told: BTreeSet<_> = rows("## Variables")
        .flat_map(|[variables, _]| quoted(&variables))
        .map(|variable| variable.split('=').next().unwrap_or_default().to_owned())
        .collect();
    let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) =
        variables().partition(|name| name.starts_with("FAAS_"));
    assert_eq!(told, ours);
    let pages: String = files("book/src", ".md").iter().map(read).collect();
    let missing = theirs
        .iter()
        .filter(|name| !pages.contains(&format!("`{name}")));
    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "no page tells of {missing:?}");
}

/// Every section that is read, with its keys.
fn sections() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let lines: Vec<_> = source.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(doc) = line.trim_start().strip_prefix("/// `[") else {
                continue;
            };
            let doc = format!("`[{}", doc.split(": ").next().unwrap_or(doc));
            let item = lines[at + 1..]
                .iter()
                .take_while(|line| !line.trim_start().starts_with("fn "))
                .position(|line| line.contains("struct ") || line.contains("enum "));
            let Some(item) = item.map(|item| at + 1 + item) else {
                continue;
            };
            if !lines[at..item]
                .iter()
                .any(|line| line.contains("Deserialize"))
            {
                continue;
            }
            for name in quoted(&doc) {
                let (section, keys) = match name.split_once("] ") {
                    Some((section, key)) => (format!("{section}]"), vec![key.to_owned()]),
                    None => (name, fields(&lines[item + 1..])),
                };
                found.entry(section).or_default().extend(keys);
            }
        }
    }
    found
}

/// The fields of a struct, from behind its first line on; those that are sections of their own are left out.
fn fields(lines: &[&str]) -> Vec<String> {
    let inside = lines.iter().map(|line| line.trim());
    inside
        .take_while(|line| *line != "}")
        .filter(|line| !line.starts_with(['/', '#']))
        .filter_map(|line| line.split_once(": "))
        .filter(|(_, ty)| !ty.contains("IgnoredAny"))
        .map(|(name, _)| name.rsplit(' ').next().unwrap_or(name).to_owned())
        .collect()
}

/// The environment's variables that are named in the code.
fn variables() -> impl Iterator<Item = String> {
    const STARTS: [&str; 9] = [
        "FAAS_",
        "AWS_",
        "K_",
        "KUBERNETES_",
        "FUNC_",
        "FUNCTION_",
        "PORT",
        "RUST_",
        "NO_COLOR",
    ];
    let is_variable = |text: &str| {
        let letters = text.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
        letters && STARTS.iter().any(|start| text.starts_with(start)) && !text.ends_with('_')
    };
    sources().flat_map(move |source| {
        let named = strings(&source).filter(|text| is_variable(text));
        named.map(str::to_owned).collect::<Vec<_>>()
    })
}

/// The sources of what reads settings, without their tests.
fn sources() -> impl Iterator<Item = String> {
    let all = ["faas-runtime-shim/src", "faas-sdk/src"].map(|folder| files(folder, ".rs"));
    let is_test = |path: &std::path::Path| {
        let inside = path.strip_prefix(root()).unwrap_or(path);
        inside
            .components()
            .any(|part| ["tests", "tests.rs"].contains(&part.as_os_str().to_str().unwrap_or("")))
    };
    let sources = all.into_iter().flatten().filter(move |path| !is_test(path));
    sources.map(|path| {
        let source = read(path);
        let end = source
            .find("#[cfg(test)]\nmod tests")
            .unwrap_or(source.len());
        source[..end].to_owned()
    })
}

/// The rows of the table below a heading of the page.
fn rows<const N: usize>(heading: &str) -> impl Iterator<Item = [String; N]> {
    let page = read(PAGE);
    let (_, below) = page
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("{PAGE} has no {heading}"));
    let below = below.split("\n## ").next().unwrap_or(below);
    let rows: Vec<_> = below
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            let cells: Vec<_> = cells.map(|cell| cell.trim().to_owned()).collect();
            <[String; N]>::try_from(cells).unwrap_or_else(|_| panic!("{line}"))
        })
        .collect();
    assert!(!rows.is_empty(), "{heading} has no table");
    rows.into_iter()
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<String> {
    let parts = text.split('`').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

/// What stands between quotes.
fn strings(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .flat_map(|line| line.split('"').skip(1).step_by(2))
}
