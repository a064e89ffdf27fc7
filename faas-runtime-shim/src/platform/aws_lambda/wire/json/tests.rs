//! The same language as serde_json's, but for control characters in strings.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{Broken, Fault, Form, Reader};

fn read(text: &[u8]) -> Result<(), Fault> {
    let mut json = Reader::new(text);
    match json.skip().and_then(|()| json.end()) {
        Ok(()) => Ok(()),
        Err(Broken) => Err(json.fault.unwrap()),
    }
}

#[track_caller]
fn check(text: &str) {
    let known = serde_json::from_str::<IgnoredAny>(text).is_ok();
    assert_eq!(read(text.as_bytes()).is_ok(), known, "{text}");
}

#[test]
fn takes_what_serde_json_takes() {
    for text in [
        "",
        " ",
        "null",
        " null ",
        "nul",
        "nulls",
        "true",
        "false",
        "fals",
        "NaN",
        "]",
        "}",
        "[1]]",
        "0",
        "-0",
        "00",
        "01",
        "-",
        "1.",
        "1.5",
        ".5",
        "1e3",
        "1E+3",
        "1e-3",
        "1e",
        "1e+",
        "+1",
        "1 2",
        r#""""#,
        r#""a"#,
        r#""\u00e9""#,
        r#""\u00e""#,
        r#""\u00eg""#,
        r#""\x""#,
        r#""\""#,
        r#""\\""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""1234567\"9""#,
        r#""1234567"x"#,
        "\"\u{7f}é\"",
        "[]",
        "[ ]",
        "[1]",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "[",
        "[]]",
        "[}",
        "{}",
        "{ }",
        r#"{"a":1}"#,
        "{\"a\" :\t1 ,\r\n\"b\":[{}]}",
        r#"{"a":1,}"#,
        r#"{"a"}"#,
        "{a:1}",
        r#"{"a":}"#,
        "{1:1}",
        "{",
        "{]",
        "\u{feff}1",
        "\0",
        "1\0",
        "\u{a0}1",
    ] {
        check(text);
    }
}

#[test]
fn lets_control_characters_pass() {
    assert_eq!(read(b"\"a\nb\""), Ok(()));
}

#[test]
fn says_where_it_ends_and_what_was_expected() {
    for (text, at, expected) in [
        (r#"{"a" 1}"#, 5, "`:`"),
        (r#"{"a":1 "b"}"#, 7, "`,` or `}`"),
        ("[1 2]", 3, "`,` or `]`"),
        ("nil", 0, "null"),
        ("{} x", 3, "the end"),
        (r#"["ab"#, 4, "`\"`"),
        (r#""\u12x4""#, 2, "`u` and four hexadecimal digits"),
    ] {
        assert_eq!(read(text.as_bytes()), Err(Fault { at, expected }), "{text}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(nested(127).as_bytes()).is_ok());
    assert!(serde_json::from_str::<Value>(&nested(127)).is_ok());
    assert!(read(nested(128).as_bytes()).is_err());
    assert!(serde_json::from_str::<Value>(&nested(128)).is_err());
    assert!(read("[{\"a\":".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
fn depth_is_counted_down_again() {
    let flat = format!("[{}[]]", "[],{\"a\":{}},".repeat(1000));
    assert_eq!(read(flat.as_bytes()), Ok(()));
}

#[test]
fn a_lone_surrogate_is_no_text() {
    let mut json = Reader::new(br#" "\ud800" "#);
    assert_eq!(json.form(), Ok(Form::Text));
    assert!(json.text().is_err());
}

proptest! {
    #[test]
    fn takes_any_value(text: String, number in any::<i64>(), flag: bool) {
        let value = json!({ text.clone(): [text, number, flag, [], {}, null] });
        prop_assert_eq!(read(value.to_string().as_bytes()), Ok(()));
        prop_assert_eq!(read(format!("{value:#}").as_bytes()), Ok(()));
    }

    #[test]
    fn refuses_what_serde_json_refuses(text in r#"[\[\]{}:,"\\u01eE.+\-tfnaA ]{0,12}"#) {
        let known = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        prop_assert_eq!(read(text.as_bytes()).is_ok(), known);
    }

    #[test]
    fn never_panics(text: Vec<u8>) {
        let _broken = read(&text).is_err();
    }

    #[test]
    fn texts_are_what_serde_json_reads(text: String) {
        let quoted = json!(text).to_string();
        prop_assert_eq!(&*Reader::new(quoted.as_bytes()).text().unwrap(), text.as_bytes());
    }
}
