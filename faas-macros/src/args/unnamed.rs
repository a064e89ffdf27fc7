//! Arguments without a name: methods, and the one text of an attribute, such as a path, a section or a queue.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Lit, Token};

use super::list::List;
use super::{Method, Reader, did_you_mean, shown, skip_to_comma};
use crate::attribute::Unnamed;
use crate::mistakes;
use crate::suggest;

impl Reader<'_> {
    /// A value without a name.
    pub(super) fn unnamed(&mut self, literal: Lit) {
        let List {
            unnamed, example, ..
        } = self.list;
        let what = match unnamed {
            Unnamed::Route => "path",
            Unnamed::Text(what) => what,
            Unnamed::Nothing => {
                let found = shown(&literal);
                let hint = match &literal {
                    Lit::Str(text) if text.value().starts_with('/') => {
                        format!("did you mean `#[faas::http({found})]`?")
                    }
                    _ => self.list.allowed(),
                };
                let mistake = mistakes::unnamed_value(&found, &self.list.shown, &hint);
                return self.tell(mistake.at(literal));
            }
        };
        let Lit::Str(text) = literal else {
            let found = shown(&literal);
            let mistake = mistakes::wrong_value(what, "text in quotes", &found, example);
            return self.tell(mistake.at(literal));
        };
        if let (Unnamed::Route, Some(method)) = (unnamed, method(&text.value())) {
            let found = shown(&text);
            let mistake = mistakes::method_spelling(&found, method);
            return self.errors.push(mistake.at(text));
        }
        if self.args.text.is_some() {
            let found = shown(&text);
            return self.tell(mistakes::second_unnamed(&found, what, example).at(text));
        }
        self.args.text = Some(text);
    }

    /// A word that is meant as the value without a name.
    pub(super) fn unquoted(&mut self, word: &Ident, what: &str) {
        let (found, example) = (word.to_string(), self.list.example);
        let mistake = mistakes::wrong_value(what, "text in quotes", &found, example);
        self.tell(mistake.at(word));
    }

    pub(super) fn methods(&mut self, first: Ident, input: ParseStream<'_>) -> syn::Result<()> {
        match self.list.unnamed {
            Unnamed::Route => {}
            Unnamed::Text(_) => {
                self.word(&first);
                return skip_to_comma(input);
            }
            Unnamed::Nothing => {
                let List { shown, .. } = &self.list;
                let mistake =
                    mistakes::unnamed_value(&first.to_string(), shown, &self.list.allowed());
                self.tell(mistake.at(first));
                return skip_to_comma(input);
            }
        }
        if !self.args.methods.is_empty() && self.after_comma.is_none() {
            self.after_comma = Some(first.clone().into());
        }
        self.method(first);
        while input.peek(Token![|]) {
            let bar: Token![|] = input.parse()?;
            if input.peek(Ident::peek_any) {
                let word = input.call(Ident::parse_any)?;
                self.method(word);
            } else {
                self.tell(mistakes::unexpected_token("|", self.list.example).at(bar));
            }
        }
        Ok(())
    }

    fn method(&mut self, word: Ident) {
        let found = word.to_string();
        let Some(name) = method(&found) else {
            let near = suggest::nearest(&found.to_uppercase(), METHODS.iter().copied());
            let mistake = mistakes::unknown_method(&found, &did_you_mean(near));
            return self.errors.push(mistake.at(word));
        };
        if name != found {
            self.errors
                .push(mistakes::method_spelling(&found, name).at(&word));
        } else if self.args.methods.iter().any(|method| method.name == name) {
            return self.errors.push(mistakes::duplicate_method(name).at(word));
        }
        self.args.methods.push(Method {
            name,
            word: word.into(),
        });
    }

    /// Told once, with all the methods joined.
    pub(super) fn check_commas(&mut self) {
        if let Some(word) = self.after_comma.take() {
            let names: Vec<_> = self.args.methods.iter().map(|method| method.name).collect();
            self.errors
                .push(mistakes::methods_by_comma(&names.join(" | ")).at(word));
        }
    }
}

const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
];

fn method(word: &str) -> Option<&'static str> {
    METHODS
        .iter()
        .find(|name| name.eq_ignore_ascii_case(word))
        .copied()
}

/// Words of capitals are taken for methods, to be told of as such if they are none.
pub(super) fn looks_like_a_method(word: &Ident) -> bool {
    let word = word.to_string();
    method(&word).is_some() || word.chars().all(|c| c.is_ascii_uppercase())
}
