//! Who called: request context, claims and address, as each front end tells them, and as `None` where it does not.

use serde_json::{Value, json};

use super::{app, get};
use crate::lambda::events::{HttpAnswer, fixture, redirected};

mod functions {
    use faas::{Claims, ClientAddr, Json, RequestContext};
    use serde::Deserialize;
    use serde_json::{Value, json};

    #[faas::http("/address")]
    async fn address(ClientAddr(address): ClientAddr) -> String {
        address.to_string()
    }

    #[faas::http("/claims")]
    async fn claims(Claims(claims): Claims) -> Json<Value> {
        Json(claims)
    }

    #[derive(Deserialize)]
    pub(super) struct Person {
        sub: String,
    }

    #[faas::http("/person")]
    async fn person(Claims(person): Claims<Person>) -> String {
        person.sub
    }

    #[faas::http("/context")]
    async fn context(RequestContext(context): RequestContext) -> Json<Value> {
        Json(context)
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Known {
        request_id: String,
    }

    #[faas::http("/request")]
    async fn request(RequestContext(known): RequestContext<Known>) -> String {
        known.request_id
    }

    #[faas::http("/optional")]
    async fn optional(
        claims: Option<Claims<Person>>,
        context: Option<RequestContext>,
        address: Option<ClientAddr>,
    ) -> Json<Value> {
        Json(json!([
            claims.map(|Claims(person)| person.sub),
            context.is_some(),
            address.map(|address| address.0),
        ]))
    }

    #[faas::invoke]
    pub(super) async fn invoked(
        claims: Option<Claims<Person>>,
        context: Option<RequestContext>,
        address: Option<ClientAddr>,
    ) -> Json<bool> {
        Json(claims.is_none() && context.is_none() && address.is_none())
    }
}

async fn answer(event: Value) -> HttpAnswer {
    let app = app(module_path!(), "functions").start().await;
    let answer = app.event("aws-lambda", event.to_string()).await;
    assert!(!answer.is_error());
    HttpAnswer::read(&answer.json())
}

async fn at(name: &str, path: &str) -> HttpAnswer {
    answer(redirected(fixture(name), "GET", path)).await
}

#[tokio::test]
async fn every_front_end_tells_the_clients_address() {
    let cases = [
        ("apigw-rest-v1.json", "192.168.196.186"),
        ("apigw-http-v1-format.json", "192.168.0.1"),
        ("function-url.json", "123.123.123.123"),
        ("alb-single-value.json", "25.12.198.67"),
        ("vpc-lattice-v2.json", "10.0.2.100"),
    ];
    for (name, expected) in cases {
        let answer = at(name, "/address").await;
        assert_eq!((answer.status, answer.text()), (200, expected), "{name}");
    }
}

#[tokio::test]
async fn a_forged_hop_is_not_the_client() {
    let mut event = redirected(fixture("alb-single-value.json"), "GET", "/address");
    event["headers"]["x-forwarded-for"] = "6.6.6.6, 25.12.198.67".into();
    assert_eq!(answer(event).await.text(), "25.12.198.67");
}

#[tokio::test]
async fn claims_come_from_the_authoriser() {
    let claims = at("apigw-http-v2-jwt.json", "/claims").await;
    let event = fixture("apigw-http-v2-jwt.json");
    assert_eq!(
        claims.json(),
        event["requestContext"]["authorizer"]["jwt"]["claims"]
    );

    let mut event = redirected(fixture("apigw-rest-v1.json"), "GET", "/person");
    event["requestContext"]["authorizer"] = json!({ "claims": { "sub": "ada", "x": 1 } });
    assert_eq!(answer(event.clone()).await.text(), "ada");
    event["requestContext"]["authorizer"] = json!({ "sub": "flat" });
    assert_eq!(answer(event).await.text(), "flat");
}

#[tokio::test]
async fn without_claims_nobody_passes_and_wrong_ones_are_refused() {
    let absent = at("apigw-http-v2-no-authorizer.json", "/person").await;
    assert_eq!(absent.status, 401, "{}", absent.text());
    let mut event = redirected(fixture("apigw-http-v2-jwt.json"), "GET", "/person");
    event["requestContext"]["authorizer"]["jwt"]["claims"] = json!({ "name": "ada" });
    let wrong = answer(event).await;
    assert_eq!(wrong.status, 403, "{}", wrong.text());
    assert!(
        wrong.text().contains("missing field `sub`"),
        "{}",
        wrong.text()
    );
}

#[tokio::test]
async fn the_request_context_is_the_platforms_own() {
    for name in [
        "apigw-http-v2.json",
        "apigw-rest-v1.json",
        "alb-multi-value.json",
        "vpc-lattice-v2.json",
    ] {
        let told = at(name, "/context").await.json();
        let mut sent = redirected(fixture(name), "GET", "/context");
        assert_eq!(told, sent["requestContext"].take(), "{name}");
    }
    let typed = at("apigw-http-v2.json", "/request").await;
    assert_eq!((typed.status, typed.text()), (200, "id"));
    assert_eq!(at("alb-multi-value.json", "/request").await.status, 500);
}

#[tokio::test]
async fn what_is_not_told_is_none_where_it_may_be() {
    let mut event = redirected(fixture("apigw-http-v2-jwt.json"), "GET", "/optional");
    event["requestContext"]["authorizer"]["jwt"]["claims"] = json!({ "sub": "ada" });
    event["requestContext"]["http"]["sourceIp"] = "2001:db8::1".into();
    assert_eq!(
        answer(event).await.json(),
        json!(["ada", true, "2001:db8::1"])
    );
    let told = at("alb-health-check.json", "/optional").await.json();
    assert_eq!(told, json!([null, true, null]));
    let app = app(module_path!(), "functions").start().await;
    let nowhere = app.http(get("/optional")).await;
    assert_eq!(nowhere.json::<Value>(), json!([null, false, null]));
    assert!(app.call(functions::invoked, ()).await.unwrap());
    for (path, status) in [("/address", 500), ("/claims", 401), ("/context", 500)] {
        assert_eq!(app.http(get(path)).await.status(), status, "{path}");
    }
}
