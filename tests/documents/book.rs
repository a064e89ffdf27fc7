//! The book: a page for each code, links that lead somewhere, and no code shown that is not there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::tests::{read, root};

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let raised: BTreeSet<_> = ["faas-macros", "faas-runtime-shim", "faas-sdk", "faas-build"]
        .iter()
        .flat_map(|part| files(&format!("{part}/src"), ".rs"))
        .flat_map(|path| codes(&read(path)))
        .collect();
    let pages: BTreeSet<_> = pages_of_codes().map(|(code, _)| code).collect();
    assert_eq!(raised, pages);
    let summary = codes(&read("book/src/SUMMARY.md"));
    assert_eq!(summary, pages, "the summary lists every page");
    let index = codes(&read("book/src/errors/index.md"));
    assert_eq!(index, pages, "the index lists every page");
}

#[test]
fn a_page_of_a_code_shows_its_message_and_the_way_out() {
    let said: BTreeSet<_> = files("tests/ui", ".stderr")
        .iter()
        .flat_map(|path| read(path).lines().map(nameless).collect::<Vec<_>>())
        .collect();
    for (code, text) in pages_of_codes() {
        let shown = |line: &&str| line.starts_with("error") && line.contains(&code);
        let shown: Vec<_> = text.lines().filter(shown).collect();
        assert!(!shown.is_empty(), "{code}: the page shows no message");
        assert!(text.contains("\n## How to mend it\n"), "{code}");
        // the others are raised at the start, where no compiler speaks
        let by_a_macro = code.starts_with("F01");
        for line in shown.into_iter().filter(|_| by_a_macro) {
            let known = said.contains(&nameless(line));
            assert!(known, "no case in `tests/ui` is answered so: {line}");
        }
    }
}

#[test]
fn what_the_book_includes_is_there() {
    let mut includes = 0;
    for page in files("book/src", ".md") {
        let text = read(&page);
        for (at, _) in text.match_indices("{{#include ") {
            includes += 1;
            let rest = &text[at + "{{#include ".len()..];
            let target = &rest[..rest.find("}}").unwrap()];
            let (path, anchor) = target.split_once(':').unwrap_or((target, ""));
            let source = read(page.parent().unwrap().join(path));
            let marked = ["ANCHOR: ", "ANCHOR_END: "].iter().all(|mark| {
                source
                    .lines()
                    .any(|line| line.trim().ends_with(&format!("{mark}{anchor}")))
            });
            assert!(anchor.is_empty() || marked, "{}: {target}", page.display());
        }
    }
    assert!(includes > 0, "the book shows code that compiles");
}

/// Code of the guides is compiled where it is included from. What has to be in the page itself is what a program was before,
/// with dependencies that this repository has not.
#[test]
fn guides_show_no_code_that_nobody_compiles() {
    for page in files("book/src", ".md") {
        if page.starts_with(root().join("book/src/errors")) {
            continue;
        }
        let text = read(&page);
        let blocks = text.split("\n```rust").skip(1);
        for block in blocks.filter_map(|rest| rest.split("```").next()) {
            let mut lines = block.lines().skip(1).peekable();
            let before = [Some(&"// before"), Some(&"// 之前")].contains(&lines.peek());
            let included = lines.all(|line| {
                line.is_empty() || line.starts_with("{{#include ") || line.starts_with("// ")
            });
            assert!(before || included, "{}:\n{block}", page.display());
        }
    }
}

#[test]
fn a_translation_has_the_parts_and_the_code_of_its_original() {
    let book = root().join("book/src");
    let translated = files("book/src/zh", ".md");
    assert!(!translated.is_empty());
    for page in translated {
        let original = book.join(page.strip_prefix(book.join("zh")).unwrap());
        assert_eq!(shape(&read(&page)), shape(&read(original)), "{page:?}");
    }
}

#[test]
fn links_lead_somewhere() {
    for page in files("book/src", ".md") {
        for target in links(&read(&page)) {
            let (path, place) = target.split_once('#').unwrap_or((&target, ""));
            let other = match path {
                "" => page.clone(),
                path => page.parent().unwrap().join(path),
            };
            assert!(other.is_file(), "{}: {target}", page.display());
            let found = place.is_empty() || places(&read(other)).contains(place);
            assert!(found, "{}: {target}", page.display());
        }
    }
}

#[test]
fn the_summary_lists_each_page_once() {
    let summary = root().join("book/src/SUMMARY.md");
    let mut listed = links(&read(&summary));
    listed.sort();
    let folder = summary.parent().unwrap();
    let mut pages: Vec<_> = files("book/src", ".md")
        .iter()
        .filter(|page| **page != summary)
        .map(|page| page.strip_prefix(folder).unwrap().display().to_string())
        .collect();
    pages.sort();
    assert_eq!(listed, pages);
}

pub(super) fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found
}

/// Each page of a code with its text; the index is none.
fn pages_of_codes() -> impl Iterator<Item = (String, String)> {
    files("book/src/errors", ".md")
        .into_iter()
        .flat_map(|path| {
            let name = path.file_name().map(Path::new).unwrap().to_string_lossy();
            let code = codes(&name).pop_first();
            code.map(|code| (code, read(&path)))
        })
}

/// The codes `F0101` and so on in a text.
fn codes(text: &str) -> BTreeSet<String> {
    text.match_indices('F')
        .filter_map(|(at, _)| text.get(at..at + 5))
        .filter(|code| code[1..].bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// A line of a message without what users have named.
fn nameless(line: &str) -> String {
    let parts = line.split('`').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 0 { part } else { "…" });
    parts.collect::<Vec<_>>().join("`")
}

/// What a page has in each language: the levels of its headings, and the code that it includes.
fn shape(text: &str) -> (Vec<usize>, Vec<&str>) {
    let levels = prose(text).map(|line| line.len() - line.trim_start_matches('#').len());
    let includes = text
        .lines()
        .filter_map(|line| line.strip_prefix("{{#include "));
    let includes = includes.map(|target| target.trim_start_matches("../"));
    (
        levels.filter(|level| *level > 0).collect(),
        includes.collect(),
    )
}

/// The lines of a page that are no code.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut code = false;
    text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

/// Where the links of a page lead, those into the web left out.
pub(super) fn links(text: &str) -> Vec<String> {
    let of_line = |line: &str| {
        let targets = line.split("](").skip(1);
        let targets = targets.filter_map(|rest| rest.split_once(')'));
        targets
            .map(|(target, _)| target.to_owned())
            .collect::<Vec<_>>()
    };
    let all = prose(text).flat_map(of_line);
    all.filter(|target| !target.contains("://")).collect()
}

/// The places in a page that a link can name: its headings, spelled as mdBook does.
fn places(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter_map(|line| {
        let heading = line.trim_start_matches('#');
        (heading.len() < line.len()).then_some(heading)
    });
    let spelled = |heading: &str| {
        let letters = heading.trim().chars().filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            letter if letter.is_alphanumeric() => Some(letter.to_ascii_lowercase()),
            _ => None,
        });
        letters.collect()
    };
    headings.map(spelled).collect()
}
