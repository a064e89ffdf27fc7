//! The text of an IDL file, and places in it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::error::{Mistake, Place};

/// Where something stands in a file: a range of bytes.
pub(crate) type Span = Range<usize>;

/// A file that was read.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn read(path: &Path) -> Result<Self, Mistake> {
        let bytes = std::fs::read(path)
            .map_err(|e| Mistake::new(format!("cannot read `{}`: {e}", path.display())))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source {
                path: path.to_owned(),
                text,
            }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let source = Source {
                    path: path.to_owned(),
                    text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
                };
                Err(source.mistake(valid..valid + 1, "this is not UTF-8 text"))
            }
        }
    }

    /// A mistake at `span`, told with the line on which it begins.
    pub(crate) fn mistake(&self, span: Span, message: impl Into<String>) -> Mistake {
        Mistake::at(self.place(span), message)
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        let start = self.floor(span.start);
        let end = self.floor(span.end.max(span.start));
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[start..]
            .find('\n')
            .map_or(self.text.len(), |at| start + at);
        Place {
            file: self.path.clone(),
            line: before.matches('\n').count() + 1,
            column: self.text[line_start..start].chars().count() + 1,
            width: self.text[start..end.clamp(start, line_end)].chars().count(),
            text: self.text[line_start..line_end].trim_end().to_owned(),
        }
    }

    /// The nearest start of a character that is not after `at`.
    fn floor(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// The byte at which a line and column begin, both counted from 1; the end of the file if there is no such place.
    #[cfg(feature = "thrift")]
    pub(crate) fn offset(&self, line: usize, column: usize) -> usize {
        let start: usize = self
            .text
            .split_inclusive('\n')
            .take(line.saturating_sub(1))
            .map(str::len)
            .sum();
        let rest = self.text.get(start..).unwrap_or_default();
        let within = rest.char_indices().nth(column.saturating_sub(1));
        start + within.map_or(rest.len(), |(at, _)| at)
    }
}
