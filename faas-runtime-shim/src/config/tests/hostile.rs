//! Texts that nobody writes: deep, huge, malformed. Each is answered, none ends the process.

use std::collections::BTreeMap;

use proptest::prelude::{any, prop, proptest};
use serde::Deserialize;

use super::{Configuration, environment, mistakes, toml, variables};

#[derive(Debug, Deserialize)]
struct One<T> {
    value: T,
}

#[track_caller]
fn too_deep(text: &str) {
    let error = Configuration::from_toml(text, "faas.toml")
        .unwrap_err()
        .to_string();
    assert!(error.contains("nested deeper than 64 levels"), "{error}");
}

#[test]
fn deep_toml_is_refused() {
    let keys = |count| vec!["a"; count].join(".");
    too_deep(&format!("{} = 1", keys(100_000)));
    too_deep(&format!("[{}]", keys(100_000)));
    too_deep(&format!("x = {}", "[".repeat(100_000)));
    too_deep(&format!("x = {}", "{a=".repeat(100_000)));
    too_deep(&format!("x = 1\nx = {{ {} = 1 }}", keys(100_000)));
    too_deep(&format!("[{}]\n{} = 1", keys(40), keys(40)));
    toml(&format!("{} = 1", keys(64)));
}

#[test]
fn deep_names_and_json_are_refused() {
    let name = |count| format!("FAAS__{}", vec!["A"; count].join("__"));
    let error = environment(&[(&name(65), "1")]).unwrap_err().to_string();
    assert!(
        error.ends_with("is nested deeper than 64 levels"),
        "{error}"
    );
    assert!(environment(&[(&name(100_000), "1")]).is_err());
    variables(&[(&name(64), "1")]);
    for depth in [70, 100_000] {
        let json = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let configuration = variables(&[("FAAS__ONE__VALUE", &json)]);
        let found = mistakes::<One<Vec<serde_json::Value>>>(&configuration, "one");
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

#[test]
fn types_without_an_end_are_answered() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    enum Rule {
        Not(Box<Rule>),
        All,
    }
    let found = mistakes::<One<Rule>>(&Configuration::empty(), "one");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("`one.value` is not set"), "{found:?}");
}

#[test]
fn a_megabyte_is_taken_but_not_printed() {
    let long = "x".repeat(1_000_000);
    let configuration = variables(&[("FAAS__ONE__VALUE", &long)]);
    let one: One<String> = configuration.section("one").unwrap();
    assert_eq!(one.value.len(), long.len());
    let configurations = [
        configuration,
        toml(&format!("[one]\nvalue = '{long}'")),
        toml(&format!("[one]\n{long} = 1")),
    ];
    for configuration in configurations {
        for found in [
            mistakes::<One<u8>>(&configuration, "one"),
            mistakes::<One<crate::config::Period>>(&configuration, "one"),
            mistakes::<One<std::net::IpAddr>>(&configuration, "one"),
            mistakes::<One<BTreeMap<String, String>>>(&configuration, "one"),
        ] {
            assert!(found.iter().all(|line| line.len() < 1_000));
        }
    }
}

#[test]
fn thousands_of_mistakes_end() {
    let list = format!("[one]\nvalue = [{}]", "'x',".repeat(5_000));
    assert_eq!(mistakes::<One<Vec<u8>>>(&toml(&list), "one").len(), 100);
}

#[test]
fn marks_and_line_ends_of_other_systems_are_taken() {
    let configuration = toml("\u{feff}[one]\r\n# ä\r\nvalue = 'x'\r\n");
    assert_eq!(
        configuration.section::<One<String>>("one").unwrap().value,
        "x"
    );
    let found = mistakes::<One<u8>>(&configuration, "one");
    assert!(
        found[0].starts_with("`one.value` (faas.toml line 3)"),
        "{found:?}"
    );
}

#[test]
fn numbers_beyond_the_tree_are_refused() {
    for value in ["1".repeat(50), "0x".to_owned() + &"f".repeat(40)] {
        let text = format!("[one]\nvalue = {value}");
        let error = Configuration::from_toml(&text, "faas.toml")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("line 2") && error.contains("128 bits"),
            "{error}"
        );
    }
    let found = mistakes::<One<u64>>(&variables(&[("FAAS__ONE__VALUE", &"1".repeat(50))]), "one");
    assert!(
        found[0].contains("an integer from 0 to 18446744073709551615"),
        "{found:?}"
    );
}

#[test]
fn control_characters_are_not_printed() {
    let found = mistakes::<One<u8>>(&variables(&[("FAAS__ONE__VALUE", "a\u{1b}[31m\n")]), "one");
    assert!(!found[0].contains(char::is_control), "{found:?}");
    let found = mistakes::<One<u8>>(&toml("[one]\n\"a\\nb\\u001b\" = 1"), "one");
    assert!(!found.concat().contains(char::is_control), "{found:?}");
    let found = mistakes::<BTreeMap<String, u8>>(&toml("[one]\n\"a\\nb\\u001b\" = 'x'"), "one");
    assert!(!found.concat().contains(char::is_control), "{found:?}");
}

proptest! {
    #[test]
    fn any_toml_is_answered(text in r#"([a-c\[\]{}"'=.,#\\ \n0-9-]|"""|''')*"#) {
        if let Ok(configuration) = Configuration::from_toml(&text, "faas.toml") {
            let _ = configuration.section::<One<Vec<u8>>>("a");
        }
    }

    #[test]
    fn any_variables_are_answered(
        pairs in prop::collection::vec(("FAAS__[A-C_]{0,8}", any::<String>()), 0..6),
    ) {
        let pairs: Vec<_> = pairs.iter().map(|(name, text)| (&**name, &**text)).collect();
        if let Ok(configuration) = environment(&pairs) {
            let _ = configuration.section::<BTreeMap<String, One<(u8, Option<bool>)>>>("a");
            let _ = configuration.section::<One<BTreeMap<String, f64>>>("a.b");
        }
    }
}
