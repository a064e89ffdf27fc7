//! The rules that a program must keep before code is made of it; the generator itself would panic, exit the process, or make code
//! that does not compile.
//!
//! A file for each sort of rule, one function each; they collect what they find, so that every mistake is told at once.

mod names;
mod scope;
mod services;
mod types;
mod values;

use self::scope::Scope;
use super::load::Program;
use crate::error::Mistake;
use crate::source::Span;

/// All mistakes in files that could be read and parsed.
pub(super) fn check(program: &Program) -> Vec<Mistake> {
    let scope = Scope::new(program);
    let mut findings = Findings {
        program,
        mistakes: Vec::new(),
    };
    names::check(&scope, &mut findings);
    types::check(&scope, &mut findings);
    services::check(&scope, &mut findings);
    values::check(&scope, &mut findings);
    let mut mistakes = findings.mistakes;
    mistakes.sort_by_key(|(file, mistake)| (*file, mistake.position()));
    mistakes.into_iter().map(|(_, mistake)| mistake).collect()
}

/// What was found so far, each in the file of this index.
struct Findings<'a> {
    program: &'a Program,
    mistakes: Vec<(usize, Mistake)>,
}

impl Findings<'_> {
    fn add(&mut self, file: usize, span: &Span, message: impl Into<String>, help: Option<String>) {
        let mistake = self.program.files[file]
            .source
            .mistake(span.clone(), message);
        let mistake = match help {
            Some(help) => mistake.help(help),
            None => mistake,
        };
        self.mistakes.push((file, mistake));
    }

    /// Where something is that a mistake in the file `here` is about too.
    fn first(&self, here: usize, file: usize, span: &Span) -> String {
        let place = self.program.files[file].source.place(span.clone());
        match here == file {
            true => format!("first on line {}", place.line),
            false => format!("first in {}:{}", place.file.display(), place.line),
        }
    }

    fn text(&self, file: usize, span: &Span) -> &str {
        &self.program.files[file].source.text[span.clone()]
    }
}
