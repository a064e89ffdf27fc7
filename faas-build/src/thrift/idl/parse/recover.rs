//! Mistakes, and how to go on after them.

use super::super::lex::{KEYWORDS, Kind as Token};
use super::{Noted, Parsed, Parser};
use crate::source::Span;

impl Parser<'_> {
    pub(super) fn note(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: Option<&str>,
    ) -> Noted {
        let mistake = self.source.mistake(span, message);
        self.mistakes.push(match help {
            Some(help) => mistake.help(help),
            None => mistake,
        });
        Noted
    }

    pub(super) fn expected(&mut self, expected: &str, help: Option<&str>) -> Noted {
        let span = self.span();
        let found = match self.peek() {
            // That the file ends here was told already, by what took its rest.
            Token::End if self.cut => return Noted,
            Token::End => "the end of the file".to_owned(),
            _ => format!("`{}`", &self.source.text[span.clone()]),
        };
        self.note(span, format!("expected {expected}, found {found}"), help)
    }

    /// Whether a definition begins here, as it does where a closing brace was forgotten.
    pub(super) fn at_definition(&self) -> bool {
        let next = self.tokens.get(self.at + 1).map(|token| token.kind);
        self.place().fresh
            && KEYWORDS.contains(&self.word())
            && matches!(next, Some(Token::Word | Token::Text | Token::Sign('*')))
    }

    pub(super) fn skip_to_definition(&mut self) {
        while self.peek() != Token::End && !self.at_definition() {
            self.advance();
        }
    }

    /// Stops at the next line after `start`, or at the end of the block.
    pub(super) fn skip_to_line(&mut self, start: usize) -> Parsed<()> {
        loop {
            match self.peek() {
                Token::End => return Err(Noted),
                _ if self.at_definition() => return Err(Noted),
                Token::Sign('}') => return Ok(()),
                _ if self.place().fresh && self.at > start => return Ok(()),
                Token::Sign('{' | '(') => self.skip_group(),
                _ => self.advance(),
            }
        }
    }

    /// Stops at the `)`, or fails where it seems to have been forgotten: an argument begins with a number, a method with a word.
    pub(super) fn skip_to_close(&mut self) -> Parsed<()> {
        loop {
            match self.peek() {
                Token::End | Token::Sign('}') => return Err(Noted),
                Token::Word if self.place().fresh => return Err(Noted),
                Token::Sign(')') => return Ok(()),
                Token::Sign('{' | '(') => self.skip_group(),
                _ => self.advance(),
            }
        }
    }

    /// Skips what an opening brace or parenthesis encloses.
    pub(super) fn skip_group(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Token::End => return,
                _ if self.at_definition() => return,
                Token::Sign('{' | '(') => depth += 1,
                Token::Sign('}' | ')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.advance();
            if depth == 0 {
                return;
            }
        }
    }
}
