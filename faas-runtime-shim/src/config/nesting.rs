//! Bounds the nesting of a TOML text before it is parsed.
//!
//! The parser bounds brackets but not dotted keys: a line of a hundred thousand dots becomes as many tables, and to drop
//! them overflows the stack. So this looks at dots and brackets outside strings and comments, and at nothing else.

use super::tree::MOST_LEVELS;

/// Returns the line, counted from 1, that nests too deeply, if there is one.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let mut levels = Levels::default();
    Outside::new(text)
        .find(|(c, _)| {
            levels.take(*c);
            levels.count() > MOST_LEVELS
        })
        .map(|(_, line)| line)
}

/// Says whether a new key or header may begin behind `text`, rather than more of a string, an array or a table.
pub(super) fn is_complete(text: &str) -> bool {
    let mut levels = Levels::default();
    let mut outside = Outside::new(text);
    outside.by_ref().for_each(|(c, _)| levels.take(c));
    levels.open.is_empty() && !outside.is_in_string
}

/// Walks the characters outside strings and comments, with their lines.
struct Outside<'a> {
    rest: &'a str,
    line: usize,
    /// A quote inside a word begins no string.
    is_in_word: bool,
    is_in_string: bool,
}

impl<'a> Outside<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            line: 1,
            is_in_word: false,
            is_in_string: false,
        }
    }

    fn pass(&mut self, length: usize) {
        let (passed, rest) = self.rest.split_at(length);
        self.line += passed.matches('\n').count();
        self.rest = rest;
    }
}

impl Iterator for Outside<'_> {
    type Item = (char, usize);

    fn next(&mut self) -> Option<(char, usize)> {
        loop {
            let first = self.rest.chars().next()?;
            match first {
                '#' => {
                    let end = self.rest.find(['\r', '\n']);
                    self.pass(end.unwrap_or(self.rest.len()));
                    self.is_in_word = false;
                }
                '"' | '\'' if !self.is_in_word => {
                    let length = string_length(self.rest, first);
                    self.is_in_string = length.is_none();
                    self.pass(length.unwrap_or(self.rest.len()));
                }
                _ => {
                    let line = self.line;
                    self.pass(first.len_utf8());
                    self.is_in_word = !".=,[]{} \t\r\n".contains(first);
                    return Some((first, line));
                }
            }
        }
    }
}

/// Counts too many levels rather than too few where brackets do not match: the parser goes on after a mistake.
#[derive(Default)]
struct Levels {
    /// What closes each bracket that is open, with the dots before it.
    open: Vec<(char, usize)>,
    /// The sum of the dots in `open`.
    below: usize,
    /// The dots since the last separator.
    dots: usize,
}

impl Levels {
    fn take(&mut self, c: char) {
        match c {
            '.' => self.dots += 1,
            '[' => self.enter(']'),
            '{' => self.enter('}'),
            ']' | '}' => {
                if let Some((_, dots)) = self.open.pop_if(|(closing, _)| *closing == c) {
                    self.below -= dots;
                    self.dots = dots;
                }
            }
            ',' if !self.open.is_empty() => self.dots = 0,
            '\n' if self.open.is_empty() => self.dots = 0,
            _ => {}
        }
    }

    fn enter(&mut self, closing: char) {
        self.open.push((closing, self.dots));
        self.below += std::mem::take(&mut self.dots);
    }

    fn count(&self) -> usize {
        self.open.len() + self.below + self.dots
    }
}

/// Measures a string from its opening quote on (TOML 1.0, section "String"); one on a single line ends with the line at
/// the latest, as it does for the parser.
fn string_length(text: &str, quote: char) -> Option<usize> {
    let long = if quote == '"' { "\"\"\"" } else { "'''" };
    let is_long = text.starts_with(long);
    let mut at = if is_long { 3 } else { 1 };
    loop {
        let rest = text.get(at..)?;
        let c = rest.chars().next()?;
        if c == '\\' && quote == '"' {
            let is_pair = rest.starts_with("\\\\") || rest.starts_with("\\\"");
            at += if is_pair { 2 } else { 1 };
        } else if is_long && rest.starts_with(long) {
            // up to two more quotes may end the content
            return Some(at + rest.chars().take(5).take_while(|c| *c == quote).count());
        } else if !is_long && c == '\n' {
            return Some(at);
        } else {
            at += c.len_utf8();
            if !is_long && c == quote {
                return Some(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    //! Where dots and brackets count, and where they do not.

    use proptest::prelude::{prop, proptest};
    use proptest::sample::select;
    use toml::de::{DeTable, DeValue};

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<usize>) {
        assert_eq!(
            too_deep(text),
            expected,
            "{}",
            text.get(..80).unwrap_or(text)
        );
    }

    #[test]
    fn dots_and_brackets_count_together() {
        check(&format!("a = 1\n{}b = 1", "a.".repeat(65)), Some(2));
        check(&format!("{}b = 1", "a.".repeat(64)), None);
        check(&format!("x = {}", "[".repeat(65)), Some(1));
        check(
            &format!("{}b = {}", "a.".repeat(40), "{".repeat(30)),
            Some(1),
        );
        check(
            &format!(
                "x = {{ {}b = {{ {}b = 1 }} }}",
                "a.".repeat(40),
                "a.".repeat(40)
            ),
            Some(1),
        );
        check(&"a.b.c = 1.5\n".repeat(100), None);
        check(&format!("x = [{}]", "1.5, ".repeat(100)), None);
    }

    #[test]
    fn strings_and_comments_do_not() {
        let dots = ".".repeat(100);
        check(
            &format!("# {dots}\nx = \"{dots}\\\"{dots}\"\ny = '{dots}\\'\n"),
            None,
        );
        check(
            &format!("x = \"\"\"\n{dots}\"\n{dots}\\\"\"\"\" # {dots}"),
            None,
        );
        check(&format!("x = '''{dots}''{dots}'''''\ny = 1"), None);
    }

    #[test]
    fn dots_after_a_string_do() {
        let key = "a.".repeat(100);
        check(
            &format!("x = [\"\"\"a\"\"\"\"\", {{ {key}b = 1 }}]"),
            Some(1),
        );
        check(&format!("x = '\n{key}b = 1"), Some(2));
        check(&format!("x = \"\n{key}b = 1"), Some(2));
        check(&format!("\"a\".{key}b = 1"), Some(1));
        check(&format!("x = ''\n{key}b = 1"), Some(2));
    }

    #[test]
    fn what_only_seems_a_string_counts() {
        let key = "a.".repeat(100);
        check(&format!("x\".{key}b = 1"), Some(1));
        check(&format!("x = \"\\\n{key}b = 1"), Some(2));
        check(&format!("# \r{key}b = 1"), Some(1));
        check(&format!("{key}]{key}b = 1"), Some(1));
    }

    #[test]
    fn what_is_open_is_not_complete() {
        for text in [
            "",
            "a = 1\n",
            "[a]\n",
            "a = '''x'''\n",
            "# '''\n",
            "a = 'x\n",
            "a = [1]\n",
            "a = x'''\n",
            "a = \"x\\\n",
        ] {
            assert!(is_complete(text), "{text}");
        }
        for text in [
            "a = '''x\n",
            "a = \"\"\"x\\\"\"\"\n",
            "a = [\n",
            "a = {\n",
            "[a\n",
        ] {
            assert!(!is_complete(text), "{text}");
        }
    }

    fn levels(value: &DeValue<'_>) -> usize {
        let inside = match value {
            DeValue::Table(table) => table.values().map(|value| levels(value.get_ref())).max(),
            DeValue::Array(array) => array.iter().map(|value| levels(value.get_ref())).max(),
            _ => return 0,
        };
        1 + inside.unwrap_or_default()
    }

    const PIECES: [&str; 17] = [
        "b", "b = ", "1", "[", "]", "{", "}", ", ", "\n", "\"", "\"\"\"", "'", "'''", "\\", "#",
        ".", "\r",
    ];

    proptest! {
        #[test]
        fn what_passes_is_shallow_even_if_it_is_wrong(
            before in prop::collection::vec(select(&PIECES[..]), 0..12),
            after in prop::collection::vec(select(&PIECES[..]), 0..12),
        ) {
            let text = format!("{}{}{}", before.concat(), "a.".repeat(140), after.concat());
            if too_deep(&text).is_none() {
                let (table, _) = DeTable::parse_recoverable(&text);
                // those of a header, those of a line below it, the document
                let most = 2 * MOST_LEVELS + 1;
                assert!(levels(&DeValue::Table(table.into_inner())) <= most, "{text}");
            }
        }
    }
}
