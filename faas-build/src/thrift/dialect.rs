//! The generator's own parser, asked before the generator is: what it does not understand makes it exit the process.

use pilota_thrift_parser::{Error, FileParser, FileSource};

use super::load::{File, Program};
use crate::error::Mistake;

/// What pilota's parser does not understand, of files that ours does.
pub(super) fn check(program: &Program) -> Vec<Mistake> {
    program.files.iter().filter_map(check_file).collect()
}

fn check_file(file: &File) -> Option<Mistake> {
    let source = &file.source;
    let error = FileParser::new(FileSource::new(&source.text))
        .parse()
        .err()?;
    let path = source.path.display();
    let Error::Syntax { summary, .. } = error else {
        return Some(Mistake::new(format!("{path}: {error}")));
    };
    // `Failed to parse thrift file: inline at line 3:5 - why`
    let told = summary.split_once(" at line ").and_then(|(_, rest)| {
        let (place, why) = rest.split_once(" - ")?;
        let (line, column) = place.split_once(':')?;
        Some((line.parse().ok()?, column.parse().ok()?, why))
    });
    let Some((line, column, why)) = told else {
        return Some(Mistake::new(format!("{path}: {summary}")));
    };
    let start = source.offset(line, column);
    // What it would have expected is a list of letters.
    let found = why.split(" expected").next().unwrap_or(why);
    let message = format!("pilota, which makes the code, does not understand this: {found}");
    Some(source.mistake(start..start + 1, message))
}
