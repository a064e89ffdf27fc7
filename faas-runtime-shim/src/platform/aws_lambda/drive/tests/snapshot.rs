//! The order of a snapshot, and what goes wrong on the way.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::super::start;
use super::platform::Request;
use super::{Platform, Reply, Setup, env, journal, note, until};
use crate::env::Env;
use crate::error::Error;
use crate::function::HookMoment;
use crate::services::Site;
use crate::startup::Exit;

const RESTORE: &str = "GET /2018-06-01/runtime/restore/next";

fn snap_start() -> Env {
    env([("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")])
}

/// Notes that it is told to forget.
#[derive(Debug)]
struct Noting;

impl Site for Noting {
    fn availability_zone(&self) -> BoxFuture<'_, Option<Arc<str>>> {
        Box::pin(std::future::ready(None))
    }

    fn forget(&self) {
        note("forget");
    }
}

fn setup() -> Setup {
    let setup = Setup {
        site: Some(Arc::new(Noting)),
        ..Setup::default()
    };
    setup
        .hook(HookMoment::Start, |_| noting("start"))
        .hook(HookMoment::BeforeFreeze, |_| noting("freeze 1"))
        .hook(HookMoment::BeforeFreeze, |_| noting("freeze 2"))
        .hook(HookMoment::AfterRestore, |_| noting("thaw 1"))
        .hook(HookMoment::AfterRestore, |_| noting("thaw 2"))
}

fn noting(what: &'static str) -> BoxFuture<'static, Result<(), Error>> {
    note(what);
    Box::pin(async { Ok(()) })
}

fn failing() -> BoxFuture<'static, Result<(), Error>> {
    Box::pin(async { Err(Error::retry("no luck")) })
}

/// Notes errors with their type, and answers with this status.
fn answers(status: u16) -> impl FnMut(&Request) -> Reply {
    move |request| {
        if request.is(RESTORE) {
            return Reply::Answer(status, "", "");
        }
        note(request.header("lambda-runtime-function-error-type"));
        assert!(request.body.contains("no luck"), "{}", request.body);
        Reply::Answer(202, "", "{}")
    }
}

const WHOLE: [&str; 9] = [
    "start",
    "freeze 2",
    "freeze 1",
    "disconnect",
    RESTORE,
    "disconnect",
    "forget",
    "thaw 1",
    "thaw 2",
];

#[tokio::test]
async fn hooks_run_around_the_snapshot_and_no_connection_outlives_it() {
    let platform = Platform::start(answers(200)).await;
    start(&snap_start(), &platform.endpoint(), setup().build())
        .await
        .unwrap();
    assert_eq!(journal(), WHOLE);
    until(|| platform.open() == 0).await;
}

#[tokio::test]
async fn without_a_snapshot_there_are_no_such_hooks() {
    let platform = Platform::start(answers(200)).await;
    let env = env([("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")]);
    start(&env, &platform.endpoint(), setup().build())
        .await
        .unwrap();
    assert_eq!(journal(), ["start"]);
}

#[tokio::test]
async fn hooks_run_in_pairs_where_the_platform_takes_no_snapshot() {
    for status in [403, 404] {
        let before = journal().len();
        let platform = Platform::start(answers(status)).await;
        start(&snap_start(), &platform.endpoint(), setup().build())
            .await
            .unwrap();
        assert_eq!(journal()[before..], WHOLE, "{status}");
    }
}

#[tokio::test]
async fn a_hook_that_fails_before_the_snapshot_is_an_error_of_the_start() {
    let platform = Platform::start(answers(200)).await;
    let setup = setup().hook(HookMoment::BeforeFreeze, |_| failing());
    let errors = start(&snap_start(), &platform.endpoint(), setup.build())
        .await
        .unwrap_err();
    assert_eq!(errors.exit(), Exit::Resource);
    assert_eq!(
        journal(),
        [
            "start",
            "freeze 2",
            "freeze 1",
            "POST /2018-06-01/runtime/init/error",
            "Runtime.BeforeSnapshotError"
        ]
    );
}

#[tokio::test]
async fn a_hook_that_fails_after_the_restore_is_an_error_of_the_restore() {
    let platform = Platform::start(answers(200)).await;
    let setup = setup().hook(HookMoment::AfterRestore, |_| failing());
    let errors = start(&snap_start(), &platform.endpoint(), setup.build())
        .await
        .unwrap_err();
    assert_eq!(errors.exit(), Exit::Resource);
    let after = [
        "POST /2018-06-01/runtime/restore/error",
        "Runtime.AfterRestoreError",
    ];
    assert_eq!(journal(), [&WHOLE[..], &after[..]].concat());
}
