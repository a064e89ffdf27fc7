//! Lines for eyes: time, level, where, what, then `key=value`.
//!
//! Short on purpose: in a terminal the date, the trace and the trigger are noise. What a platform collects has the whole
//! time and the whole id, since it is searched by them. Colours are written only here, and only when asked for. Start at
//! [`Human`].

use tracing::Level;

use super::layer::{Encode, Head};
use super::time::{self, Precision};
use super::value::{Escape, Value};

pub(super) struct Human {
    pub(super) look: Look,
}

/// Who reads the lines.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Look {
    /// Somebody at a terminal, which shows colours.
    Coloured,
    /// Somebody at a terminal.
    Plain,
    /// Somebody who searches what a platform has collected.
    Collected,
}

impl Encode for Human {
    fn head(&self, head: &Head<'_>, out: &mut String) {
        let level = match head.level {
            Level::ERROR => ("ERROR", RED),
            Level::WARN => (" WARN", YELLOW),
            Level::INFO => (" INFO", GREEN),
            Level::DEBUG => ("DEBUG", BLUE),
            Level::TRACE => ("TRACE", MAGENTA),
        };
        self.painted(DIM, out, |out| match self.look {
            Look::Coloured | Look::Plain => time::time_of_day(head.time, out),
            Look::Collected => time::rfc3339(head.time, Precision::Milliseconds, out),
        });
        out.push(' ');
        self.painted(level.1, out, |out| out.push_str(level.0));
        out.push(' ');
        let Some(invocation) = head.invocation else {
            return self.painted(DIM, out, |out| {
                bare(head.target, out);
                out.push(':');
            });
        };
        let name = match invocation.function {
            "" => head.target,
            function => function,
        };
        self.painted(BOLD, out, |out| bare(name, out));
        self.painted(DIM, out, |out| {
            let (shown, rest) = match self.look {
                Look::Coloured | Look::Plain => shortened(invocation.id),
                Look::Collected => (invocation.id, ""),
            };
            out.push('[');
            bare(shown, out);
            out.push_str(if rest.is_empty() { "]" } else { "…]" });
        });
    }

    fn message(&self, message: Option<Value<'_>>, out: &mut String) {
        if let Some(message) = message {
            out.push(' ');
            message.write(Escape::Bare, out);
        }
    }

    fn key(&self, name: &str, out: &mut String) {
        out.push(' ');
        self.painted(DIM, out, |out| {
            bare(name, out);
            out.push('=');
        });
    }

    fn value(&self, value: Value<'_>, out: &mut String) {
        match value {
            Value::Text(text) if needs_quotes(text) => {
                out.push('"');
                value.write(Escape::Quoted, out);
                out.push('"');
            }
            _ => value.write(Escape::Bare, out),
        }
    }

    fn end(&self, out: &mut String) {
        out.push('\n');
    }
}

impl Human {
    fn painted(&self, colour: &str, out: &mut String, write: impl FnOnce(&mut String)) {
        if self.look != Look::Coloured {
            return write(out);
        }
        out.push_str(colour);
        write(out);
        out.push_str(RESET);
    }
}

// Enough to tell neighbours apart; the whole id is in collected lines.
fn shortened(id: &str) -> (&str, &str) {
    match id.char_indices().nth(4) {
        Some((at, _)) => id.split_at(at),
        None => (id, ""),
    }
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty() || text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '=' | '\\'))
}

fn bare(text: &str, out: &mut String) {
    Value::Text(text).write(Escape::Bare, out);
}

// ECMA-48 §8.3.117, "select graphic rendition".
const RESET: &str = "\x1b[0m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const BLUE: &str = "\x1b[34m";
const MAGENTA: &str = "\x1b[35m";

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::layer::Invocation;
    use super::*;

    const IN_ORDERS: Invocation<'_> = Invocation {
        id: "f3a1b2c3-0000",
        function: "orders",
        trigger: "queue",
        tenant: None,
        cold_start: false,
        trace: None,
    };

    #[track_caller]
    fn check(
        look: Look,
        invocation: Option<Invocation<'_>>,
        message: Option<&str>,
        fields: &[(&str, &str)],
        line: &str,
    ) {
        let human = Human { look };
        let mut out = String::new();
        let time = UNIX_EPOCH + Duration::from_millis(43_384_123);
        human.head(
            &Head {
                time,
                level: Level::INFO,
                target: "app::db",
                invocation,
            },
            &mut out,
        );
        human.message(message.map(Value::Text), &mut out);
        for (name, value) in fields {
            human.key(name, &mut out);
            human.value(Value::Text(value), &mut out);
        }
        human.end(&mut out);
        assert_eq!(out, line);
    }

    #[test]
    fn a_line_is_time_level_place_message_fields() {
        check(
            Look::Plain,
            Some(IN_ORDERS),
            Some("saved"),
            &[("order", "7"), ("by", "two words")],
            "12:03:04.123  INFO orders[f3a1…] saved order=7 by=\"two words\"\n",
        );
        check(
            Look::Plain,
            None,
            Some("listening"),
            &[("port", "80")],
            "12:03:04.123  INFO app::db: listening port=80\n",
        );
        check(
            Look::Plain,
            None,
            None,
            &[("port", "80")],
            "12:03:04.123  INFO app::db: port=80\n",
        );
    }

    #[test]
    fn what_is_collected_has_the_whole_time_and_id() {
        check(
            Look::Collected,
            Some(IN_ORDERS),
            Some("\x1b[31mtwo\nlines"),
            &[("order", "7")],
            "1970-01-01T12:03:04.123Z  INFO orders[f3a1b2c3-0000] \\u{1b}[31mtwo\\nlines order=7\n",
        );
        check(
            Look::Collected,
            None,
            Some("polling"),
            &[],
            "1970-01-01T12:03:04.123Z  INFO app::db: polling\n",
        );
    }

    #[test]
    fn short_ids_stay_whole() {
        for (id, shown) in [
            ("", "[]"),
            ("12", "[12]"),
            ("1234", "[1234]"),
            ("日本語日本語", "[日本語日…]"),
            ("\x1b[2J", "[\\u{1b}[2J]"),
        ] {
            let invocation = Invocation { id, ..IN_ORDERS };
            check(
                Look::Plain,
                Some(invocation),
                None,
                &[],
                &format!("12:03:04.123  INFO orders{shown}\n"),
            );
        }
    }

    #[test]
    fn colours_are_ours_alone() {
        check(
            Look::Coloured,
            Some(IN_ORDERS),
            Some("\x1b[31mred"),
            &[("k", "v")],
            "\x1b[2m12:03:04.123\x1b[0m \x1b[32m INFO\x1b[0m \x1b[1morders\x1b[0m\x1b[2m[f3a1…]\x1b[0m \
             \\u{1b}[31mred \x1b[2mk=\x1b[0mv\n",
        );
    }

    #[test]
    fn a_text_cannot_pass_for_a_further_field() {
        check(
            Look::Plain,
            None,
            Some("m"),
            &[
                ("a", ""),
                ("b", "1 c=2"),
                ("d", "c=2"),
                ("e", "\"q\""),
                ("f", "x\ny"),
                ("g", "C:\\x"),
            ],
            "12:03:04.123  INFO app::db: m a=\"\" b=\"1 c=2\" d=\"c=2\" e=\"\\\"q\\\"\" f=\"x\\ny\" g=\"C:\\\\x\"\n",
        );
    }
}
