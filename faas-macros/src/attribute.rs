//! The table of attributes and of their arguments. A new trigger is one row here, its rules in `model` and `check`, and
//! a bit of `emit`; a trigger that needs no facts of its own is the row alone.

use proc_macro2::Ident;

use crate::args::Args;
use crate::errors::Errors;
use crate::values;

/// One attribute: what it stands on, what it takes.
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) unnamed: Unnamed,
    pub(crate) arguments: &'static [&'static Argument],
    /// What to say to somebody who reaches for an argument that is not there.
    pub(crate) hints: &'static [(&'static str, &'static str)],
    pub(crate) example: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Http,
    /// A trigger whose parameters come in any order; the text is its name in `__private::Trigger` and `__private::marker`.
    Event(&'static str),
    Resource,
    /// The text is its name in `__private::HookMoment`.
    Hook(&'static str),
    Config,
}

/// What an attribute takes without a name.
#[derive(Clone, Copy)]
pub(crate) enum Unnamed {
    Nothing,
    /// Methods and a path.
    Route,
    Section,
}

/// A named argument: how its value is read, and into which field of [`Args`].
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
    pub(crate) read: Read,
}

pub(crate) enum Read {
    Flag(fn(&mut Args)),
    Text(fn(&mut Args, &syn::LitStr, &mut Errors)),
    Count(fn(&mut Args, &Ident, &syn::LitInt, &mut Errors)),
    Path(fn(&mut Args, syn::Path)),
}

pub(crate) static ATTRIBUTES: &[&Attribute] =
    &[&HTTP, &INVOKE, &RESOURCE, &CONFIG, &ON_START, &ON_STOP];

pub(crate) static HTTP: Attribute = Attribute {
    name: "http",
    kind: Kind::Http,
    unnamed: Unnamed::Route,
    arguments: &[
        &MOUNT,
        &NAME,
        &TIMEOUT,
        &CONCURRENCY,
        &RATE,
        &MEMORY,
        &CRATE,
    ],
    hints: &[
        (
            "path",
            r#"a path stands without a name: `#[faas::http(GET, "/orders/{id}")]`"#,
        ),
        (
            "method",
            r#"methods stand without a name: `#[faas::http(GET | POST, "/orders")]`"#,
        ),
        (
            "methods",
            r#"methods stand without a name: `#[faas::http(GET | POST, "/orders")]`"#,
        ),
    ],
    example: r#"#[faas::http(GET, "/orders/{id}")]"#,
};

pub(crate) static INVOKE: Attribute = Attribute {
    name: "invoke",
    kind: Kind::Event("Invoke"),
    unnamed: Unnamed::Nothing,
    arguments: &[&NAME, &TIMEOUT, &CONCURRENCY, &RATE, &MEMORY, &CRATE],
    hints: &[(
        "path",
        r#"an invoke function has no path; did you mean `#[faas::http("/path")]`?"#,
    )],
    example: r#"#[faas::invoke(timeout = "2s")]"#,
};

pub(crate) static RESOURCE: Attribute = Attribute {
    name: "resource",
    kind: Kind::Resource,
    unnamed: Unnamed::Nothing,
    arguments: &[&LAZY, &NAME, &CRATE],
    hints: &[(
        "timeout",
        "functions and hooks have a time limit, a resource has none: bound the slow call inside its fn",
    )],
    example: "#[faas::resource(lazy)]",
};

pub(crate) static CONFIG: Attribute = Attribute {
    name: "config",
    kind: Kind::Config,
    unnamed: Unnamed::Section,
    arguments: &[&CRATE],
    hints: &[
        (
            "section",
            r#"a section stands without a name: `#[faas::config("db")]`"#,
        ),
        (
            "name",
            r#"a section stands without a name: `#[faas::config("db")]`"#,
        ),
    ],
    example: r#"#[faas::config("db")]"#,
};

pub(crate) static ON_START: Attribute =
    hook("on_start", "Start", r#"#[faas::on_start(timeout = "10s")]"#);
pub(crate) static ON_STOP: Attribute =
    hook("on_stop", "Stop", r#"#[faas::on_stop(timeout = "2s")]"#);

const fn hook(name: &'static str, moment: &'static str, example: &'static str) -> Attribute {
    Attribute {
        name,
        kind: Kind::Hook(moment),
        unnamed: Unnamed::Nothing,
        arguments: HOOK_ARGUMENTS,
        hints: &[],
        example,
    }
}

const HOOK_ARGUMENTS: &[&Argument] = &[&NAME, &TIMEOUT, &CRATE];

static NAME: Argument = Argument {
    name: "name",
    example: r#"name = "get-order""#,
    read: Read::Text(|args, text, errors| args.name = values::name(text, errors)),
};
static TIMEOUT: Argument = Argument {
    name: "timeout",
    example: r#"timeout = "2s""#,
    read: Read::Text(|args, text, errors| args.timeout = values::duration(text, errors)),
};
static CONCURRENCY: Argument = Argument {
    name: "concurrency",
    example: "concurrency = 4",
    read: Read::Count(|args, key, number, errors| {
        args.concurrency = values::count(key, number, errors);
    }),
};
static RATE: Argument = Argument {
    name: "rate",
    example: r#"rate = "50/s""#,
    read: Read::Text(|args, text, errors| args.rate = values::rate(text, errors)),
};
static MEMORY: Argument = Argument {
    name: "memory",
    example: r#"memory = "256MiB""#,
    read: Read::Text(|args, text, errors| args.memory = values::size(text, errors)),
};
static MOUNT: Argument = Argument {
    name: "mount",
    example: r#"mount = "/admin""#,
    read: Read::Text(|args, text, _| args.mount = Some(text.clone())),
};
static LAZY: Argument = Argument {
    name: "lazy",
    example: "lazy",
    read: Read::Flag(|args| args.lazy = true),
};
static CRATE: Argument = Argument {
    name: "crate",
    example: "crate = my_faas",
    read: Read::Path(|args, path| args.krate = Some(path)),
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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
            let keys: BTreeSet<_> = attribute.arguments.iter().map(|key| key.name).collect();
            assert_eq!(keys.len(), attribute.arguments.len(), "{}", attribute.name);
            for key in attribute.arguments {
                assert!(key.example.starts_with(key.name), "{}", key.name);
            }
            for (key, _) in attribute.hints {
                assert!(
                    !keys.contains(key),
                    "{} has the argument {key}",
                    attribute.name
                );
            }
        }
    }
}
