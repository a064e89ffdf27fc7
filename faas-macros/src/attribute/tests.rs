//! The table fits itself.

use std::collections::BTreeSet;

use super::*;
use crate::tests::check;

#[test]
fn names_are_unique_and_examples_fit() {
    let names: BTreeSet<_> = ATTRIBUTES.iter().map(|attribute| attribute.name).collect();
    assert_eq!(names.len(), ATTRIBUTES.len());
    for attribute in ATTRIBUTES {
        assert!(
            attribute
                .example
                .starts_with(&format!("#[faas::{}", attribute.name))
        );
        check_arguments(attribute.name, attribute.arguments);
        for (key, _) in attribute.hints {
            assert!(
                !attribute.arguments.iter().any(|known| known.name == *key),
                "{} has the argument {key}",
                attribute.name
            );
        }
    }
}

#[track_caller]
fn check_arguments(owner: &str, arguments: &[&Argument]) {
    let keys: BTreeSet<_> = arguments.iter().map(|key| key.name).collect();
    assert_eq!(keys.len(), arguments.len(), "{owner}");
    for argument in arguments {
        assert!(
            argument.example.starts_with(argument.name),
            "{}",
            argument.name
        );
        match argument.read {
            Read::Word(words, _) | Read::Words(words, _) => {
                let unique: BTreeSet<_> = words.iter().flat_map(|(a, b)| [a, b]).collect();
                assert_eq!(unique.len(), 2 * words.len(), "{}", argument.name);
            }
            Read::Arguments(inner) => check_arguments(argument.name, inner),
            Read::Options(_, options) => check_arguments(argument.name, options.arguments),
            Read::Flag(_) | Read::Text(_) | Read::Texts(_) | Read::Count(_) | Read::Path(_) => {}
        }
    }
}

/// Help shows them, so they must be taken.
#[test]
fn examples_are_taken() {
    for attribute in ATTRIBUTES {
        let item = match attribute.kind {
            Kind::Config => "struct S;",
            Kind::Hook(_) => "fn f() {}",
            Kind::Http | Kind::Event(_) | Kind::Rpc(_) | Kind::Resource => "fn f() -> u8 { 1 }",
        };
        let example = attribute.example;
        check(&format!("{example} {item}"), &[]);
        for argument in attribute.arguments {
            // Those that cannot stand beside what the example has.
            if example.contains(argument.name)
                || ["mount", "every", "server"].contains(&argument.name)
            {
                continue;
            }
            let more = example.replace(")]", &format!(", {})]", argument.example));
            check(&format!("{more} {item}"), &[]);
        }
    }
}

/// The page of each macro has a row for each argument.
#[test]
fn every_attribute_has_its_page() {
    let lib = include_str!("../lib.rs");
    for attribute in ATTRIBUTES {
        let name = attribute.name;
        let end = lib
            .find(&format!("pub fn {name}("))
            .unwrap_or_else(|| panic!("no macro `{name}`"));
        let begin = lib[..end].rfind("}\n\n").unwrap_or(0);
        let page = &lib[begin..end];
        if page.contains("are those of [`macro@") {
            continue;
        }
        for argument in attribute.arguments {
            assert!(
                page.contains(&format!("/// | `{}", argument.name)),
                "the page of `{name}` has no row for `{}`",
                argument.name
            );
        }
    }
}
