//! Where in a section the decoder is: a list on the stack, made into text only for a message.

use std::fmt;

use crate::config::quote;

#[derive(Clone, Copy, Debug)]
pub(super) enum Path<'a> {
    Section(&'a str),
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section(name) => f.write_str(name),
            Self::Key(Self::Section(""), key) => f.write_str(&quote::message(key)),
            Self::Key(parent, key) => write!(f, "{parent}.{}", quote::message(key)),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}
