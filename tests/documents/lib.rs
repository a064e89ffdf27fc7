//! The documents of the repository as tests: README's code compiles as it stands, and what is generated is up to date.

/// The first screen of the README: a whole `main.rs`.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod benchmarks;
#[cfg(test)]
mod book;
#[cfg(test)]
mod migration;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod stages;
#[cfg(test)]
mod starts;
#[cfg(test)]
mod tables;

#[cfg(test)]
mod tests {
    //! Generated blocks, and what the tests of the documents read with.

    use std::fmt::Write as _;
    use std::path::{Path, PathBuf};

    use faas_runtime_shim::platform::ADAPTERS;

    pub(super) fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    pub(super) fn read(path: impl AsRef<Path>) -> String {
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
    pub(super) fn check_block(path: &str, name: &str, generated: &str) {
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
        for page in ["README.md", "book/src/platforms/index.md"] {
            check_block(page, "compatibility", &compatibility());
        }
    }
}
