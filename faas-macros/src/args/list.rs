//! What may stand between one pair of parentheses, and what to say to somebody who writes something else there.

use proc_macro2::Ident;

use super::did_you_mean;
use crate::attribute::{ATTRIBUTES, Argument, Attribute, Hint, METHOD_ARGUMENTS, Read, Unnamed};
use crate::mistakes::{self, Mistake};
use crate::suggest;

/// The arguments of an attribute, or of an argument that has some itself.
pub(super) struct List {
    /// Whose they are, as messages show it.
    pub(super) shown: String,
    pub(super) unnamed: Unnamed,
    pub(super) example: &'static str,
    arguments: &'static [&'static Argument],
    hints: &'static [Hint],
}

impl List {
    pub(super) fn of_attribute(attribute: &'static Attribute) -> Self {
        let Attribute {
            name,
            unnamed,
            arguments,
            hints,
            example,
            ..
        } = *attribute;
        Self {
            shown: format!("#[faas::{name}]"),
            unnamed,
            example,
            arguments,
            hints,
        }
    }

    /// The list of the helper attribute of a method.
    pub(super) fn of_method() -> Self {
        Self {
            shown: "#[faas(…)]".to_owned(),
            unnamed: Unnamed::Nothing,
            example: METHOD_EXAMPLE,
            arguments: METHOD_ARGUMENTS,
            hints: &[],
        }
    }

    pub(super) fn of_argument(
        argument: &'static Argument,
        arguments: &'static [&'static Argument],
        hints: &'static [Hint],
    ) -> Self {
        Self {
            shown: format!("{}(…)", argument.name),
            unnamed: Unnamed::Nothing,
            example: argument.example,
            arguments,
            hints,
        }
    }

    pub(super) fn argument(&self, key: &Ident) -> Option<&'static Argument> {
        let known = self.arguments.iter().find(|argument| key == argument.name);
        known.copied()
    }

    pub(super) fn unknown(&self, key: &str) -> Mistake {
        match self.elsewhere(key) {
            Some(hint) => mistakes::argument_elsewhere(key, &self.shown, &hint),
            None => {
                let near = suggest::nearest(&key.to_lowercase(), self.names());
                let near = did_you_mean(near);
                mistakes::unknown_argument(key, &self.shown, &near, &self.allowed())
            }
        }
    }

    /// What a word without quotes is meant as, if it is no argument of any sort.
    pub(super) fn unquoted(&self, word: &Ident) -> Option<&'static str> {
        let Unnamed::Text(what) = self.unnamed else {
            return None;
        };
        let argument = self.argument(word).is_some() || self.elsewhere(&word.to_string()).is_some();
        (!argument).then_some(what)
    }

    /// Where else `key` means something.
    fn elsewhere(&self, key: &str) -> Option<String> {
        if let Some((_, hint)) = self.hints.iter().find(|(hinted, _)| *hinted == key) {
            return Some((*hint).to_owned());
        }
        if let Some(outer) = self.arguments.iter().find(|outer| outer.takes(key)) {
            return Some(format!(
                "it stands inside of another argument: `{}`",
                outer.example
            ));
        }
        let others: Vec<_> = ATTRIBUTES
            .iter()
            .filter(|attribute| attribute.arguments.iter().any(|it| it.name == key))
            .map(|attribute| format!("`{}`", attribute.name))
            .collect();
        let allowed = self.allowed();
        (!others.is_empty())
            .then(|| format!("it is an argument of {}; {allowed}", others.join(", ")))
    }

    pub(super) fn allowed(&self) -> String {
        let names: Vec<_> = self.names().collect();
        format!("allowed: {}", names.join(", "))
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.arguments.iter().map(|argument| argument.name)
    }
}

impl Argument {
    /// Whether `key` is one of its own arguments.
    fn takes(&self, key: &str) -> bool {
        let inner = match self.read {
            Read::Arguments(inner) => inner,
            Read::Options(_, options) => options.arguments,
            Read::Flag(_)
            | Read::Text(_)
            | Read::Texts(_)
            | Read::Count(_)
            | Read::Path(_)
            | Read::Word(..)
            | Read::Words(..) => return false,
        };
        inner.iter().any(|argument| argument.name == key)
    }
}

pub(super) const METHOD_EXAMPLE: &str = r#"#[faas(timeout = "2s")]"#;
