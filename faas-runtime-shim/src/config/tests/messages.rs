//! What each mistake reads like, and that all of them come at once.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU8;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Configuration, mistakes, toml, variables};
use crate::config::{Period, Size};

#[derive(Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct One<T> {
    value: T,
}

#[track_caller]
fn in_toml<T: DeserializeOwned>(value: &str, expected: &str) {
    let found = mistakes::<One<T>>(&toml(&format!("[one]\n\nvalue = {value}")), "one");
    assert_eq!(
        found,
        [format!("`one.value` (faas.toml line 3): {expected}")]
    );
}

#[track_caller]
fn in_text<T: DeserializeOwned>(text: &str, expected: &str) {
    let found = mistakes::<One<T>>(&variables(&[("FAAS__ONE__VALUE", text)]), "one");
    let expected = format!("`one.value` (environment variable FAAS__ONE__VALUE): {expected}");
    assert_eq!(found, [expected]);
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    Info,
    Warn,
    #[expect(dead_code, reason = "only decoded")]
    Custom(u8),
}

#[test]
fn wrong_values_of_the_file() {
    in_toml::<u16>(
        "'80'",
        "found the string `80`, expected an integer from 0 to 65535, without quotes",
    );
    in_toml::<u16>(
        "70000",
        "found the integer `70000`, expected an integer from 0 to 65535",
    );
    in_toml::<i8>(
        "-129",
        "found the integer `-129`, expected an integer from -128 to 127",
    );
    in_toml::<u8>(
        "1.0",
        "found the float `1`, expected an integer from 0 to 255",
    );
    in_toml::<NonZeroU8>("0", "found `0`, expected a nonzero u8");
    in_toml::<f64>("'x'", "found the string `x`, expected a number");
    in_toml::<bool>(
        "'true'",
        "found the string `true`, expected `true` or `false`, without quotes",
    );
    in_toml::<bool>(
        "1",
        "found the integer `1`, expected `true` or `false`, without quotes",
    );
    in_toml::<String>(
        "5",
        "found the integer `5`, expected a string; put it in quotes",
    );
    in_toml::<String>("['x']", "found an array, expected a string");
    in_toml::<char>("'ab'", "found the string `ab`, expected one character");
    in_toml::<Vec<u8>>("'x'", "found a string, expected an array");
    in_toml::<(u8, u8)>("[1]", "found an array of 1, expected one of 2 elements");
    in_toml::<BTreeMap<String, u8>>("1", "found an integer, expected a table");
    in_toml::<IpAddr>("'x'", "invalid IP address syntax");
    in_toml::<Period>(
        "30",
        "found the integer `30`, expected a period in quotes, such as \"30s\", \"500ms\" or \"1m30s\"; put it in quotes",
    );
    in_toml::<Period>(
        "'30'",
        "`30` has a number without a unit: use one of d, h, m, s, ms, us, ns, as in `30s`",
    );
    in_toml::<Size>(
        "-1",
        "found `-1`, expected a size such as \"64KiB\" or \"1MiB\", or a number of bytes",
    );
    in_toml::<Size>(
        "true",
        "found a boolean, expected a size such as \"64KiB\" or \"1MiB\", or a number of bytes",
    );
    in_toml::<Level>(
        "'inof'",
        "found `inof`, expected one of `info`, `warn`, `custom`, did you mean `info`?",
    );
    in_toml::<Level>(
        "'x'",
        "found another name, expected one of `info`, `warn`, `custom`",
    );
    in_toml::<Level>(
        "1",
        "found an integer, expected the name of a variant, or a table with that as its one key",
    );
    in_toml::<Level>(
        "{}",
        "found a table, expected the name of a variant, or a table with that as its one key",
    );
    in_toml::<Level>(
        "'custom'",
        "found the name of the variant alone, expected a table with the key `custom` and its content",
    );
}

#[test]
fn wrong_texts_of_the_environment() {
    in_text::<u16>("80a", "found `80a`, expected an integer from 0 to 65535");
    in_text::<u16>(
        "70000",
        "found `70000`, expected an integer from 0 to 65535",
    );
    in_text::<u16>("", "found ``, expected an integer from 0 to 65535");
    in_text::<bool>("maybe", "found `maybe`, expected `true` or `false`");
    in_text::<f32>("x", "found `x`, expected a number");
    in_text::<Vec<u8>>(
        "[1",
        "found text that is not JSON (EOF while parsing a list at line 1 column 2)",
    );
    in_text::<BTreeMap<String, u8>>(
        "x",
        "found text, expected a JSON object, or one name per key such as FAAS__ONE__VALUE__KEY",
    );
    in_text::<BTreeMap<String, u8>>(
        "{x}",
        "found text that is not JSON (key must be a string at line 1 column 2)",
    );
}

#[test]
fn places_inside_values_are_named() {
    let list = toml("[one]\nvalue = [\n  1,\n  'x',\n  3,\n  'y',\n]");
    assert_eq!(
        mistakes::<One<Vec<u8>>>(&list, "one"),
        [
            "`one.value[1]` (faas.toml line 4): found the string `x`, expected an integer from 0 to 255",
            "`one.value[3]` (faas.toml line 6): found the string `y`, expected an integer from 0 to 255",
        ]
    );
    let text = variables(&[("FAAS__ONE__VALUE", "1,x")]);
    assert_eq!(
        mistakes::<One<Vec<u8>>>(&text, "one"),
        [
            "`one.value[1]` (environment variable FAAS__ONE__VALUE): found `x`, expected an integer from 0 to 255"
        ]
    );
    let tables = toml("[[one.value]]\nvalue = 1\n[[one.value]]\n[[one.value]]\nvalue = 'x'");
    assert_eq!(
        mistakes::<One<Vec<One<u8>>>>(&tables, "one"),
        [
            "`one.value[1].value` is not set; add it to this element of the array",
            "`one.value[2].value` (faas.toml line 5): found the string `x`, expected an integer from 0 to 255",
        ]
    );
    let variant = toml("[one]\nvalue = { custom = 'x' }");
    assert_eq!(
        mistakes::<One<Level>>(&variant, "one"),
        [
            "`one.value.custom` (faas.toml line 2): found the string `x`, expected an integer from 0 to 255"
        ]
    );
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct Db {
    url: String,
    #[serde(alias = "pool")]
    pool_size: u32,
    timeout: u32,
    retries: u8,
    tls: Tls,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only decoded")]
struct Tls {
    ca: String,
    key: String,
}

#[test]
fn all_mistakes_come_at_once() {
    let mut configuration =
        toml("[db]\npol_size = 4\ntimeout = 'x'\nzzz = 1\n[db.tls]\nca = 1\ncert = 'x'\n");
    configuration.overlay(variables(&[("FAAS__DB__RETRIES", "300")]));
    assert_eq!(
        mistakes::<Db>(&configuration, "db"),
        [
            "`db.pol_size` (faas.toml line 2): there is no such key, did you mean `pool_size`? \
             known keys: `url`, `pool`, `pool_size`, `timeout`, `retries`, `tls`",
            "`db.pool_size` is not set; set it in faas.toml, as FAAS__DB__POOL_SIZE or as the secret file DB__POOL_SIZE",
            "`db.retries` (environment variable FAAS__DB__RETRIES): found `300`, expected an integer from 0 to 255",
            "`db.timeout` (faas.toml line 3): found the string `x`, expected an integer from 0 to 4294967295",
            "`db.tls.ca` (faas.toml line 6): found the integer `1`, expected a string; put it in quotes",
            "`db.tls.cert` (faas.toml line 7): there is no such key; known keys: `ca`, `key`",
            "`db.tls.key` is not set; set it in faas.toml, as FAAS__DB__TLS__KEY or as the secret file DB__TLS__KEY",
            "`db.url` is not set; set it in faas.toml, as FAAS__DB__URL or as the secret file DB__URL",
            "`db.zzz` (faas.toml line 4): there is no such key; known keys: `url`, `pool`, `pool_size`, `timeout`, \
             `retries`, `tls`",
        ]
    );
}

#[test]
fn nothing_set_names_all_that_is_missing() {
    let found = mistakes::<Db>(&Configuration::empty(), "db");
    let keys: Vec<_> = found
        .iter()
        .map(|line| line.split('`').nth(1).unwrap())
        .collect();
    assert_eq!(
        keys,
        [
            "db.pool_size",
            "db.retries",
            "db.timeout",
            "db.tls",
            "db.url"
        ]
    );
}

#[test]
fn what_follows_from_a_mistake_is_no_mistake() {
    #[derive(Deserialize)]
    #[serde(try_from = "Range")]
    struct Checked;

    #[derive(Deserialize)]
    struct Range {
        from: u8,
        to: u8,
    }

    impl TryFrom<Range> for Checked {
        type Error = String;

        fn try_from(range: Range) -> Result<Self, String> {
            if range.from < range.to {
                return Ok(Self);
            }
            Err(format!("from {} is not below to {}", range.from, range.to))
        }
    }

    let checked = |text| mistakes::<One<Checked>>(&toml(text), "one");
    assert_eq!(
        checked("one.value = { from = 2, to = 1 }"),
        ["`one.value` (faas.toml line 1): from 2 is not below to 1"]
    );
    assert_eq!(
        checked("one.value = { from = 2, to = 'x' }"),
        [
            "`one.value.to` (faas.toml line 1): found the string `x`, expected an integer from 0 to 255"
        ]
    );
}

#[test]
fn two_names_of_one_field_are_refused() {
    let both = toml(
        "[db]\npool = 1\npool_size = 2\nurl = ''\ntimeout = 1\nretries = 1\ntls = { ca = '', key = '' }",
    );
    assert_eq!(
        mistakes::<Db>(&both, "db"),
        ["`db` (faas.toml line 1): found `pool_size` under two of its names, expected one of them"]
    );
}

#[test]
fn syntax_errors_show_line_column_and_what_was_expected() {
    let check = |text: &str, expected: &str| {
        let error = Configuration::from_toml(text, "conf/faas.toml").unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        "[db]\nurl = \"x\nport = 1",
        "conf/faas.toml line 2, column 9: invalid basic string, expected `\"`\n  2 | url = …",
    );
    check(
        "[db]\r\nä = 1\r\n",
        "conf/faas.toml line 2, column 1: invalid unquoted key, expected letters, numbers, `-`, `_`\n  2 | …",
    );
    check(
        "[db]\nurl = 'x'\nurl = 'y'",
        "conf/faas.toml line 3, column 1: duplicate key\n  3 | url = …",
    );
    check(
        "[db]\n[db]",
        "conf/faas.toml line 2, column 2: duplicate key\n  2 | [db]",
    );
}
