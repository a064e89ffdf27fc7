//! Settings that nobody reads and that look like a slip of the pen: `[queue.orders]`, `[queues.ordes]`.
//!
//! Wrong keys within a section are errors where it is read. A section of another name may be for another binary that shares
//! the file, so only a warning is due, and only where something of almost the same name is missing.

use std::fmt;

use crate::bindings::Bound;
use crate::config::Configuration;
use crate::config::suggest::nearest;
use crate::function::Function;
use crate::registry::Registry;

/// A section, and the one that may be meant.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Stray {
    section: String,
    meant: String,
}

impl fmt::Display for Stray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { section, meant } = self;
        write!(
            f,
            "nothing here reads the section `{section}` of the configuration: did you mean `{meant}`?"
        )
    }
}

/// Finds them all.
pub(crate) fn strays(configuration: &Configuration, registry: &Registry) -> Vec<Stray> {
    let own = SECTIONS.iter().copied();
    let of_users = registry.sections.iter().map(|entry| entry.section);
    // a section of a user may lie deeper
    let heads = of_users.map(|section| section.split('.').next().unwrap_or(section));
    let mut strays = among("", &own.chain(heads).collect::<Vec<_>>(), configuration);
    for bound in Bound::ALL {
        let of_bound = |function: &&'static Function| {
            let (of, name) = Bound::of(function)?;
            (of == bound).then_some(name)
        };
        let names: Vec<_> = registry.functions.iter().filter_map(of_bound).collect();
        strays.extend(among(bound.section(), &names, configuration));
    }
    strays
}

fn among(prefix: &str, known: &[&'static str], configuration: &Configuration) -> Vec<Stray> {
    // what is wrong with a table is told to whoever reads it
    let set = configuration.sections_under(prefix).unwrap_or_default();
    let is_set = |name: &str| set.iter().any(|set| set == name);
    let missing: Vec<_> = known.iter().copied().filter(|name| !is_set(name)).collect();
    let whole = |name: &str| match prefix {
        "" => name.to_owned(),
        prefix => format!("{prefix}.{name}"),
    };
    set.iter()
        .filter(|name| !known.contains(&name.as_str()))
        .filter_map(|name| {
            Some(Stray {
                section: whole(name),
                meant: whole(nearest(name, missing.iter().copied())?),
            })
        })
        .collect()
}

/// The sections that the runtime itself reads.
const SECTIONS: [&str; 16] = [
    "binlogs",
    "cache",
    "events",
    "grpc",
    "http",
    "kv",
    "lambda",
    "management",
    "metrics",
    "objects",
    "queues",
    "record",
    "runtime",
    "tasks",
    "thrift",
    "timers",
];

#[cfg(test)]
mod tests {
    //! Which sections look like a slip.

    use super::*;

    #[track_caller]
    fn check(toml: &str, expected: &[&str]) {
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        let told: Vec<_> = strays(&configuration, &Registry::default())
            .iter()
            .map(Stray::to_string)
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|pair| {
                let (found, meant) = pair.split_once(" for ").unwrap();
                format!("nothing here reads the section `{found}` of the configuration: did you mean `{meant}`?")
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn slips_are_told_and_strangers_are_not() {
        check("[queue.orders]\nurl = \"u\"", &["queue for queues"]);
        check("[htpp]\nmax_body = \"1MiB\"", &["htpp for http"]);
        check("[shop]\ncurrency = \"EUR\"", &[]);
        // who has the right one too has not slipped
        check("[http]\n[htpp]", &[]);
        check("queue = 1", &[]);
    }

    #[test]
    fn bindings_are_those_of_functions() {
        let known = ["orders", "mails"];
        let configuration = Configuration::from_toml(
            "[queues.ordes]\n[queues.mails]\n[queues.audit]",
            "faas.toml",
        )
        .unwrap();
        let found = among("queues", &known, &configuration);
        let [stray] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!(
            (stray.section.as_str(), stray.meant.as_str()),
            ("queues.ordes", "queues.orders")
        );
    }
}
