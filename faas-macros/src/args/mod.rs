//! Reads the arguments of an attribute, by the attribute's row of the table. It goes on after each mistake, so that one
//! argument hides nothing in another.

mod list;
mod unnamed;
mod value;
mod words;

use std::num::NonZeroU32;
use std::time::Duration;

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, LitStr, Meta, Path, Token, token};

use self::list::{List, METHOD_EXAMPLE};
use self::value::Value;
use crate::attribute::{Argument, Attribute, Read};
use crate::errors::Errors;
use crate::mistakes;
use crate::values::{Rate, Written};

/// What stands between the parentheses. What is absent was not given, or a mistake in it was told.
#[derive(Default)]
pub(crate) struct Args {
    pub(crate) methods: Vec<Method>,
    /// What stands without a name: the path of a route, a cron text, the name of a section, a queue, a bucket.
    pub(crate) text: Option<LitStr>,
    pub(crate) mount: Option<LitStr>,
    pub(crate) server: Option<Path>,
    pub(crate) name: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) concurrency: Option<NonZeroU32>,
    pub(crate) rate: Option<Rate>,
    pub(crate) memory: Option<u64>,
    pub(crate) lazy: bool,
    pub(crate) batch: Option<NonZeroU32>,
    pub(crate) retry: Retry,
    pub(crate) idempotent: Idempotent,
    pub(crate) priority: Option<i16>,
    pub(crate) keep: Option<Duration>,
    pub(crate) dead_letter: Option<LitStr>,
    pub(crate) ordered: bool,
    pub(crate) every: Option<Written>,
    pub(crate) timezone: Option<LitStr>,
    pub(crate) jitter: Option<Written>,
    pub(crate) missed: Option<&'static str>,
    pub(crate) overlap: Option<&'static str>,
    pub(crate) prestart: Option<Written>,
    /// Names in `__private`.
    pub(crate) on: Vec<&'static str>,
    pub(crate) prefix: Option<String>,
    pub(crate) suffix: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) krate: Option<Path>,
    /// Something was not understood, perhaps the very argument that is missed else.
    pub(crate) unread: bool,
}

#[derive(Default)]
pub(crate) struct Retry {
    pub(crate) max: Option<NonZeroU32>,
    pub(crate) delay: Option<Written>,
    pub(crate) factor: Option<NonZeroU32>,
    pub(crate) cap: Option<Written>,
    /// A mistake in `delay` or `cap` was told.
    pub(crate) unread: bool,
}

#[derive(Default)]
pub(crate) struct Idempotent {
    /// Where it is written, if it is.
    pub(crate) at: Option<Ident>,
    pub(crate) key: Vec<String>,
    pub(crate) ttl: Option<Duration>,
    /// Its name in `__private`.
    pub(crate) after_crash: Option<&'static str>,
}

pub(crate) struct Method {
    pub(crate) name: &'static str,
    pub(crate) word: TokenTree,
}

pub(crate) fn parse(
    attribute: &'static Attribute,
    tokens: TokenStream,
    errors: &mut Errors,
) -> Args {
    let mut reader = Reader::new(List::of_attribute(attribute), errors);
    reader.read(tokens);
    reader.check_commas();
    reader.args
}

/// Reads the helper attributes of a method.
pub(crate) fn of_method(helpers: &[syn::Attribute], errors: &mut Errors) -> Args {
    let mut reader = Reader::new(List::of_method(), errors);
    for helper in helpers {
        match &helper.meta {
            Meta::List(list) if !list.tokens.is_empty() => reader.read(list.tokens.clone()),
            Meta::List(_) | Meta::Path(_) | Meta::NameValue(_) => {
                reader.tell(mistakes::missing_value("faas", METHOD_EXAMPLE).at(helper));
            }
        }
    }
    reader.args
}

struct Reader<'e> {
    list: List,
    args: Args,
    /// The arguments of this list that were given.
    seen: Vec<&'static str>,
    /// The first method that stands behind a comma after another method.
    after_comma: Option<TokenTree>,
    errors: &'e mut Errors,
}

impl<'e> Reader<'e> {
    fn new(list: List, errors: &'e mut Errors) -> Self {
        Self {
            list,
            args: Args::default(),
            seen: Vec::new(),
            after_comma: None,
            errors,
        }
    }

    fn read(&mut self, tokens: TokenStream) {
        let result = (|input: ParseStream<'_>| self.all(input)).parse2(tokens);
        if let Err(error) = result {
            self.errors.push(error);
        }
    }

    fn all(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            if begins_argument(input) {
                self.one(input)?;
            } else {
                self.unexpected(input)?;
                skip_to_comma(input)?;
            }
            if !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
                // What follows on a forgotten comma is read as an argument all the same.
                self.unexpected(input)?;
                if !begins_argument(input) {
                    skip_to_comma(input)?;
                    input.parse::<Option<Token![,]>>()?;
                }
            }
        }
        Ok(())
    }

    fn one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Lit) {
            let literal = input.parse()?;
            self.unnamed(literal);
            return Ok(());
        }
        let word = input.call(Ident::parse_any)?;
        if input.parse::<Option<Token![=]>>()?.is_some() {
            self.pair(&word, Value::parse(input)?);
        } else if input.peek(token::Paren) {
            let group: Group = input.parse()?;
            self.pair(&word, Value::Parentheses(group));
        } else if let (true, Some(what)) = (self.begins(), self.list.unquoted(&word)) {
            self.unquoted(&word, what);
            skip_to_comma(input)?;
        } else if input.peek(Token![|]) || unnamed::looks_like_a_method(&word) {
            self.methods(word, input)?;
        } else {
            self.word(&word);
        }
        Ok(())
    }

    /// A name without a value.
    fn word(&mut self, word: &Ident) {
        let Some(argument) = self.argument(word) else {
            return;
        };
        match argument.read {
            Read::Flag(set) => set(&mut self.args),
            Read::Options(set, _) => set(&mut self.args, word),
            Read::Text(_)
            | Read::Texts(_)
            | Read::Count(_)
            | Read::Path(_)
            | Read::Word(..)
            | Read::Words(..)
            | Read::Arguments(_) => {
                let mistake = mistakes::missing_value(argument.name, argument.example);
                self.tell(mistake.at(word));
            }
        }
    }

    fn pair(&mut self, key: &Ident, value: Value) {
        let Some(argument) = self.argument(key) else {
            return;
        };
        let Argument { name, example, .. } = *argument;
        let (expected, value) = match (&argument.read, value) {
            (Read::Flag(_), value) => {
                return self.tell(mistakes::flag_with_value(name).at(value));
            }
            (_, Value::Missing) => {
                return self.tell(mistakes::missing_value(name, example).at(key));
            }
            (Read::Text(read), Value::Literal(Lit::Str(text))) => {
                return read(&mut self.args, &text, self.errors);
            }
            (Read::Count(read), Value::Literal(Lit::Int(number))) => {
                return read(&mut self.args, key, &number, self.errors);
            }
            (Read::Path(read), Value::Path(path)) => return read(&mut self.args, path),
            (Read::Word(words, read), value) => {
                if let Some(word) = self.one_word(argument, words, &value) {
                    read(&mut self.args, word);
                }
                return;
            }
            (Read::Words(words, read), value) => {
                let words = self.some_words(argument, words, &value);
                return read(&mut self.args, words);
            }
            (Read::Arguments(_), Value::Parentheses(group)) if group.stream().is_empty() => {
                return self.tell(mistakes::missing_value(name, example).at(key));
            }
            (Read::Arguments(arguments), Value::Parentheses(group)) => {
                let list = List::of_argument(argument, arguments, &[]);
                return self.inner(list, group.stream());
            }
            (Read::Options(set, options), Value::Parentheses(group)) => {
                set(&mut self.args, key);
                let list = List::of_argument(argument, options.arguments, options.hints);
                return self.inner(list, group.stream());
            }
            (Read::Texts(read), value) => {
                let texts = self.some_texts(argument, &value);
                return read(&mut self.args, &texts, self.errors);
            }
            (Read::Text(_), value) => ("text in quotes", value),
            (Read::Count(_), value) => ("a whole number", value),
            (Read::Path(_), value) => ("a path without quotes", value),
            (Read::Arguments(_) | Read::Options(..), value) => ("arguments in parentheses", value),
        };
        let found = shown(&value);
        self.tell(mistakes::wrong_value(name, expected, &found, example).at(value));
    }

    /// Whether nothing was given so far.
    fn begins(&self) -> bool {
        self.args.text.is_none() && self.seen.is_empty()
    }

    /// The arguments of an argument.
    fn inner(&mut self, list: List, tokens: TokenStream) {
        let outer = std::mem::replace(&mut self.list, list);
        let seen = std::mem::take(&mut self.seen);
        self.read(tokens);
        self.list = outer;
        self.seen = seen;
    }

    /// The argument named `key`, if there is one and it is the first of that name.
    fn argument(&mut self, key: &Ident) -> Option<&'static Argument> {
        let Some(argument) = self.list.argument(key) else {
            let mistake = self.list.unknown(&key.to_string());
            self.tell(mistake.at(key));
            return None;
        };
        if self.seen.contains(&argument.name) {
            self.tell(mistakes::duplicate_argument(argument.name).at(key));
            return None;
        }
        self.seen.push(argument.name);
        Some(argument)
    }

    /// Tells of the next token without taking it.
    fn unexpected(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let token: TokenTree = input.fork().parse()?;
        let mistake = mistakes::unexpected_token(&shown(&token), self.list.example);
        self.tell(mistake.at(token));
        Ok(())
    }

    fn tell(&mut self, error: syn::Error) {
        self.args.unread = true;
        self.errors.push(error);
    }
}

fn begins_argument(input: ParseStream<'_>) -> bool {
    input.peek(Lit) || input.peek(Ident::peek_any)
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn did_you_mean(near: Option<&str>) -> String {
    near.map(|near| format!("did you mean `{near}`? "))
        .unwrap_or_default()
}

/// Tokens as a message shows them.
fn shown(tokens: &impl ToTokens) -> String {
    const LONGEST: usize = 60;
    let text = tokens.to_token_stream().to_string();
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests;
