//! The availability zone: asked for once, kept until a restore, and never worth a failure.

use std::sync::Arc;

use super::super::zone::Zone;
use super::{Platform, Reply, Setup, env, journal, note, noted};
use crate::invocation::Context;
use crate::services::Site;

const ASKED: &str = "GET /2026-01-15/metadata/execution-environment";
const TOKEN: &str = "hunter2";
const TOLD: Reply = Reply::Answer(200, "", r#"{"AvailabilityZoneID":"use1-az1","More":[1]}"#);

fn zone(platform: &Platform) -> Zone {
    Zone::of(&env([
        ("AWS_LAMBDA_METADATA_API", platform.address()),
        ("AWS_LAMBDA_METADATA_TOKEN", TOKEN),
    ]))
}

#[tokio::test]
async fn it_is_asked_for_once_until_the_instance_is_restored() {
    let platform = Platform::start(|request| {
        note(request.header("authorization"));
        TOLD
    })
    .await;
    let setup = Setup {
        site: Some(Arc::new(zone(&platform))),
        ..Setup::default()
    };
    let application = setup.build().await.unwrap();
    let context = Context::of_start(application.clone());
    let (one, other) = tokio::join!(context.availability_zone(), context.availability_zone());
    assert_eq!(one.as_deref(), Some("use1-az1"));
    assert_eq!(one, other);
    assert_eq!(context.availability_zone().await, one);
    assert_eq!(journal(), [ASKED, "Bearer hunter2"]);
    application.thaw().await.unwrap();
    assert_eq!(context.availability_zone().await, one);
    assert_eq!(noted(ASKED), 2);
}

#[tokio::test]
async fn what_fails_is_none_and_asked_for_again() {
    let mut failures = vec![
        Reply::Answer(401, "", ""),
        Reply::Answer(500, "", "{}"),
        Reply::Answer(200, "", "no JSON"),
        Reply::Answer(200, "", r#"{"AvailabilityZoneID":7}"#),
    ];
    let count = failures.len();
    let platform = Platform::start(move |_| failures.pop().unwrap_or(TOLD)).await;
    let zone = zone(&platform);
    for _ in 0..count {
        assert_eq!(zone.availability_zone().await, None);
    }
    assert_eq!(zone.availability_zone().await.as_deref(), Some("use1-az1"));
}

#[tokio::test]
async fn where_nobody_tells_nobody_is_asked() {
    for env in [
        env([]),
        env([("AWS_LAMBDA_METADATA_API", "127.0.0.1:1")]),
        env([
            ("AWS_LAMBDA_METADATA_API", "::"),
            ("AWS_LAMBDA_METADATA_TOKEN", TOKEN),
        ]),
    ] {
        assert_eq!(Zone::of(&env).availability_zone().await, None);
    }
    let application = Setup::default().build().await.unwrap();
    let context = Context::of_start(application);
    assert_eq!(context.availability_zone().await, None);
}

#[test]
fn the_token_is_not_shown() {
    let zone = Zone::of(&env([
        ("AWS_LAMBDA_METADATA_API", "127.0.0.1:1"),
        ("AWS_LAMBDA_METADATA_TOKEN", TOKEN),
    ]));
    assert!(!format!("{zone:?}").contains(TOKEN));
}
