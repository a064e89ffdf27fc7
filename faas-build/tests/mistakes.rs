//! The text of each mistake: what a build script prints for the files in `tests/mistakes`.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

use std::path::{Path, PathBuf};

use faas_build::{Error, Proto, Thrift};

#[test]
fn in_thrift_files() {
    for file in files("thrift") {
        check(&file, Thrift::new().file(&file).compile());
    }
}

#[test]
fn in_proto_files() {
    for file in files("proto") {
        check(&file, Proto::new().file(&file).compile());
    }
}

#[test]
fn of_a_file_that_is_not_there() {
    let thrift = faas_build::thrift("tests/mistakes/nowhere.thrift");
    let proto = faas_build::proto("tests/mistakes/nowhere.proto");
    insta::assert_snapshot!("no_thrift_file", text(thrift));
    insta::assert_snapshot!("no_proto_file", text(proto));
}

#[test]
fn of_no_file_at_all() {
    insta::assert_snapshot!("nothing_to_compile", text(Thrift::new().compile()));
}

/// The mistakes of several files come together.
#[test]
fn in_two_files() {
    let thrift = Thrift::new()
        .file("tests/mistakes/circles.thrift")
        .file("tests/mistakes/keys.thrift");
    insta::assert_snapshot!("two_thrift_files", text(thrift.compile()));
    let proto = Proto::new()
        .include("tests/mistakes")
        .file("tests/mistakes/syntax.proto")
        .file("tests/mistakes/required.proto");
    insta::assert_snapshot!("two_proto_files", text(proto.compile()));
}

/// What `main` prints after `Error: `.
#[track_caller]
fn text(result: Result<(), Error>) -> String {
    format!("{:?}", result.unwrap_err())
}

#[track_caller]
fn check(file: &Path, result: Result<(), Error>) {
    let name = file
        .file_name()
        .unwrap()
        .to_string_lossy()
        .replace('.', "_");
    insta::assert_snapshot!(name, text(result));
}

fn files(ending: &str) -> Vec<PathBuf> {
    let folder = Path::new("tests/mistakes");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == ending));
    files.sort();
    files
}
