//! A `faas.toml` that is wrong, and settings that are.

use super::{fails, text};
use crate::process::{Setup, specimen};

#[test]
fn a_file_that_is_no_toml() {
    for (file, told) in [
        ("[http]\nmax_body = 1\nmax_header 5\n", "line 3"),
        ("[http\n", "line 1"),
        ("[http]\nlisten = 127.0.0.1\n", "line 2 | listen"),
        ("[http]\nmax_body = 1\nmax_body = 2\n", "line 3 | max_body"),
        ("a = \"\u{1}\"\n", "line 1"),
    ] {
        let setup = || specimen().toml(file);
        fails(setup, 78, &format!("F0501 | faas.toml {told}"));
    }
}

/// What the file says of addresses holds only where no variable says otherwise; what it says has to be wrong, or the default
/// ports would be opened.
fn with_addresses(file: &str) -> Setup {
    specimen()
        .unset("FAAS__HTTP__LISTEN")
        .unset("FAAS__MANAGEMENT__LISTEN")
        .toml(file)
}

#[test]
fn values_of_the_wrong_type() {
    for (section, line, told) in [
        ("http", "max_connections = \"many\"", "many | integer"),
        ("http", "max_connections = -1", "-1 | integer"),
        ("http", "idle_timeout = \"soon\"", "soon | 30s"),
        ("http", "idle_timeout = 5", "5"),
        ("http", "max_body = \"1 MB of it\"", "1 MB of it"),
        ("http", "listen = 8080", "8080"),
        ("management", "listen = [1]", "array"),
    ] {
        let (key, _) = line.split_once(' ').unwrap();
        let setup = || with_addresses(&format!("[{section}]\n{line}\n"));
        let told = format!("F0501 | faas.toml line 2 | `{section}.{key}` | {told}");
        fails(setup, 78, &told);
    }
    let setup = || specimen().toml("[specimen]\nmost = \"all\"\n");
    let told = "F0501 | faas.toml line 2 | `specimen.most` | all | 4294967295";
    fails(setup, 78, told);
    let setup = || with_addresses("http = 5\n");
    fails(setup, 78, "F0501 | faas.toml line 1 | `http`");
}

#[test]
fn keys_that_do_not_exist() {
    for (section, key, told) in [
        ("http", "max_boddy", "did you mean `max_body`?"),
        ("management", "port", "`listen`"),
        ("specimen", "labell", "did you mean `label`?"),
    ] {
        let setup = || specimen().toml(&format!("[{section}]\n{key} = 1\n"));
        let told = format!("F0501 | faas.toml line 2 | `{section}.{key}` | {told}");
        fails(setup, 78, &told);
    }
}

/// The section of which the async runtime is built, before anything else is.
#[test]
fn a_runtime_that_cannot_be() {
    for (line, told) in [
        ("threads = \"many\"", "`runtime.threads` | many"),
        ("threads = 0", "`runtime.threads` | 0"),
        ("thread = 1", "`runtime.thread` | did you mean `threads`?"),
    ] {
        let setup = || specimen().toml(&format!("[runtime]\n{line}\n"));
        fails(setup, 78, &format!("F0501 | faas.toml line 2 | {told}"));
    }
}

#[test]
fn a_variable_is_called_by_its_name() {
    for (name, value) in [
        ("FAAS__HTTP__IDLE_TIMEOUT", "soon"),
        ("FAAS__SPECIMEN__MOST", "all"),
        ("FAAS__SPECIMEN__LABELL", "label"),
    ] {
        let setup = || specimen().set(name, value);
        fails(setup, 78, &format!("F0501 | {name} | {value}"));
    }
}

#[test]
fn all_mistakes_of_the_host_s_own_sections_are_told_at_once() {
    let setup = || {
        with_addresses(
            "[http]\nmax_connections = \"many\"\nmax_boddy = 1\n[management]\nlisten = 5\n",
        )
    };
    let told = "`http.max_connections` | `http.max_boddy` | `management.listen`";
    fails(setup, 78, told);
}

#[test]
fn a_file_that_is_asked_for_and_missing() {
    let setup = || specimen().set("FAAS_CONFIG", "elsewhere.toml");
    fails(setup, 78, "FAAS_CONFIG | `elsewhere.toml` | does not exist");
}

/// A section that nothing selected asks for is nobody's business.
#[test]
fn only_what_is_needed_is_read() {
    let process = specimen()
        .toml("[another]\nthing = 1\n")
        .set("FAAS_FUNCTION", "good")
        .start();
    assert_eq!(process.get("/good").text(), "good");
}

#[test]
fn the_environment_wins_over_the_file() {
    let process = specimen()
        .toml("[specimen]\nlabel = \"file\"\nmost = 7\n")
        .set("FAAS__SPECIMEN__LABEL", "environment")
        .start();
    let answer = process.get("/settings");
    let told = answer.text();
    assert!(told.starts_with("label=environment most=7 "), "{told}");
}

#[test]
fn an_empty_file_is_fine() {
    let process = specimen().toml("").start();
    assert_eq!(process.get("/good").status, 200);
    let ended = specimen()
        .toml("\u{feff}# nothing\n")
        .set("FAAS_FUNCTION", "none")
        .run();
    assert!(text(&ended).contains("F0207"), "{ended:?}");
}
