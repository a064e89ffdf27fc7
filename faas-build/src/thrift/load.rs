//! Reads the files and all that they include.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::idl::{self, Document, Text};
use crate::error::Mistake;
use crate::output;
use crate::source::Source;

/// Every file once, those that were asked for first.
#[derive(Default)]
pub(super) struct Program {
    pub(super) files: Vec<File>,
}

pub(super) struct File {
    pub(super) source: Source,
    pub(super) document: Document,
    pub(super) includes: Vec<Include>,
}

pub(super) struct Include {
    /// What its names are told by: `shared` for `"common/shared.thrift"`.
    pub(super) prefix: String,
    /// Its index in the program.
    pub(super) file: usize,
}

/// The files, and the mistakes that keep them from being understood.
pub(super) fn load(files: &[PathBuf], folders: &[PathBuf]) -> (Program, Vec<Mistake>) {
    let mut loader = Loader {
        folders,
        known: HashMap::new(),
        program: Program::default(),
        mistakes: Vec::new(),
    };
    for file in files {
        loader.file(file);
    }
    let mut next = 0;
    while next < loader.program.files.len() {
        loader.includes(next);
        next += 1;
    }
    (loader.program, loader.mistakes)
}

struct Loader<'a> {
    folders: &'a [PathBuf],
    /// Of real paths, for a file can be reached by several.
    known: HashMap<PathBuf, usize>,
    program: Program,
    mistakes: Vec<Mistake>,
}

impl Loader<'_> {
    fn file(&mut self, path: &Path) -> Option<usize> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some(&index) = self.known.get(&real) {
            return Some(index);
        }
        output::rerun_if_changed(path);
        let source = match Source::read(path) {
            Ok(source) => source,
            Err(mistake) => {
                self.mistakes.push(mistake);
                return None;
            }
        };
        let (document, mistakes) = idl::parse(&source);
        self.mistakes.extend(mistakes);
        let index = self.program.files.len();
        self.program.files.push(File {
            source,
            document,
            includes: Vec::new(),
        });
        self.known.insert(real, index);
        Some(index)
    }

    fn includes(&mut self, index: usize) {
        let wanted = std::mem::take(&mut self.program.files[index].document.includes);
        for include in &wanted {
            let found = match self.find(index, include) {
                Ok(path) => self.file(&path),
                Err(mistake) => {
                    self.mistakes.push(mistake);
                    continue;
                }
            };
            let name = include.text.rsplit('/').next().unwrap_or_default();
            let prefix = name.trim_end_matches(".thrift").to_owned();
            if let Some(file) = found {
                self.program.files[index]
                    .includes
                    .push(Include { prefix, file });
            }
        }
        self.program.files[index].document.includes = wanted;
    }

    fn find(&self, index: usize, include: &Text) -> Result<PathBuf, Mistake> {
        let source = &self.program.files[index].source;
        let own = source.path.parent().unwrap_or(Path::new(""));
        let folders = || {
            [own]
                .into_iter()
                .chain(self.folders.iter().map(PathBuf::as_path))
        };
        let found = folders()
            .map(|folder| folder.join(&include.text))
            .find(|path| path.is_file());
        found.ok_or_else(|| {
            let shown = |folder: &Path| match folder == Path::new("") {
                true => "`.`".to_owned(),
                false => format!("`{}`", folder.display()),
            };
            let searched: Vec<String> = folders().map(shown).collect();
            let message = format!("there is no file `{}`", include.text);
            let mistake = source.mistake(include.span.clone(), message);
            mistake.help(format!("looked in {}", searched.join(", ")))
        })
    }
}
