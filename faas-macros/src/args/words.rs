//! Values that are words of a table (`missed = once`, `on = [insert, update]`), and lists: of words, of texts.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, LitStr, Token};

use super::value::Value;
use super::{Reader, did_you_mean, shown, skip_to_comma};
use crate::attribute::{Argument, Word};
use crate::mistakes;
use crate::suggest;

impl Reader<'_> {
    /// The name of a word in `__private`.
    pub(super) fn one_word(
        &mut self,
        argument: &Argument,
        words: &[Word],
        value: &Value,
    ) -> Option<&'static str> {
        let (text, quoted) = match value {
            Value::Path(path) => (path.to_token_stream().to_string(), false),
            Value::Literal(Lit::Str(text)) => (text.value(), true),
            Value::Missing | Value::Literal(_) | Value::Parentheses(_) | Value::Other(_) => {
                self.no_word(argument, "a word", value);
                return None;
            }
        };
        let key = argument.name;
        match words.iter().find(|(word, _)| *word == text) {
            Some((word, _)) if quoted => self.tell(mistakes::quoted_word(word, key).at(value)),
            Some((_, name)) => return Some(name),
            None => {
                let known = || words.iter().map(|(word, _)| *word);
                let near = suggest::nearest(&text.to_lowercase(), known());
                let allowed: Vec<_> = known().collect();
                let mistake = mistakes::unknown_word(
                    &shown(value),
                    key,
                    &did_you_mean(near),
                    &allowed.join(", "),
                );
                self.tell(mistake.at(value));
            }
        }
        None
    }

    /// The names of one word, or of several in brackets.
    pub(super) fn some_words(
        &mut self,
        argument: &Argument,
        words: &[Word],
        value: &Value,
    ) -> Vec<&'static str> {
        match value {
            Value::Other(tokens) => match brackets(tokens) {
                Some(group) => {
                    let mut names = Vec::new();
                    self.in_brackets(argument, "all", &group, |reader, value| {
                        match reader.one_word(argument, words, value) {
                            Some(word) if names.contains(&word) => {
                                reader.twice(argument, value);
                            }
                            word => names.extend(word),
                        }
                    });
                    names
                }
                None => {
                    let all: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                    let expected = format!("a word, or words as in `[{}]`", all.join(", "));
                    self.no_word(argument, &expected, value);
                    Vec::new()
                }
            },
            Value::Missing | Value::Literal(_) | Value::Path(_) | Value::Parentheses(_) => {
                self.one_word(argument, words, value).into_iter().collect()
            }
        }
    }

    /// One text, or several in brackets.
    pub(super) fn some_texts(&mut self, argument: &Argument, value: &Value) -> Vec<LitStr> {
        let mut texts: Vec<LitStr> = Vec::new();
        match value {
            Value::Other(tokens) if let Some(group) = brackets(tokens) => {
                let without = "the key that a delivery has of its own";
                self.in_brackets(argument, without, &group, |reader, value| {
                    match reader.one_text(argument, value) {
                        Some(text) if texts.iter().any(|known| known.value() == text.value()) => {
                            reader.twice(argument, value);
                        }
                        text => texts.extend(text.cloned()),
                    }
                });
            }
            value => texts.extend(self.one_text(argument, value).cloned()),
        }
        texts
    }

    fn one_text<'v>(&mut self, argument: &Argument, value: &'v Value) -> Option<&'v LitStr> {
        if let Value::Literal(Lit::Str(text)) = value {
            return Some(text);
        }
        self.no_word(argument, "text in quotes", value);
        None
    }

    /// Hands out the values between brackets one by one.
    fn in_brackets(
        &mut self,
        argument: &Argument,
        without: &str,
        group: &Group,
        mut each: impl FnMut(&mut Self, &Value),
    ) {
        let Argument { name, example, .. } = *argument;
        if group.stream().is_empty() {
            self.tell(mistakes::no_words(name, example, without).at(group));
        }
        let result = (|input: ParseStream<'_>| {
            while !input.is_empty() {
                if input.peek(Token![,]) {
                    self.unexpected(input)?;
                } else {
                    let value = Value::parse(input)?;
                    each(self, &value);
                }
                if !input.is_empty() && !input.peek(Token![,]) {
                    self.unexpected(input)?;
                    skip_to_comma(input)?;
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        })
        .parse2(group.stream());
        if let Err(error) = result {
            self.tell(error);
        }
    }

    fn twice(&mut self, argument: &Argument, value: &Value) {
        self.tell(mistakes::duplicate_word(&shown(value), argument.name).at(value));
    }

    fn no_word(&mut self, argument: &Argument, expected: &str, value: &Value) {
        let Argument { name, example, .. } = *argument;
        self.tell(mistakes::wrong_value(name, expected, &shown(value), example).at(value));
    }
}

/// The brackets that a value is.
fn brackets(tokens: &TokenStream) -> Option<Group> {
    let mut tokens = tokens.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Bracket => {
            Some(group)
        }
        _ => None,
    }
}
