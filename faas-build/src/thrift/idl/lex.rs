//! Text to tokens.

use crate::error::Mistake;
use crate::source::{Source, Span};

/// The words that begin a definition.
pub(super) const KEYWORDS: [&str; 10] = [
    "const",
    "cpp_include",
    "enum",
    "exception",
    "include",
    "namespace",
    "service",
    "struct",
    "typedef",
    "union",
];

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Whether it is the first of its line.
    pub(super) fresh: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A name, which may have dots in it, or a keyword.
    Word,
    Integer,
    Double,
    /// A quoted text.
    Text,
    Sign(char),
    End,
}

/// The tokens of a text and the mistakes on the way to them.
pub(super) struct Tokens {
    /// With one `End` at the end.
    pub(super) tokens: Vec<Token>,
    pub(super) mistakes: Vec<Mistake>,
    /// Whether a text or comment without an end took the rest of the file, so that the tokens end before it does.
    pub(super) cut: bool,
}

pub(super) fn tokens(source: &Source) -> Tokens {
    let mut lexer = Lexer {
        source,
        at: 0,
        fresh: true,
        found: Tokens {
            tokens: Vec::new(),
            mistakes: Vec::new(),
            cut: false,
        },
    };
    lexer.run();
    lexer.found
}

struct Lexer<'a> {
    source: &'a Source,
    at: usize,
    fresh: bool,
    found: Tokens,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(c) = self.rest().chars().next() {
            match c {
                '\n' => {
                    self.fresh = true;
                    self.at += 1;
                }
                _ if c.is_ascii_whitespace() => self.at += 1,
                '#' => self.line_comment(),
                '/' if self.rest().starts_with("//") => self.line_comment(),
                '/' if self.rest().starts_with("/*") => self.block_comment(),
                '"' | '\'' => self.text(c),
                '_' | 'a'..='z' | 'A'..='Z' => self.word(),
                '0'..='9' | '+' | '-' => self.number(),
                '.' if self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(),
                '{' | '}' | '(' | ')' | '[' | ']' | '<' | '>' | ',' | ';' | ':' | '=' | '*' => {
                    self.push(Kind::Sign(c), 1);
                }
                _ => self.stranger(c),
            }
        }
        // The end is told where the last line with something on it ends.
        self.at = self.source.text.trim_end().len();
        self.push(Kind::End, 0);
    }

    fn rest(&self) -> &str {
        &self.source.text[self.at..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let span = self.at..self.at + length;
        let fresh = std::mem::take(&mut self.fresh);
        self.found.tokens.push(Token { kind, span, fresh });
        self.at += length;
    }

    fn line_comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn block_comment(&mut self) {
        match self.rest().find("*/") {
            Some(end) => {
                self.fresh |= self.rest()[..end].contains('\n');
                self.at += end + 2;
            }
            None => self.unterminated("comment", 2, "it ends with `*/`"),
        }
    }

    fn text(&mut self, quote: char) {
        let mut escaped = false;
        let end = self.rest().char_indices().skip(1).find(|&(_, c)| {
            let found = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            found
        });
        match end {
            Some((end, _)) => self.push(Kind::Text, end + 1),
            None => self.unterminated("text", 1, "it ends with the same quote"),
        }
    }

    fn unterminated(&mut self, what: &str, length: usize, help: &str) {
        let message = format!("this {what} has no end");
        let mistake = self.source.mistake(self.at..self.at + length, message);
        self.found.mistakes.push(mistake.help(help));
        self.found.cut = true;
        self.at = self.source.text.len();
    }

    /// A dot belongs to the name only if the name goes on after it.
    fn word(&mut self) {
        let bytes = self.rest().as_bytes();
        let mut length = 1;
        while let (Some(b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'), _)
        | (Some(b'.'), Some(b'_' | b'a'..=b'z' | b'A'..=b'Z')) =
            (bytes.get(length), bytes.get(length + 1))
        {
            length += 1;
        }
        self.push(Kind::Word, length);
    }

    /// A number is taken as far as it can go; whether it fits is asked where it is used.
    fn number(&mut self) {
        let rest = self.rest().as_bytes();
        let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
        let hexadecimal = rest[sign..].starts_with(b"0x");
        let mut length = sign;
        let mut kind = Kind::Integer;
        while let Some(&byte) = rest.get(length) {
            match byte {
                b'0'..=b'9' => {}
                b'x' if hexadecimal && length == sign + 1 => {}
                b'a'..=b'f' | b'A'..=b'F' if hexadecimal => {}
                b'.' | b'e' | b'E' => kind = Kind::Double,
                b'+' | b'-' if matches!(rest[length - 1], b'e' | b'E') => {}
                _ => break,
            }
            length += 1;
        }
        match length > sign {
            true => self.push(kind, length),
            false => self.stranger(char::from(rest[0])),
        }
    }

    fn stranger(&mut self, c: char) {
        let span = self.at..self.at + c.len_utf8();
        let message = format!("`{}` has no meaning in a Thrift file", c.escape_debug());
        self.found.mistakes.push(self.source.mistake(span, message));
        self.at += c.len_utf8();
    }
}
