//! No form lets a credential through, and what is none stays to the byte.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{REDACTED, Redactor};

const CANARY: &str = "c4n4ry";

#[track_caller]
fn check(text: &str, kept: &str) {
    assert_eq!(Redactor::default().text(text), kept, "{text}");
}

#[test]
fn names_are_known_in_any_spelling() {
    let redactor = Redactor::new(&["card-number".to_owned(), "e_mail".to_owned()]);
    for name in [
        "Authorization",
        "proxy-authorization",
        "Set-Cookie",
        "x-amz-security-token",
        "X-Amz-Signature",
        "X-API-Key",
        "apiKey",
        "client_secret",
        "PASSWORD",
        "db.password",
        "sessionToken",
        "pin",
        "Card_Number",
        "cardNumber",
        "email",
    ] {
        assert!(redactor.is_secret(name), "{name}");
    }
    for name in [
        "",
        "-",
        "key",
        "accept",
        "spinning",
        "card",
        "author",
        "passenger",
        "idempotency-key",
    ] {
        assert!(!redactor.is_secret(name), "{name}");
    }
}

#[test]
fn members_of_documents_are_taken_out_and_nothing_else_is_touched() {
    check(
        r#"{ "a": 1.50, "token" : "x", "a": [ {"Password":{"b":["}"]}} ], "b":1e400 }"#,
        r#"{ "a": 1.50, "token" : "[redacted]", "a": [ {"Password":"[redacted]"} ], "b":1e400 }"#,
    );
    check(
        r#"[{"pin":1234},{"pin":true}]"#,
        r#"[{"pin":"[redacted]"},{"pin":"[redacted]"}]"#,
    );
    check(
        r#"{"token":null,"secret":""}"#,
        r#"{"token":null,"secret":""}"#,
    );
    check(r#"{"tok\u0065n":"x"}"#, r#"{"tok\u0065n":"[redacted]"}"#);
    check(
        r#"[{"jwt":"x"},{"jwt":{"claims":{"sub":"ann","id_token":"x"}}}]"#,
        r#"[{"jwt":"[redacted]"},{"jwt":{"claims":{"sub":"ann","id_token":"[redacted]"}}}]"#,
    );
    check(r#"["token"]"#, r#"["token"]"#);
    check(
        r#"{"a":"\ud800","token":"x"}"#,
        r#"{"a":"\ud800","token":"[redacted]"}"#,
    );
}

#[test]
fn documents_within_strings_are_documents() {
    let inner = json!({ "n": 1, "body": json!({ "api_key": "x" }).to_string() }).to_string();
    let outer = json!({ "message": inner }).to_string();
    let kept = Redactor::default().text(&outer).into_owned();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    let inner: Value = serde_json::from_str(kept["message"].as_str().unwrap()).unwrap();
    assert_eq!(inner["n"], 1);
    assert_eq!(inner["body"], r#"{"api_key":"[redacted]"}"#);
}

#[test]
fn other_texts_are_read_for_names_too() {
    check("a=1&token=x&b=2", "a=1&token=[redacted]&b=2");
    check(
        "https://ann:pw@host/p?sig=x#top",
        "https://[redacted]@host/p?sig=[redacted]#top",
    );
    check(
        "password: a b\nuser: ann",
        "password: [redacted]\nuser: ann",
    );
    check(
        "Server=db;Password=x;User=ann",
        "Server=db;Password=[redacted];User=ann",
    );
    check(
        r#"{"a":1,"token":"x","b""#,
        r#"{"a":1,"token":"[redacted]","b""#,
    );
    check(
        r#"cut: "{\"token\":\"a\\\"b\",\"n\":1"#,
        r#"cut: "{\"token\":\"[redacted]\",\"n\":1"#,
    );
    check(
        "sent Bearer x.y.z to them",
        "sent Bearer [redacted] to them",
    );
    check("secret = 'a b' and more", "secret = '[redacted]' and more");
    check(
        "<a><ns:Password b='1'>x<i/></ns:Password><pin/>7</a>",
        "<a><ns:Password b='1'>[redacted]</ns:Password><pin/>7</a>",
    );
    check(
        "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nx\r\ny\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n[redacted]\r\n--b--",
    );
    check("token=[redacted]&a=1", "token=[redacted]&a=1");
    for same in [
        "",
        "=",
        ":",
        "://",
        "a://@b",
        "token",
        "token=",
        "at 12:30: all is well",
        "a=b: c",
    ] {
        check(same, same);
    }
}

#[test]
fn forms_are_read_behind_their_escapes() {
    let redactor = Redactor::default();
    let check = |form: &str, kept: &str| assert_eq!(redactor.form(form), kept);
    check("a=1&pass%77ord=x%20y&b=2", "a=1&pass%77ord=[redacted]&b=2");
    check("a=1&b=%2B+2", "a=1&b=%2B+2");
    check(
        "payload=%7B%22token%22%3A%22x%22%7D",
        "payload=%7B%22token%22%3A%22%5Bredacted%5D%22%7D",
    );
    assert_eq!(
        redactor.target("/a/b?token=x&n=1"),
        "/a/b?token=[redacted]&n=1"
    );
    assert_eq!(redactor.target("/token"), "/token");
}

/// A document somewhere within which the canary stands under a name.
fn hidden() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec!["token", "X-Api-Key", "client_secret", "set-cookie"]);
    let leaf = name.prop_map(|name| json!({ "a": "\"b\\", name: CANARY, "z": [1, null] }));
    leaf.prop_recursive(5, 16, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| json!([0, inner, "é"])),
            inner.clone().prop_map(|inner| json!({ "inner": inner })),
            inner.prop_map(|inner| json!({ "text": inner.to_string() })),
        ]
    })
}

proptest! {
    #[test]
    fn a_canary_in_a_document_does_not_come_out(document in hidden(), pretty: bool, cut in 0_usize..3) {
        let mut text = if pretty {
            serde_json::to_string_pretty(&document).unwrap()
        } else {
            document.to_string()
        };
        text.truncate(text.len() - cut);
        let kept = Redactor::default().text(&text).into_owned();
        prop_assert!(!kept.contains(CANARY), "{}", kept);
        prop_assert!(kept.contains(REDACTED));
        if cut == 0 {
            prop_assert!(serde_json::from_str::<Value>(&kept).is_ok(), "{}", kept);
        }
    }

    #[test]
    fn a_canary_in_a_form_does_not_come_out(before in "[a-z=%&+]{0,8}", value in "[^&]{0,6}", after in "(&[ -~]{0,8})?") {
        let form = format!("{before}&token={value}{CANARY}{after}");
        let kept = Redactor::default().form(&form).into_owned();
        prop_assert!(!kept.contains(CANARY), "{}", kept);
    }

    #[test]
    fn any_text_is_read(text in "(token|Bearer |://|[=:&;\"'{}\\[\\] \\\\@/]|\\PC){0,12}") {
        let redactor = Redactor::default();
        let kept = redactor.text(&text).into_owned();
        prop_assert!(kept == text || kept.contains(REDACTED));
        let kept = redactor.form(&text).into_owned();
        prop_assert!(kept == text || kept.contains(REDACTED) || kept.contains("%5Bredacted%5D"));
    }

    #[test]
    fn documents_without_names_stay_to_the_byte(
        members in vec(("[b-d]{1,3}", any::<i32>(), "[^=: ]{0,4}"), 0..5),
    ) {
        let members: Vec<_> = members
            .iter()
            .map(|(name, number, text)| format!("{name:?}: [{number}.0 , {}]", Value::from(&**text)))
            .collect();
        let document = format!(" {{{}}}\n", members.join(" ,"));
        prop_assert_eq!(Redactor::default().text(&document), document.as_str());
    }
}
