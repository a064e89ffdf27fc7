//! No message and no `Debug` output shows a secret, however it is set and whatever is wrong.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Configuration, environment, mistakes, toml, variables};
use crate::config::{ConfigErrors, Period, Secret};

const CANARY: &str = "hunter2";

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct One<T> {
    value: T,
}

/// Decodes what must fail, and searches all that is printed.
#[track_caller]
fn check<T: DeserializeOwned>(configuration: &Configuration) -> String {
    let Err(errors) = configuration.section::<One<T>>("one") else {
        panic!("it was decoded");
    };
    clean(configuration, &errors);
    errors.to_string()
}

#[track_caller]
fn clean(configuration: &Configuration, errors: &ConfigErrors) {
    let printed = format!("{configuration:?} {configuration:#?} {errors} {errors:?} {errors:#?}");
    assert!(!printed.contains(CANARY), "{printed}");
}

/// Sets a text in every way there is.
#[track_caller]
fn check_text<T: DeserializeOwned>(text: &str) {
    check::<T>(&variables(&[("FAAS__ONE__VALUE", text)]));
    let section = serde_json::json!({ "value": text }).to_string();
    check::<T>(&variables(&[("FAAS__ONE", &section)]));
    let mut program = Configuration::empty();
    program.set("one.value", text).unwrap();
    check::<T>(&program);
    check::<T>(&toml(&format!("one.value = '{text}'")));
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
enum Auth {
    Token(Secret<String>),
    User { password: Secret<u32> },
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind")]
#[expect(dead_code, reason = "only decoded")]
enum Tagged {
    User { password: Secret<u32>, port: u16 },
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct Flat {
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct Inner {
    password: Secret<u32>,
    keys: Vec<Secret<String>>,
}

#[test]
fn a_wrong_secret_is_not_shown() {
    check_text::<Secret<u32>>(CANARY);
    check_text::<Secret<bool>>(CANARY);
    check_text::<Secret<char>>(CANARY);
    check_text::<Secret<Period>>(CANARY);
    check_text::<Secret<NonZeroU32>>(CANARY);
    check_text::<Option<Secret<f64>>>(CANARY);
    check_text::<Secret<Option<i8>>>(CANARY);
    check_text::<Secret<std::net::IpAddr>>(CANARY);
    check_text::<Secret<Auth>>(CANARY);
    check_text::<BTreeMap<String, Secret<u8>>>(r#"{"a": "hunter2"}"#);
}

#[test]
fn what_should_hold_a_secret_is_not_shown() {
    check_text::<Auth>(CANARY);
    check_text::<Auth>(r#"{"Token": ["hunter2"]}"#);
    check_text::<Auth>(r#"{"User": {"password": "hunter2"}}"#);
    check_text::<Auth>(r#"{"User": "hunter2"}"#);
    check_text::<Inner>(CANARY);
    check_text::<Inner>("{\"password\": \"hunter2");
    check_text::<BTreeMap<String, Secret<String>>>("password=hunter2");
    check_text::<BTreeMap<String, Secret<String>>>("{hunter2}");
    check_text::<(Secret<String>, Secret<String>)>(CANARY);
    check::<Vec<Secret<String>>>(&toml("one.value = 'hunter2'"));
    check::<Vec<Secret<String>>>(&variables(&[("FAAS__ONE__VALUE", "[\"hunter2\"")]));
    check_text::<Flat>(CANARY);
    check_text::<Tagged>(CANARY);
    check::<Flat>(&toml("one.value = { password = 1, keys = 'hunter2' }"));
    check::<Flat>(&toml("one.value = { password = 'hunter2', keys = [] }"));
    check::<Tagged>(&toml(
        "one.value = { kind = 'User', password = 'hunter2', port = 1 }",
    ));
}

#[test]
fn an_unknown_key_is_shown_without_its_value() {
    let error = check::<u8>(&toml("[one]\nvalue = 1\npasword = 'hunter2'"));
    assert!(error.contains("`one.pasword`"), "{error}");
    check::<u8>(&variables(&[
        ("FAAS__ONE__VALUE", "1"),
        ("FAAS__ONE__X", CANARY),
    ]));
}

#[test]
fn a_conflict_is_shown_without_its_values() {
    let error = environment(&[("FAAS__A", CANARY), ("FAAS__A__B", CANARY)]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(CANARY));
}

#[test]
fn a_syntax_error_is_shown_without_its_value() {
    for text in [
        "password = hunter2",
        "password = \"hunter2",
        "password = \"hunter2\\q\"",
        "password = 'hunter2",
        "password hunter2",
        "password: hunter2",
        "password = \"\"\"\nhunter2\n",
        "password = '''\nhunter2\n",
        "password = [\n  \"hunter2\"\n  \"x\"\n]",
        "password = [\n  hunter2\n]",
        "password = [\n[hunter2] x\n]",
        "password = \"\"\"\nhunter2 = \\q\n\"\"\"",
        "password = '''\nhunter2 = x",
        "password = { a = \"hunter2\" b }",
        "password = \"x\" \"hunter2\"",
        "password = \"hunter2\"\npassword = \"hunter2\"",
        "[db]\npassword = \"hunter2\"\n[db.password]",
        "hunter2",
        "\"hunter2\"",
        "password = 99999999999999999999999999999999999999999hunter2",
    ] {
        let error = Configuration::from_toml(text, "faas.toml").unwrap_err();
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains(CANARY), "{text}: {printed}");
    }
}

#[test]
fn messages_about_secrets_still_help() {
    let expected = "`one.value` (environment variable FAAS__ONE__VALUE): \
                    found a hidden value, expected an integer from 0 to 255";
    let configuration = variables(&[("FAAS__ONE__VALUE", CANARY)]);
    assert_eq!(
        mistakes::<One<Secret<u8>>>(&configuration, "one"),
        [expected]
    );
    assert_eq!(
        mistakes::<One<Option<Secret<u8>>>>(&configuration, "one"),
        [expected]
    );
    let inside = toml("one.value = { password = 'x' }");
    assert_eq!(
        mistakes::<One<Secret<Inner>>>(&inside, "one"),
        [
            "`one.value.keys` is not set; set it in faas.toml, as FAAS__ONE__VALUE__KEYS or as the secret file ONE__VALUE__KEYS",
            "`one.value.password` (faas.toml line 1): found a hidden value, expected an integer from 0 to 4294967295",
        ]
    );
}

#[test]
fn a_mistake_beside_a_secret_is_shown() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct Db {
        port: u16,
        url: Secret<String>,
    }
    let db = toml("[db]\nurl = 'hunter2'\nport = 'x'");
    let errors = db.section::<Db>("db").unwrap_err();
    clean(&db, &errors);
    assert_eq!(
        errors.to_string(),
        "`db.port` (faas.toml line 3): found the string `x`, expected an integer from 0 to 65535"
    );
    let db: Db = toml("[db]\nurl = 'hunter2'\nport = 1")
        .section("db")
        .unwrap();
    assert_eq!(db.url.expose(), CANARY);
    assert_eq!(format!("{db:?}"), "Db { port: 1, url: Secret(***) }");
}
