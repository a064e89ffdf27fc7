//! The errors of `protox` in our words and layout; it tells them by way of `miette`.

use std::path::{Path, PathBuf};

use miette::{Diagnostic, LabeledSpan};

use crate::error::{Error, Mistake};
use crate::source::Source;

/// All mistakes that one error of `protox` tells of.
pub(super) fn of(error: &protox::Error, includes: &[PathBuf]) -> Error {
    let source = error.file().and_then(|name| read(name, includes));
    let mut mistakes = vec![mistake(error, source.as_ref())];
    for related in error.related().into_iter().flatten() {
        mistakes.push(mistake(related, source.as_ref()));
    }
    Error::new(mistakes)
}

/// `protox` knows files by the names that imports give them; the mistakes tell the path at which they are.
fn read(name: &str, includes: &[PathBuf]) -> Option<Source> {
    let candidates = includes.iter().map(|folder| folder.join(name));
    let path = candidates
        .chain([Path::new(name).to_owned()])
        .find(|path| path.is_file())?;
    Source::read(&path).ok()
}

fn mistake(error: &(impl Diagnostic + ?Sized), source: Option<&Source>) -> Mistake {
    let labels: Vec<LabeledSpan> = error.labels().into_iter().flatten().collect();
    let message = error.to_string();
    // Of two places the second is the newcomer, such as a field whose number is taken.
    let mistake = match (labels.last(), source) {
        (Some(label), Some(source)) => {
            source.mistake(label.offset()..label.offset() + label.len(), message)
        }
        // `protox` tells no place of it, and by nothing but these words which mistake it is
        (None, Some(source)) if message.ends_with("reached end of file") => {
            let end = source.text.trim_end().len();
            source.mistake(end..end, message)
        }
        (_, Some(source)) => Mistake::new(format!("{}: {message}", source.path.display())),
        (_, None) => Mistake::new(message),
    };
    match (error.help(), labels.as_slice(), source) {
        (Some(help), ..) => mistake.help(help.to_string()),
        (None, [first, _], Some(source)) if first.label() == Some("first defined here") => {
            let place = source.place(first.offset()..first.offset());
            mistake.help(format!("first on line {}", place.line))
        }
        _ => mistake,
    }
}
