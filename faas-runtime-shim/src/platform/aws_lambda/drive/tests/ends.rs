//! How an instance begins and ends: what is told to the platform, and the stop hooks.

use super::super::mode::Mode;
use super::super::slots::Slots;
use super::super::{end, start};
use super::{Platform, Reply, Setup, env, journal, note, noted, settings, until, within};
use crate::function::HookMoment;
use crate::startup::Exit;

const INIT_ERROR: &str = "POST /2018-06-01/runtime/init/error";

#[tokio::test]
async fn a_number_of_slots_that_is_none_is_told_to_the_platform() {
    let platform = Platform::start(|request| {
        note(request.header("lambda-runtime-function-error-type"));
        note(&*request.body);
        Reply::Answer(403, "", "{}")
    })
    .await;
    let env = env([("AWS_LAMBDA_MAX_CONCURRENCY", "none")]);
    let building = async {
        note("built");
        Setup::default().build().await
    };
    let errors = start(&env, &platform.endpoint(), building)
        .await
        .unwrap_err();
    assert_eq!(errors.exit(), Exit::Configuration);
    let journal = journal();
    assert_eq!(journal[..2], [INIT_ERROR, "Runtime.InitError"]);
    assert!(journal[2].contains("F0403"), "{journal:?}");
    assert_eq!(journal.len(), 3, "{journal:?}");
}

#[tokio::test(start_paused = true)]
async fn stop_hooks_run_after_the_polls_have_ended() {
    let platform = Platform::start(|_| Reply::Never).await;
    let setup = Setup::default().hook(HookMoment::Stop, |_| {
        Box::pin(async {
            note("stopped");
            Ok(())
        })
    });
    let application = setup.build().await.unwrap();
    let slots = Slots::start(&platform.endpoint(), &application, settings(Mode::Classic));
    until(|| noted("GET") == 1).await;
    let exit = within(end(slots, &application, Mode::Classic.shutdown())).await;
    assert_eq!(exit, Exit::Drained);
    assert_eq!(noted("stopped"), 1);
    until(|| platform.open() == 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_hook_that_does_not_end_is_left() {
    let platform = Platform::start(|_| Reply::Never).await;
    let setup = Setup::default().hook(HookMoment::Stop, |_| Box::pin(std::future::pending()));
    let application = setup.build().await.unwrap();
    let slots = Slots::start(&platform.endpoint(), &application, settings(Mode::Classic));
    until(|| noted("GET") == 1).await;
    let begin = tokio::time::Instant::now();
    let exit = within(end(slots, &application, Mode::Classic.shutdown())).await;
    assert_eq!(exit, Exit::Drained);
    assert!(begin.elapsed() < Mode::Classic.shutdown());
}
