//! Connect's unary calls by GET.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

use super::shop::item;
use super::*;

/// Connect's protocol, "Unary-Get-Request".
#[tokio::test]
async fn a_get_is_the_same_call() {
    let packed = gzipped(r#"{"name":"x"}"#);
    let proto = item("x");
    let queries = [
        "message=%7B%22name%22%3A%22x%22%7D&encoding=json".to_owned(),
        "connect=v1&encoding=json&unknown=1&message=%7B%22name%22:%22x%22%7d".to_owned(),
        r#"encoding=json&message={%22name%22:+%22x%22}&message=second"#.to_owned(),
        format!(
            "connect=v1&base64=1&encoding=proto&message={}",
            URL_SAFE_NO_PAD.encode(&proto)
        ),
        format!(
            "base64=1&encoding=json&message={}",
            URL_SAFE.encode(r#"{"name":"x"}"#).replace('=', "%3D")
        ),
        format!(
            "base64=1&compression=gzip&encoding=json&message={}",
            URL_SAFE.encode(&packed)
        ),
        "encoding=proto&message=%0A%01x&compression=identity&base64=0".to_owned(),
    ];
    for query in queries {
        let seen = Seen::default();
        let told = call(
            get(&format!("{}?{query}", shop::GET)),
            &shop::schema(),
            seen.echo(),
        )
        .await;
        assert_eq!(told.status, 200, "{query}: {told:?}");
        assert_eq!(told.field("vary"), "accept-encoding");
        let (head, body) = seen.only();
        assert_eq!(
            (head.method.as_str(), head.uri.to_string().as_str()),
            ("POST", shop::GET)
        );
        assert_eq!(body.unwrap(), frame(0, &proto));
        let expected = if query.contains("=json") {
            br#"{"name":"x"}"#.to_vec()
        } else {
            proto.clone()
        };
        assert_eq!(told.body(), expected);
    }
    let whole = get(&format!(
        "http://shop.example{}?encoding=proto&message=",
        shop::GET
    ));
    let seen = Seen::default();
    assert_eq!(call(whole, &shop::schema(), seen.echo()).await.status, 200);
    assert_eq!(
        seen.only().0.uri,
        *format!("http://shop.example{}", shop::GET)
    );
}

#[tokio::test]
async fn a_malformed_get_is_refused() {
    for (query, code, text) in [
        ("encoding=json", "invalid_argument", "`message` is missing"),
        (
            "encoding=json&message=%7B%7D&connect=v2",
            "invalid_argument",
            "`v2`",
        ),
        ("encoding=json&message=", "invalid_argument", "EOF"),
        (
            "encoding=proto&base64=1&message=a",
            "invalid_argument",
            "base64",
        ),
        (
            "encoding=proto&base64=1&message=+/%ff",
            "invalid_argument",
            "base64",
        ),
        (
            "encoding=json&message=%7B%7D&compression=br",
            "unimplemented",
            "`br`",
        ),
        (
            "encoding=json&message=%7B%7D&compression=gzip",
            "invalid_argument",
            "decompressed",
        ),
        (
            &format!("encoding=proto&message={}", "x".repeat(LIMIT + 1)),
            "resource_exhausted",
            "4097",
        ),
    ] {
        let seen = Seen::default();
        let told = call(
            get(&format!("{}?{query}", shop::GET)),
            &shop::schema(),
            seen.echo(),
        )
        .await;
        assert!(seen.is_nothing());
        assert_eq!(told.json()["code"], code, "{query}");
        let message = told.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(text), "{message}");
        assert_eq!(told.field("vary"), "accept-encoding");
    }
}
