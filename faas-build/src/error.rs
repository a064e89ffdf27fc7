//! What went wrong, as text that a person can act on: where in which file, the line itself, and how to mend it.
//!
//! A build script that returns an error prints its `Debug` form, so that is the readable text here; `Display` is the same.

use std::fmt;
use std::path::PathBuf;

/// The mistakes that were found in IDL files, or the reason why no code could be made of them.
///
/// `Debug` writes the readable text, for that is what a build script's `main` prints:
///
/// ```text
/// Error: idl/shop.thrift:7:13: there is no type `Itm`
///    |
///  7 |     1: list<Itm> items
///    |             ^^^ did you mean `Item`?
/// ```
pub struct Error {
    mistakes: Vec<Mistake>,
}

impl Error {
    pub(crate) fn new(mistakes: Vec<Mistake>) -> Self {
        Error { mistakes }
    }

    #[cfg(feature = "proto")]
    pub(crate) fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mistakes.len() > 1 {
            write!(f, "{} mistakes\n\n", self.mistakes.len())?;
        }
        for (index, mistake) in self.mistakes.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{mistake}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {}

impl From<Mistake> for Error {
    fn from(mistake: Mistake) -> Self {
        Error::new(vec![mistake])
    }
}

/// One mistake.
#[derive(Debug)]
pub(crate) struct Mistake {
    message: String,
    place: Option<Place>,
    help: Option<String>,
}

impl Mistake {
    /// A mistake that has no place in a file.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Mistake {
            message: message.into(),
            place: None,
            help: None,
        }
    }

    pub(crate) fn at(place: Place, message: impl Into<String>) -> Self {
        Mistake {
            place: Some(place),
            ..Mistake::new(message)
        }
    }

    /// The line and column, for sorting those of one file.
    #[cfg(feature = "thrift")]
    pub(crate) fn position(&self) -> (usize, usize) {
        self.place
            .as_ref()
            .map_or((0, 0), |place| (place.line, place.column))
    }

    /// Adds what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(place) = &self.place else {
            f.write_str(&self.message)?;
            return match &self.help {
                Some(help) => write!(f, "\n  = help: {help}"),
                None => Ok(()),
            };
        };
        let Place {
            file, line, column, ..
        } = place;
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        write!(f, "{}:{line}:{column}: {}", file.display(), self.message)?;
        write!(f, "\n {margin} |\n {number} | {}", place.text())?;
        write!(f, "\n {margin} | {}", place.carets())?;
        match &self.help {
            Some(help) => write!(f, " {help}"),
            None => Ok(()),
        }
    }
}

/// A piece of a line of a file; lines and columns count from 1.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) width: usize,
    pub(crate) text: String,
}

impl Place {
    /// The line with tabs spread, so that the carets stand where they should in every terminal.
    fn text(&self) -> String {
        self.text.replace('\t', TAB)
    }

    fn carets(&self) -> String {
        let before: String = self.text.chars().take(self.column - 1).collect();
        let indent = before.replace('\t', TAB).chars().count();
        let left = self.text.chars().count().saturating_sub(self.column - 1);
        let width = self.width.min(left).max(1);
        format!("{}{}", " ".repeat(indent), "^".repeat(width))
    }
}

const TAB: &str = "    ";
