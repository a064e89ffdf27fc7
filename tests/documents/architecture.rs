//! ARCHITECTURE.md names what is there: modules, files, items, dependencies with their versions. And the crates depend one
//! way.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::book::files;
use super::tests::{read, root};

const PAGE: &str = "ARCHITECTURE.md";
const CRATES: [&str; 4] = ["faas-macros", "faas-runtime-shim", "faas-sdk", "faas-build"];

#[test]
fn every_module_has_its_place_in_the_code_map() {
    let page = read(PAGE);
    let named: BTreeSet<_> = quoted(&page)
        .flat_map(|text| text.split([':', '/', '.', '{', '}', ',', '!', '(', ' ']))
        .collect();
    let mut missing = Vec::new();
    for name in CRATES {
        let folder = root().join(name).join("src");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let module = path.file_stem().unwrap().to_str().unwrap();
            if !["lib", "tests", "snapshots"].contains(&module) && !named.contains(module) {
                missing.push(format!("{name}: {module}"));
            }
        }
    }
    assert_eq!(missing, [""; 0], "{PAGE} does not name these");
}

#[test]
fn every_file_and_folder_that_is_named_is_there() {
    let known = places();
    let mut missing = Vec::new();
    for page in [PAGE, "CONTRIBUTING.md"] {
        let text = read(page);
        // names of modules and URLs are no files; neither is what a reader is to make
        let is_place = |text: &&str| {
            text.contains('/')
                && !text.contains("::")
                && !text.contains("://")
                && !text.contains('<')
        };
        let named = quoted(&text).filter(is_place);
        // in `run a b` the first word is the file, in `NAME=1 run` it is none
        let named = named.filter_map(|text| text.split(' ').find(|word| word.contains('/')));
        for name in named.flat_map(alternatives) {
            let name = name.trim_matches(['/', '*']);
            let is_at = |place: &str| {
                let place = place.trim_end_matches(".rs");
                let before = place.strip_suffix(name.trim_end_matches(".rs"));
                before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
            };
            // what a reader is to make, and the slash itself
            let is_made = name.is_empty() || name.contains('…') || name.starts_with("target/");
            if !is_made && !known.iter().any(|place| is_at(place)) {
                missing.push(format!("{page}: {name}"));
            }
        }
    }
    assert_eq!(missing, [""; 0], "there are no such places");
}

#[test]
fn every_item_that_is_named_is_declared() {
    let sources: BTreeMap<_, _> = CRATES
        .iter()
        .flat_map(|name| files(&format!("{name}/src"), ".rs"))
        .map(|path| (relative(&path), read(&path)))
        .collect();
    let page = read(PAGE);
    let folders = ["tests", "faas-macros", "faas-runtime-shim", "faas-sdk"];
    let texts = folders.map(|folder| all(folder, ".rs")).concat();
    let known = places();
    let is_file = |name: &str| {
        known
            .iter()
            .any(|path| path.ends_with(&format!("/{name}.rs")))
    };
    let is_snake = |text: &&str| {
        let mut letters = text.bytes();
        text.contains('_') && letters.all(|it| it.is_ascii_lowercase() || it == b'_')
    };
    let unknown = quoted(&page).filter(is_snake);
    let unknown = unknown.filter(|name| !word(&texts, name) && !is_file(name));
    let mut missing: Vec<_> = unknown.collect();
    for text in quoted(&page).filter(|text| text.contains("::")) {
        let name = text.trim_start_matches("::").split(['(', '!', ' ']);
        let name = name.into_iter().next().unwrap_or(text);
        let mut parts: Vec<_> = name.split("::").filter(|part| !part.is_empty()).collect();
        // what others declare; a target of spans
        let is_foreign = ["axum", "clippy", "deny", "inventory", "std"].contains(&parts[0]);
        if is_foreign || name == "faas::invocation" {
            continue;
        }
        parts.retain(|part| !["faas", "faas_macros"].contains(part));
        let [before @ .., last] = parts.as_slice() else {
            continue;
        };
        let folder = before.join("/");
        let is_module = |path: &str| {
            let path = path.trim_end_matches(".rs").trim_end_matches("/mod");
            path.ends_with(&format!("/{folder}/{last}")) || path.ends_with(&format!("src/{last}"))
        };
        let belongs = |path: &str, source: &str| match before.last() {
            None => true,
            Some(ty) if ty.starts_with(char::is_uppercase) => word(source, ty),
            Some(_) => format!("/{path}").contains(&format!("/{folder}")),
        };
        let found = sources.iter().any(|(path, source)| {
            is_module(path) || belongs(path, source) && declares(source, last)
        });
        if !found {
            missing.push(text);
        }
    }
    assert_eq!(missing, [""; 0], "{PAGE}: nothing declares these");
}

#[test]
fn codecs_are_named_and_deny_what_would_panic() {
    let page = read(PAGE);
    let (_, named) = page
        .split_once("**Invariant:** no codec reads the clock")
        .expect("an invariant of codecs");
    let named = named.split("\n- ").next().unwrap_or(named);
    let named = quoted(named).filter(|text| !text.contains("clippy"));
    let named: BTreeSet<_> = named.flat_map(alternatives).collect();
    let src = "faas-runtime-shim/src/";
    let denies = |path: &str| {
        let path = root().join(src).join(path);
        path.is_file() && read(path).contains("clippy::indexing_slicing")
    };
    for name in &named {
        let held =
            denies(name) || denies(&format!("{name}.rs")) || denies(&format!("{name}/mod.rs"));
        assert!(held, "{name} does not deny what could panic");
    }
    for path in files(src, ".rs") {
        let path = relative(&path);
        let inside = path.strip_prefix(src).unwrap_or(&path);
        let is_named = named.iter().any(|name| inside.starts_with(name.as_str()));
        assert!(is_named || !denies(inside), "{PAGE} does not name {inside}");
    }
}

#[test]
fn every_dependency_is_told_of_with_its_version() {
    let page = read(PAGE);
    let (_, table) = page
        .split_once("\n## Choices of dependencies\n")
        .expect("a table of them");
    let versions: BTreeMap<_, _> = dependencies("Cargo.toml").collect();
    let mut missing = Vec::new();
    for name in CRATES {
        for (dependency, version) in dependencies(&format!("{name}/Cargo.toml")) {
            if CRATES.contains(&dependency.as_str()) || dependency == "faas" {
                continue;
            }
            let version = version.or_else(|| versions.get(&dependency)?.clone());
            let version = version.unwrap_or_else(|| panic!("{dependency} has no version"));
            let told = table
                .match_indices(&format!("`{dependency}` "))
                .any(|(at, shown)| {
                    let rest = &table[at + shown.len()..];
                    let number = rest
                        .split([' ', ',', ';', ')', '\n'])
                        .next()
                        .unwrap_or(rest);
                    !number.is_empty() && format!("{version}.").starts_with(&format!("{number}."))
                });
            if !told {
                missing.push(format!("{name}: {dependency} {version}"));
            }
        }
    }
    assert_eq!(missing, [""; 0], "{PAGE} does not tell of these");
}

#[test]
fn dependencies_point_one_way() {
    let of = |name: &str| -> BTreeSet<_> {
        let all = dependencies(&format!("{name}/Cargo.toml"));
        all.map(|(dependency, _)| dependency).collect()
    };
    let macros = ["proc-macro2", "quote", "syn"].map(str::to_owned).into();
    assert_eq!(of("faas-macros"), macros, "tokens, and nothing of runtimes");
    let ours = |name: &str| -> Vec<_> {
        let all = of(name).into_iter();
        all.filter(|dependency| dependency.starts_with("faas"))
            .collect()
    };
    assert_eq!(ours("faas-runtime-shim"), [""; 0]);
    assert_eq!(ours("faas-build"), [""; 0]);
    assert_eq!(ours("faas-sdk"), ["faas-macros", "faas-runtime-shim"]);
    for name in ["faas-sdk", "faas-build"] {
        let runtime = of(name)
            .into_iter()
            .find(|it| ["hyper", "tokio"].contains(&it.as_str()));
        assert_eq!(runtime, None, "only the shim waits: {name}");
    }
}

/// What a manifest depends on outside of tests, each with the version that it names itself.
fn dependencies(manifest: &str) -> impl Iterator<Item = (String, Option<String>)> + use<> {
    let text = read(manifest);
    let mut section = String::new();
    let mut found = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
            continue;
        }
        let is_dependency = section.ends_with("dependencies") && !section.starts_with("dev");
        let Some((name, rest)) = line.split_once([' ', '.']).filter(|_| is_dependency) else {
            continue;
        };
        if !name.starts_with('#') {
            let version = match rest.split_once("version = \"") {
                Some((_, version)) => version.split('"').next(),
                None => rest
                    .strip_prefix("= \"")
                    .and_then(|it| it.split('"').next()),
            };
            found.push((name.to_owned(), version.map(str::to_owned)));
        }
    }
    found.into_iter()
}

/// All files and folders of the repository, from its root.
fn places() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if [".git", "target", "node_modules"].contains(&name.as_str()) {
                continue;
            }
            found.insert(relative(&path));
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            }
        }
    }
    found
}

fn all(folder: &str, ending: &str) -> String {
    files(folder, ending).iter().map(read).collect()
}

fn relative(path: &Path) -> String {
    let inside = path.strip_prefix(root()).unwrap_or(path);
    inside.display().to_string()
}

/// `a/{b,c}.rs` as `a/b.rs` and `a/c.rs`.
fn alternatives(text: &str) -> Vec<String> {
    let Some((before, rest)) = text.split_once('{') else {
        return vec![text.to_owned()];
    };
    let (inside, behind) = rest.split_once('}').unwrap_or((rest, ""));
    inside
        .split(',')
        .map(|one| format!("{before}{one}{behind}"))
        .collect()
}

fn declares(source: &str, name: &str) -> bool {
    const SORTS: [&str; 9] = [
        "fn",
        "struct",
        "enum",
        "trait",
        "static",
        "const",
        "type",
        "mod",
        "macro_rules!",
    ];
    let declared = |sort: &&str| word(source, &format!("{sort} {name}"));
    // what is handed on under its own name
    SORTS.iter().any(declared) || source.contains("pub use") && word(source, name)
}

fn word(source: &str, name: &str) -> bool {
    let is_letter = |it: char| it.is_alphanumeric() || it == '_';
    source.match_indices(name).any(|(at, found)| {
        let (before, behind) = (&source[..at], &source[at + found.len()..]);
        !before.ends_with(is_letter) && !behind.starts_with(is_letter)
    })
}

/// What stands between backticks, outside of blocks of code.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2))
}
