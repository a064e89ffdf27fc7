//! A forward reader of JSON text.
//!
//! It exists for its cost: most of an event is skipped, and some of it is needed decoded and as it stands. With serde_json's
//! visitors all of decoding takes half as many instructions again. Strings with escapes still go to serde_json, and the
//! tests hold both to the same language, with one leniency: control characters pass inside of strings, as looking for them
//! doubles what a string costs. Nesting is bounded as serde_json bounds it.

mod form;
mod skip;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use memchr::memchr2;

pub(crate) use self::form::{Form, Mismatch};

/// The text ends to be JSON (RFC 8259). It says nothing, so that every step's result fits a register: where and why is
/// [`Reader::fault`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Broken;

/// Where text ends to be JSON.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) expected: &'static str,
}

/// The inside of a string. Nobody has checked that it is UTF-8, as what takes it mostly checks for itself.
pub(crate) type Text<'e> = Cow<'e, [u8]>;

/// Each method takes the next value, whose form [`Reader::form`] tells beforehand.
#[derive(Debug)]
pub(crate) struct Reader<'e> {
    text: &'e [u8],
    at: usize,
    depth: u8,
    pub(crate) fault: Option<Fault>,
    /// The first of those that were noted.
    pub(crate) mismatch: Option<Mismatch>,
}

impl<'e> Reader<'e> {
    pub(crate) fn new(text: &'e [u8]) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            fault: None,
            mismatch: None,
        }
    }

    /// Tells what comes next, without taking it.
    #[inline]
    pub(crate) fn form(&mut self) -> Result<Form, Broken> {
        match self.peek() {
            b'"' => Ok(Form::Text),
            b'{' => Ok(Form::Object),
            b'[' => Ok(Form::Array),
            b'n' => Ok(Form::Null),
            b't' | b'f' => Ok(Form::Flag),
            b'-' | b'0'..=b'9' => Ok(Form::Number),
            _ => Err(self.broken("a value")),
        }
    }

    /// Tells whether a value of this form comes next. Another one is skipped and, unless it is null, noted.
    #[inline]
    pub(crate) fn finds(&mut self, expected: Form, path: &'static str) -> Result<bool, Broken> {
        let found = self.form()?;
        if found == expected {
            return Ok(true);
        }
        if found != Form::Null {
            self.mismatch.get_or_insert(Mismatch {
                path,
                expected,
                found,
            });
        }
        self.skip()?;
        Ok(false)
    }

    /// Hands each entry of an object to `entry`, which takes its value.
    #[inline]
    pub(crate) fn object(
        &mut self,
        mut entry: impl FnMut(&mut Self, &[u8]) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        self.enter(b'{', "an object")?;
        if self.take(b'}') {
            return self.leave();
        }
        loop {
            let name = self.text()?;
            self.demand(b':', "`:`")?;
            entry(self, &name)?;
            if !self.take(b',') {
                self.demand(b'}', "`,` or `}`")?;
                return self.leave();
            }
        }
    }

    /// Calls `item` before each item of an array, to take it.
    #[inline]
    pub(crate) fn array(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        self.enter(b'[', "an array")?;
        if self.take(b']') {
            return self.leave();
        }
        loop {
            item(self)?;
            if !self.take(b',') {
                self.demand(b']', "`,` or `]`")?;
                return self.leave();
            }
        }
    }

    /// Takes a string.
    #[inline]
    pub(crate) fn text(&mut self) -> Result<Text<'e>, Broken> {
        self.demand(b'"', "text")?;
        let rest = self.rest();
        let plain = memchr2(b'"', b'\\', rest).and_then(|length| rest.split_at_checked(length));
        match plain {
            Some((text, [b'"', ..])) => {
                self.advance(text.len().wrapping_add(1));
                Ok(Text::Borrowed(text))
            }
            Some(_) => self.escaped_text(),
            None => Err(self.unclosed()),
        }
    }

    /// Takes a string; skips a value of another form.
    #[inline]
    pub(crate) fn text_if_any(&mut self) -> Result<Option<Text<'e>>, Broken> {
        if self.peek() == b'"' {
            return self.text().map(Some);
        }
        self.skip()?;
        Ok(None)
    }

    /// Takes a string or each string of an array, and skips what has another form.
    #[inline]
    pub(crate) fn texts(&mut self, mut each: impl FnMut(Text<'e>)) -> Result<(), Broken> {
        match self.peek() {
            b'"' => each(self.text()?),
            b'[' => self.array(|json| {
                if let Some(text) = json.text_if_any()? {
                    each(text);
                }
                Ok(())
            })?,
            _ => self.skip()?,
        }
        Ok(())
    }

    /// Takes `true` or `false`.
    pub(crate) fn flag(&mut self) -> Result<bool, Broken> {
        match self.peek() {
            b't' => self.literal("true").map(|()| true),
            _ => self.literal("false").map(|()| false),
        }
    }

    /// Returns what `take` takes as it stands in the text.
    #[inline]
    pub(crate) fn raw(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<(), Broken>,
    ) -> Result<&'e [u8], Broken> {
        self.peek();
        let start = self.at;
        take(self)?;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Takes a value and tells whether it is more than null, which emulators write for parts that are missing.
    pub(crate) fn is_there(&mut self) -> Result<bool, Broken> {
        let form = self.form()?;
        self.skip()?;
        Ok(form != Form::Null)
    }

    /// Nothing but white space may be left.
    pub(crate) fn end(&mut self) -> Result<(), Broken> {
        self.peek();
        if self.at < self.text.len() {
            return Err(self.broken("the end"));
        }
        Ok(())
    }

    /// Takes the rest of a string in which something is escaped.
    #[cold]
    fn escaped_text(&mut self) -> Result<Text<'e>, Broken> {
        let start = self.at.saturating_sub(1);
        self.rest_of_string()?;
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_slice(quoted)
            .map(|text: String| Text::Owned(text.into_bytes()))
            .map_err(|_| self.broken("text without control characters and lone surrogates"))
    }

    #[inline]
    fn enter(&mut self, opening: u8, expected: &'static str) -> Result<(), Broken> {
        if self.depth >= MAX_DEPTH {
            return Err(self.broken("at most 127 nested values"));
        }
        self.depth = self.depth.wrapping_add(1);
        self.demand(opening, expected)
    }

    #[inline]
    fn leave(&mut self) -> Result<(), Broken> {
        self.depth = self.depth.wrapping_sub(1);
        Ok(())
    }

    /// Takes this byte, after white space.
    #[inline]
    fn demand(&mut self, byte: u8, expected: &'static str) -> Result<(), Broken> {
        if self.take(byte) {
            return Ok(());
        }
        Err(self.broken(expected))
    }

    /// Takes this byte if it comes next, after white space.
    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        if is_next {
            self.advance(1);
        }
        is_next
    }

    /// Returns the next byte that is no white space; 0, which no JSON begins with, at the end.
    #[inline]
    fn peek(&mut self) -> u8 {
        match self.text.get(self.at) {
            Some(byte) if *byte > b' ' => *byte,
            _ => self.peek_past_space(),
        }
    }

    #[cold]
    fn peek_past_space(&mut self) -> u8 {
        let is_space = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let spaces = self.rest().iter().take_while(is_space).count();
        self.advance(spaces);
        self.rest().first().copied().unwrap_or_default()
    }

    #[inline]
    fn rest(&self) -> &'e [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn advance(&mut self, bytes: usize) {
        // never past the end: what is taken has been looked at
        self.at = self.at.wrapping_add(bytes);
    }

    #[cold]
    fn broken(&mut self, expected: &'static str) -> Broken {
        let at = self.at;
        self.fault = Some(Fault { at, expected });
        Broken
    }
}

/// serde_json refuses the 128th.
const MAX_DEPTH: u8 = 127;
