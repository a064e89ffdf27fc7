//! The documents of the repository as tests: README's code compiles as it stands, and what is generated is up to date.

/// The first screen of the README: a whole `main.rs`.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    //! Generated blocks, the book's includes, and a page for each code.

    use std::collections::BTreeSet;
    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};

    use faas_runtime_shim::platform::ADAPTERS;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn read(path: &str) -> String {
        let path = root().join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The triggers of the design, in its order.
    const TRIGGERS: [&str; 11] = [
        "http", "invoke", "queue", "timer", "object", "binlog", "event", "task", "workflow",
        "grpc", "thrift",
    ];

    fn compatibility() -> String {
        // the host first: it is where everybody begins
        let mut profiles: Vec<_> = ADAPTERS.iter().map(|adapter| adapter.profile()).collect();
        profiles.sort_by_key(|profile| profile.name != "host");
        let mut table = String::from("| trigger |");
        for profile in &profiles {
            write!(table, " `{}` |", profile.name).unwrap();
        }
        table.push_str("\n|---|");
        table.push_str(&"---|".repeat(profiles.len()));
        for trigger in TRIGGERS {
            write!(table, "\n| `{trigger}` |").unwrap();
            for profile in &profiles {
                let of_trigger = |(name, _): &&(&str, &str)| *name == trigger;
                let text = profile.triggers.iter().find(of_trigger);
                let text = text.map_or("", |(_, how)| how);
                let space = if text.is_empty() { "" } else { " " };
                write!(table, "{space}{text} |").unwrap();
            }
        }
        table.push('\n');
        table
    }

    /// Compares a generated block; with `BLESS=1` it is written instead.
    #[expect(clippy::disallowed_methods, reason = "a switch of the test itself")]
    fn check_block(path: &str, name: &str, generated: &str) {
        let text = read(path);
        let begin = format!("<!-- {name}:begin -->\n");
        let end = format!("<!-- {name}:end -->");
        let from = text.find(&begin).expect("the begin marker") + begin.len();
        let to = text.find(&end).expect("the end marker");
        if std::env::var_os("BLESS").is_some() {
            let blessed = format!("{}{generated}{}", &text[..from], &text[to..]);
            std::fs::write(root().join(path), blessed).unwrap();
            return;
        }
        assert_eq!(
            &text[from..to],
            generated,
            "{path}: BLESS=1 cargo test writes it anew"
        );
    }

    #[test]
    fn the_compatibility_table_is_what_the_adapters_say() {
        check_block("README.md", "compatibility", &compatibility());
    }

    fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
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

    /// The codes `F0101` and so on in a text.
    fn codes(text: &str) -> BTreeSet<String> {
        text.match_indices('F')
            .filter_map(|(at, _)| text.get(at..at + 5))
            .filter(|code| code[1..].bytes().all(|byte| byte.is_ascii_digit()))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let raised: BTreeSet<_> = [
            "faas-macros/src/mistakes.rs",
            "faas-runtime-shim/src/startup.rs",
        ]
        .iter()
        .flat_map(|path| codes(&read(path)))
        .collect();
        let pages: BTreeSet<_> = files("book/src/errors", ".md")
            .iter()
            .flat_map(|path| codes(&path.file_name().unwrap().to_string_lossy()))
            .collect();
        assert_eq!(raised, pages);
        let summary = codes(&read("book/src/SUMMARY.md"));
        assert_eq!(summary, pages, "the summary lists every page");
    }

    #[test]
    fn what_the_book_includes_is_there() {
        let mut includes = 0;
        for page in files("book/src", ".md") {
            let text = std::fs::read_to_string(&page).unwrap();
            for (at, _) in text.match_indices("{{#include ") {
                includes += 1;
                let rest = &text[at + "{{#include ".len()..];
                let target = &rest[..rest.find("}}").unwrap()];
                let (path, anchor) = target.split_once(':').unwrap_or((target, ""));
                let file = page.parent().unwrap().join(path);
                let source = std::fs::read_to_string(&file)
                    .unwrap_or_else(|error| panic!("{}: {path}: {error}", page.display()));
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
}
