//! What values of the file and texts of the environment become.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::net::IpAddr;
use std::num::NonZeroU16;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Configuration, toml, variables};
use crate::config::{Period, Size};

#[derive(Debug, Deserialize)]
struct One<T> {
    value: T,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Level {
    Info,
    Warn,
    Custom(u8),
    Pair(u8, u8),
    Named { depth: u8 },
}

#[derive(Debug, Deserialize, PartialEq)]
struct Point {
    x: i32,
    #[serde(default)]
    y: Option<i32>,
}

#[track_caller]
fn check<T: DeserializeOwned + Debug + PartialEq>(configuration: &Configuration, expected: T) {
    let one: One<T> = configuration.section("one").unwrap();
    assert_eq!(one.value, expected);
}

#[track_caller]
fn from_toml<T: DeserializeOwned + Debug + PartialEq>(value: &str, expected: T) {
    check(&toml(&format!("[one]\nvalue = {value}")), expected);
}

#[track_caller]
fn from_text<T: DeserializeOwned + Debug + PartialEq>(text: &str, expected: T) {
    check(&variables(&[("FAAS__ONE__VALUE", text)]), expected);
}

#[test]
fn toml_values_keep_their_types() {
    from_toml("true", true);
    from_toml("-128", i8::MIN);
    from_toml("0xff", 255_u8);
    from_toml("1_000", NonZeroU16::new(1000).unwrap());
    from_toml("9223372036854775808", 9_223_372_036_854_775_808_u64);
    from_toml("7", 7_u128);
    from_toml("-7", -7_i128);
    from_toml("4", 4.0_f64);
    from_toml("4.5", 4.5_f32);
    from_toml("'a'", 'a');
    from_toml("'a'", "a".to_owned());
    from_toml("'a'", Some("a".to_owned()));
    from_toml("[1, 2]", vec![1, 2]);
    from_toml("[1, 'a']", (1, "a".to_owned()));
    from_toml("2026-01-02", "2026-01-02".to_owned());
    from_toml("{ a = 1 }", BTreeMap::from([("a".to_owned(), 1)]));
    from_toml(
        "{ 8080 = 'x' }",
        HashMap::from([(8080_u16, "x".to_owned())]),
    );
    from_toml("{ x = 1 }", Point { x: 1, y: None });
    from_toml("'::1'", "::1".parse::<IpAddr>().unwrap());
    from_toml("'1m30s'", "90s".parse::<Period>().unwrap());
    from_toml("'1MiB'", Size::from_bytes(1 << 20));
    from_toml("4096", Size::from_bytes(4096));
    from_toml("{ a = [1] }", serde_json::json!({ "a": [1] }));
}

#[test]
fn texts_are_parsed_to_what_is_asked_for() {
    for text in ["true", "TRUE", "1", "yes", "on", " true "] {
        from_text(text, true);
    }
    for text in ["false", "0", "No", "off"] {
        from_text(text, false);
    }
    from_text("-128", i8::MIN);
    from_text("1000", NonZeroU16::new(1000).unwrap());
    from_text("18446744073709551615", u64::MAX);
    from_text("4", 4.0_f64);
    from_text("a", 'a');
    from_text("12345", "12345".to_owned());
    from_text(" a ", " a ".to_owned());
    from_text("", String::new());
    from_text("", None::<String>);
    from_text("a", Some("a".to_owned()));
    from_text("", ());
    from_text("1m30s", "90s".parse::<Period>().unwrap());
    from_text("1MiB", Size::from_bytes(1 << 20));
    from_text("4096", Size::from_bytes(4096));
    from_text("::1", "::1".parse::<IpAddr>().unwrap());
}

#[test]
fn lists_are_commas_or_json() {
    from_text("1, 2 ,3", vec![1, 2, 3]);
    from_text("1", vec![1]);
    from_text("", Vec::<u8>::new());
    from_text("[1, 2]", vec![1, 2]);
    from_text(r#"["a,b", "c"]"#, vec!["a,b".to_owned(), "c".to_owned()]);
    from_text("1,a", (1, "a".to_owned()));
    from_text("info,warn", vec![Level::Info, Level::Warn]);
}

#[test]
fn tables_are_json_or_one_name_per_key() {
    from_text(r#"{"x": 1, "y": null}"#, Point { x: 1, y: None });
    from_text(r#"{"a": 1.5}"#, BTreeMap::from([("a".to_owned(), 1.5)]));
    let nested = variables(&[("FAAS__ONE__VALUE__X", "1"), ("FAAS__ONE__VALUE__Y", "2")]);
    check(&nested, Point { x: 1, y: Some(2) });
    let section = variables(&[("FAAS__ONE", r#"{"value": {"x": 3}}"#)]);
    check(&section, Point { x: 3, y: None });
    let point: Point = section.section("one.value").unwrap();
    assert_eq!(point.x, 3);
}

#[test]
fn variants_are_names_or_tables_of_one_key() {
    from_toml("'info'", Level::Info);
    from_toml("{ custom = 3 }", Level::Custom(3));
    from_toml("{ pair = [1, 2] }", Level::Pair(1, 2));
    from_toml("{ named = { depth = 4 } }", Level::Named { depth: 4 });
    from_toml("{ info = {} }", Level::Info);
    from_text("info", Level::Info);
    from_text("INFO", Level::Info);
    from_text(r#"{"custom": 3}"#, Level::Custom(3));
    let nested = variables(&[("FAAS__ONE__VALUE__NAMED__DEPTH", "4")]);
    check(&nested, Level::Named { depth: 4 });
}

#[test]
fn nothing_set_is_an_empty_table() {
    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Http {
        max_connections: Option<u32>,
    }
    assert_eq!(
        Configuration::empty().section::<Http>("http").unwrap(),
        Http::default()
    );
}
