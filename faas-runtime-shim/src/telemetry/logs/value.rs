//! Field values on their way into a line: one shape for `tracing`'s many, escaped and bounded.
//!
//! What a field holds may come from anybody, so nothing reaches a line but through [`Value::write`]: no control character
//! gets out raw (a line stays one line, a terminal is never commanded), and no value is longer than [`LIMIT`].
//! Start at [`Value`].

use std::error::Error;
use std::fmt::{self, Write};

use tracing::field::{Field, Visit};

/// A field's value, by how it can be written.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    /// A finite number or a boolean: digits and letters, the same in every format.
    Plain(&'a dyn fmt::Display),
    /// A text as it is.
    Text(&'a str),
    /// What the value's own code says, not known before it runs.
    Shown(&'a dyn fmt::Debug),
    /// An error with its causes.
    Error(&'a (dyn Error + 'static)),
}

impl Value<'_> {
    /// Appends the value, escaped, cut at [`LIMIT`] bytes.
    pub(super) fn write(&self, escape: Escape, out: &mut String) {
        let limit = out.len() + LIMIT;
        let mut bounded = Bounded {
            out,
            limit,
            escape,
            cut: false,
        };
        // An error here is the cut, or a value that gave up on itself: what it wrote so far stands.
        let _ = match self {
            Self::Plain(value) => write!(bounded, "{value}"),
            Self::Text(value) => bounded.write_str(value),
            Self::Shown(value) => write!(bounded, "{value:?}"),
            Self::Error(error) => chain(*error, &mut bounded),
        };
        if bounded.cut {
            out.push_str(CUT);
        }
    }
}

/// The longest value in a line, in bytes as written.
pub(super) const LIMIT: usize = 64 * 1024;
pub(super) const CUT: &str = "…[cut at 64 KiB]";

fn chain(error: &(dyn Error + 'static), out: &mut Bounded<'_>) -> fmt::Result {
    write!(out, "{error}")?;
    // Bounded in number, since an error may name itself as its source.
    std::iter::successors(error.source(), |&cause| cause.source())
        .take(MAX_CAUSES)
        .try_for_each(|cause| write!(out, ": {cause}"))
}

const MAX_CAUSES: usize = 32;

/// Which characters cannot stand for themselves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Escape {
    /// Inside a JSON string (RFC 8259 §7).
    Json,
    /// Inside quotes, for eyes.
    Quoted,
    /// Without quotes, for eyes.
    Bare,
}

impl Escape {
    fn escaped(self, c: char) -> Option<Escaped> {
        match c {
            '\n' => Some(Escaped::Letter('n')),
            '\r' => Some(Escaped::Letter('r')),
            '\t' => Some(Escaped::Letter('t')),
            '"' | '\\' if self != Self::Bare => Some(Escaped::Letter(c)),
            ' '..='~' => None,
            _ if c.is_control() || reorders(c) => Some(match self {
                Self::Json => Escaped::Json(u32::from(c)),
                Self::Quoted | Self::Bare => Escaped::Rust(u32::from(c)),
            }),
            _ => None,
        }
    }
}

// Line and paragraph separators and the directional controls of UAX #9 §2: a terminal shows another text than was written.
fn reorders(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

enum Escaped {
    Letter(char),
    Json(u32),
    Rust(u32),
}

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Letter(letter) => write!(f, "\\{letter}"),
            // All escaped characters have at most four digits.
            Self::Json(code) => write!(f, "\\u{code:04x}"),
            Self::Rust(code) => write!(f, "\\u{{{code:x}}}"),
        }
    }
}

/// Escapes what is written to it and ends with an error at its limit, so that a huge value stops early.
struct Bounded<'a> {
    out: &'a mut String,
    limit: usize,
    escape: Escape,
    cut: bool,
}

impl Bounded<'_> {
    fn push(&mut self, text: &str) -> fmt::Result {
        let room = self.limit.saturating_sub(self.out.len());
        if text.len() <= room {
            self.out.push_str(text);
            return Ok(());
        }
        self.cut = true;
        let (fits, _) = text.split_at(text.floor_char_boundary(room));
        self.out.push_str(fits);
        Err(fmt::Error)
    }

    // An escape stays whole or is left out, and nothing follows a cut.
    fn push_escape(&mut self, escaped: &Escaped) -> fmt::Result {
        if self.out.len() + LONGEST_ESCAPE > self.limit {
            self.cut = true;
            return Err(fmt::Error);
        }
        write!(self.out, "{escaped}")
    }
}

const LONGEST_ESCAPE: usize = r"\u{2069}".len();

impl Write for Bounded<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.cut {
            return Err(fmt::Error);
        }
        let mut rest = text;
        while let Some(at) = rest.bytes().position(suspect) {
            // Before the first suspect byte all is ASCII, so it begins a character.
            let (clean, suspects) = rest.split_at(at);
            self.push(clean)?;
            let mut chars = suspects.chars();
            let Some(c) = chars.next() else { break };
            match self.escape.escaped(c) {
                Some(escaped) => self.push_escape(&escaped)?,
                None => self.push(c.encode_utf8(&mut [0; 4]))?,
            }
            rest = chars.as_str();
        }
        self.push(rest)
    }
}

// Whether a byte can be part of anything that is escaped; most texts have none, and this is what they cost.
fn suspect(byte: u8) -> bool {
    !matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~')
}

/// Calls a function with each field's name and value.
pub(super) struct Fields<F>(pub(super) F);

impl<F: FnMut(&'static str, Value<'_>)> Fields<F> {
    fn field(&mut self, field: &Field, value: Value<'_>) {
        // `tracing` keeps the prefix of a raw identifier, as in `r#type = 1`.
        let name = field.name();
        (self.0)(name.strip_prefix("r#").unwrap_or(name), value);
    }
}

impl<F: FnMut(&'static str, Value<'_>)> Visit for Fields<F> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // `Debug` writes a huge number with its exponent, `Display` with hundreds of zeros.
        match value.is_finite() {
            true => self.field(field, Value::Plain(&format_args!("{value:?}"))),
            false => self.field(field, Value::Shown(&value)),
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, Value::Plain(&value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, Value::Plain(&value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, Value::Plain(&value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, Value::Text(value));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.field(field, Value::Error(value));
    }

    // Also what comes as bytes or as 128 bits: many readers of JSON take only 64.
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, Value::Shown(value));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(value: Value<'_>, escape: Escape) -> String {
        let mut out = String::new();
        value.write(escape, &mut out);
        out
    }

    #[track_caller]
    fn check(text: &str, json: &str, quoted: &str, bare: &str) {
        assert_eq!(written(Value::Text(text), Escape::Json), json);
        assert_eq!(written(Value::Text(text), Escape::Quoted), quoted);
        assert_eq!(written(Value::Text(text), Escape::Bare), bare);
    }

    #[test]
    fn no_control_character_gets_out() {
        check(
            "plain, ünï 日本 🦀",
            "plain, ünï 日本 🦀",
            "plain, ünï 日本 🦀",
            "plain, ünï 日本 🦀",
        );
        check("a\r\n\tb", r"a\r\n\tb", r"a\r\n\tb", r"a\r\n\tb");
        check(
            r#"say "hi" \o/"#,
            r#"say \"hi\" \\o/"#,
            r#"say \"hi\" \\o/"#,
            r#"say "hi" \o/"#,
        );
        check(
            "\x1b[31mred\x07\0",
            r"\u001b[31mred\u0007\u0000",
            r"\u{1b}[31mred\u{7}\u{0}",
            r"\u{1b}[31mred\u{7}\u{0}",
        );
        check(
            "\x7f\u{9b}2J",
            r"\u007f\u009b2J",
            r"\u{7f}\u{9b}2J",
            r"\u{7f}\u{9b}2J",
        );
        check(
            "a\u{202e}b\u{2028}c",
            r"a\u202eb\u2028c",
            r"a\u{202e}b\u{2028}c",
            r"a\u{202e}b\u{2028}c",
        );
    }

    #[test]
    fn a_value_is_cut_at_its_limit() {
        let fits = "x".repeat(LIMIT);
        assert_eq!(written(Value::Text(&fits), Escape::Json), fits);
        let text = written(Value::Text(&format!("{fits}y")), Escape::Json);
        assert_eq!(text, format!("{fits}{CUT}"));
        // Between characters, between escapes, and all the same where the value is written in pieces.
        for (piece, bytes) in [("é", 2), ("🦀", 4), ("\n", 2), ("\u{1}", 6)] {
            let text = written(
                Value::Shown(&format_args!("x{}", piece.repeat(LIMIT))),
                Escape::Json,
            );
            let kept = text.strip_suffix(CUT).unwrap();
            assert!(
                kept.len() <= LIMIT && kept.len() > LIMIT - 16,
                "{}",
                kept.len()
            );
            assert_eq!((kept.len() - 1) % bytes, 0);
        }
    }

    #[test]
    fn a_value_without_end_stops_at_the_limit() {
        struct Endless;
        impl fmt::Debug for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("again\n")?;
                }
            }
        }
        let text = written(Value::Shown(&Endless), Escape::Bare);
        assert!(text.ends_with(CUT));
        assert_eq!(text.lines().count(), 1);
    }

    #[derive(Debug)]
    struct Layered(&'static str, Option<Box<Layered>>);
    impl fmt::Display for Layered {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }
    impl Error for Layered {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|source| source as _)
        }
    }

    #[test]
    fn an_error_is_written_with_its_causes() {
        let cause = Layered("connection\nrefused", None);
        let error = Layered(
            "order not saved",
            Some(Box::new(Layered("query failed", Some(Box::new(cause))))),
        );
        assert_eq!(
            written(Value::Error(&error), Escape::Json),
            r"order not saved: query failed: connection\nrefused"
        );
    }

    #[test]
    fn an_error_that_causes_itself_ends() {
        #[derive(Debug)]
        struct Ring;
        impl fmt::Display for Ring {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("o")
            }
        }
        impl Error for Ring {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }
        assert_eq!(
            written(Value::Error(&Ring), Escape::Bare),
            format!("o{}", ": o".repeat(MAX_CAUSES))
        );
    }

    proptest! {
        #[test]
        fn json_reads_back_and_nothing_else_has_control_characters(text: String) {
            let json = format!("\"{}\"", written(Value::Text(&text), Escape::Json));
            prop_assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text.clone());
            for escape in [Escape::Json, Escape::Quoted, Escape::Bare] {
                let text = written(Value::Text(&text), escape);
                prop_assert!(!text.chars().any(|c| c.is_control() || reorders(c)));
            }
        }
    }
}
