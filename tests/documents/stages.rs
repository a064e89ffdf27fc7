//! The stages of CI: the documents name those that there are, and together they have an hour.

use super::tests::read;

/// Each stage with its seconds, in order, as `.ci/run` has them.
fn stages() -> Vec<(String, u32)> {
    let text = read(".ci/run");
    let (_, table) = text
        .split_once("stages() {\n    cat <<'END'\n")
        .expect("the table");
    let (table, _) = table.split_once("\nEND\n").expect("its end");
    let stage = |line: &str| {
        let (name, seconds) = line.split_once(' ').expect("a name and seconds");
        (name.to_owned(), seconds.trim().parse().expect("seconds"))
    };
    table.lines().map(stage).collect()
}

#[test]
fn contributing_lists_every_stage_in_order() {
    let text = read("CONTRIBUTING.md");
    let (_, table) = text
        .split_once("| stage | what it checks |\n|---|---|\n")
        .expect("the table");
    let listed = table.lines().map_while(|line| line.strip_prefix("| `"));
    let listed: Vec<_> = listed.filter_map(|line| line.split('`').next()).collect();
    let stages = stages();
    let stages: Vec<_> = stages.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(listed, stages);
}

#[test]
fn all_stages_have_an_hour() {
    let together: u32 = stages().iter().map(|(_, seconds)| seconds).sum();
    assert!(together <= 3600, "{together} s");
}

#[test]
fn the_documents_name_stages_that_there_are() {
    let stages = stages();
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = read(document);
        for command in text.split("`.ci/run ").skip(1) {
            let named = command.split('`').next().expect("the rest of the command");
            for name in named.split(' ') {
                let there = stages.iter().any(|(stage, _)| stage == name);
                assert!(there, "{document}: `.ci/run {named}`");
            }
        }
    }
}
