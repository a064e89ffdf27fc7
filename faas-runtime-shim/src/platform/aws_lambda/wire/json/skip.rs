//! Values that nobody needs, and the parts of strings and numbers that only have to be passed.

use memchr::memchr2;

use super::{Broken, Form, Reader};

impl Reader<'_> {
    /// Passes a value of any form.
    pub(crate) fn skip(&mut self) -> Result<(), Broken> {
        match self.form()? {
            Form::Text => {
                self.advance(1);
                self.rest_of_string()
            }
            Form::Object => self.object(|json, _| json.skip()),
            Form::Array => self.array(Self::skip),
            Form::Number => self.number(),
            Form::Null => self.literal("null"),
            Form::Flag => self.flag().map(drop),
        }
    }

    pub(super) fn literal(&mut self, literal: &'static str) -> Result<(), Broken> {
        if !self.rest().starts_with(literal.as_bytes()) {
            return Err(self.broken(literal));
        }
        self.advance(literal.len());
        Ok(())
    }

    /// Passes what follows the opening quote.
    pub(super) fn rest_of_string(&mut self) -> Result<(), Broken> {
        loop {
            let Some(plain) = memchr2(b'"', b'\\', self.rest()) else {
                return Err(self.unclosed());
            };
            self.advance(plain);
            if self.take_here(b'"') {
                return Ok(());
            }
            self.escape()?;
        }
    }

    #[cold]
    pub(super) fn unclosed(&mut self) -> Broken {
        self.at = self.text.len();
        self.broken("`\"`")
    }

    fn escape(&mut self) -> Result<(), Broken> {
        // the backslash that the caller has found
        self.advance(1);
        let rest = self.rest();
        match rest.first() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.advance(1);
                Ok(())
            }
            Some(b'u') => {
                let digits = rest.iter().skip(1).take(4);
                if digits.filter(|byte| byte.is_ascii_hexdigit()).count() < 4 {
                    return Err(self.broken("`u` and four hexadecimal digits"));
                }
                self.advance(5);
                Ok(())
            }
            _ => Err(self.broken("an escape")),
        }
    }

    fn number(&mut self) -> Result<(), Broken> {
        self.take_here(b'-');
        if !self.take_here(b'0') {
            self.digits()?;
        }
        if self.take_here(b'.') {
            self.digits()?;
        }
        if self.take_here(b'e') || self.take_here(b'E') {
            let _sign = self.take_here(b'+') || self.take_here(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit());
        match digits.count() {
            0 => Err(self.broken("a digit")),
            count => {
                self.advance(count);
                Ok(())
            }
        }
    }

    /// Takes this byte if it stands right here.
    #[inline]
    fn take_here(&mut self, byte: u8) -> bool {
        let is_next = self.rest().first() == Some(&byte);
        if is_next {
            self.advance(1);
        }
        is_next
    }
}
