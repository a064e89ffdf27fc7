//! One token after the other.

use super::super::lex::{Kind as Token, Token as Place};
use super::super::{Name, Number, Text};
use super::{Parsed, Parser};
use crate::source::Span;

impl Parser<'_> {
    pub(super) fn place(&self) -> &Place {
        &self.tokens[self.at]
    }

    pub(super) fn peek(&self) -> Token {
        self.place().kind
    }

    pub(super) fn span(&self) -> Span {
        self.place().span.clone()
    }

    /// The next token if it is a word, else nothing.
    pub(super) fn word(&self) -> &str {
        match self.peek() {
            Token::Word => &self.source.text[self.span()],
            _ => "",
        }
    }

    pub(super) fn advance(&mut self) {
        // The last token is `End`, which nothing passes.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    pub(super) fn sign(&mut self, sign: char) -> bool {
        let found = self.peek() == Token::Sign(sign);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn separator(&mut self) {
        let _ = self.sign(',') || self.sign(';');
    }

    pub(super) fn need(&mut self, sign: char) -> Parsed<()> {
        match self.sign(sign) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{sign}`"), None)),
        }
    }

    pub(super) fn name(&mut self, expected: &str) -> Parsed<Name> {
        if self.peek() != Token::Word {
            return Err(self.expected(expected, None));
        }
        let (text, span) = (self.word().to_owned(), self.span());
        self.advance();
        Ok(Name { text, span })
    }

    /// A name that is defined here, so that it has no dots.
    pub(super) fn plain_name(&mut self, expected: &str) -> Parsed<Name> {
        let name = self.name(expected)?;
        if name.text.contains('.') {
            let message = format!("expected {expected}, found `{}`", name.text);
            return Err(self.note(name.span, message, Some("it has no dots")));
        }
        Ok(name)
    }

    pub(super) fn text(&mut self, expected: &str) -> Parsed<Text> {
        if self.peek() != Token::Text {
            return Err(self.expected(expected, None));
        }
        let span = self.span();
        let text = self.source.text[span.start + 1..span.end - 1].to_owned();
        self.advance();
        Ok(Text { text, span })
    }

    pub(super) fn number(&mut self, expected: &str) -> Parsed<Number> {
        if self.peek() != Token::Integer {
            return Err(self.expected(expected, None));
        }
        let span = self.span();
        let digits = &self.source.text[span.clone()];
        let parsed = match digits.trim_start_matches(['+', '-']).strip_prefix("0x") {
            Some(hexadecimal) if digits.starts_with('-') => {
                i64::from_str_radix(&format!("-{hexadecimal}"), 16)
            }
            Some(hexadecimal) => i64::from_str_radix(hexadecimal, 16),
            None => digits.parse(),
        };
        self.advance();
        match parsed {
            Ok(value) => Ok(Number { value, span }),
            Err(_) => Err(self.note(span, "this is no number of 64 bits", None)),
        }
    }
}
