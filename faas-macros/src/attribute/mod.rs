//! The table of attributes and of their arguments. A new trigger is one row here, its rules in `model` and `check`, and
//! a bit of `emit`; a hook is the row alone.

mod arguments;
mod triggers;

use proc_macro2::Ident;
use syn::{LitInt, LitStr, Path};

use self::arguments::{CRATE, LAZY, NAME, TIMEOUT};
pub(crate) use self::triggers::{
    BINLOG, EVENT, GRPC, HTTP, INVOKE, OBJECT, QUEUE, TASK, THRIFT, TIMER,
};
use crate::args::Args;
use crate::errors::Errors;
use crate::model::{Event, Rpc};

/// One attribute: what it stands on, what it takes.
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) unnamed: Unnamed,
    pub(crate) arguments: &'static [&'static Argument],
    /// What to say to somebody who reaches for an argument that is not there.
    pub(crate) hints: &'static [Hint],
    pub(crate) example: &'static str,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Http,
    /// A trigger whose parameters come in any order, by the reader of its facts.
    Event(fn(&Attribute, &Args, &mut Errors) -> Event),
    Rpc(Rpc),
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
    /// One text: what it is.
    Text(&'static str),
}

/// A named argument: how its value is read, and into which field of [`Args`].
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
    pub(crate) read: Read,
}

pub(crate) enum Read {
    Flag(fn(&mut Args)),
    Text(fn(&mut Args, &LitStr, &mut Errors)),
    /// One text, or several in brackets.
    Texts(fn(&mut Args, &[LitStr], &mut Errors)),
    Count(fn(&mut Args, &Ident, &LitInt, &mut Errors)),
    Path(fn(&mut Args, Path)),
    Word(&'static [Word], fn(&mut Args, &'static str)),
    /// One word, or several in brackets.
    Words(&'static [Word], fn(&mut Args, Vec<&'static str>)),
    /// Arguments of its own, in parentheses.
    Arguments(&'static [&'static Argument]),
    /// A flag, with arguments of its own in parentheses if it likes.
    Options(fn(&mut Args, &Ident), &'static Options),
}

/// What a flag takes in parentheses.
pub(crate) struct Options {
    pub(crate) arguments: &'static [&'static Argument],
    /// What to say to somebody who reaches for one that is not there.
    pub(crate) hints: &'static [Hint],
}

/// A name that is no argument, and what to say to it.
pub(crate) type Hint = (&'static str, &'static str);

/// A word that stands without quotes, and its name in `__private`.
pub(crate) type Word = (&'static str, &'static str);

pub(crate) static ATTRIBUTES: &[&Attribute] = &[
    &HTTP,
    &INVOKE,
    &QUEUE,
    &TIMER,
    &OBJECT,
    &BINLOG,
    &EVENT,
    &TASK,
    &GRPC,
    &THRIFT,
    &RESOURCE,
    &CONFIG,
    &ON_START,
    &ON_STOP,
    &BEFORE_FREEZE,
    &AFTER_RESTORE,
];

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
    unnamed: Unnamed::Text("section"),
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
pub(crate) static BEFORE_FREEZE: Attribute = hook(
    "before_freeze",
    "BeforeFreeze",
    r#"#[faas::before_freeze(timeout = "2s")]"#,
);
pub(crate) static AFTER_RESTORE: Attribute = hook(
    "after_restore",
    "AfterRestore",
    r#"#[faas::after_restore(timeout = "10s")]"#,
);

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

/// What the helper attribute of a method takes.
pub(crate) const METHOD_ARGUMENTS: &[&Argument] = &[&TIMEOUT];

#[cfg(test)]
mod tests;
