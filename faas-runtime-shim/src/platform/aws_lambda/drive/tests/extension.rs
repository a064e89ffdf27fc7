//! The registration for a signal before the end.

use super::super::start;
use super::{Platform, Reply, Setup, env, journal, note, noted, until};
use crate::function::HookMoment;

const REGISTER: &str = "POST /2020-01-01/extension/register";
const EVENT: &str = "GET /2020-01-01/extension/event/next";

fn with_a_stop_hook() -> Setup {
    Setup::default().hook(HookMoment::Stop, |_| Box::pin(async { Ok(()) }))
}

#[tokio::test]
async fn without_a_stop_hook_nothing_is_registered() {
    let platform = Platform::start(|_| Reply::Never).await;
    let setup = Setup::default().hook(HookMoment::Start, |_| Box::pin(async { Ok(()) }));
    start(&env([]), &platform.endpoint(), setup.build())
        .await
        .unwrap();
    assert_eq!(journal(), [""; 0]);
}

#[tokio::test]
async fn a_stop_hook_makes_the_process_an_extension() {
    let platform = Platform::start(|request| {
        if request.is(REGISTER) {
            note(request.header("lambda-extension-name"));
            note(&*request.body);
            return Reply::Answer(200, "Lambda-Extension-Identifier: id-1\r\n", "{}");
        }
        note(request.header("lambda-extension-identifier"));
        Reply::Never
    })
    .await;
    let env = env([("AWS_LAMBDA_FUNCTION_NAME", "orders")]);
    let started = start(&env, &platform.endpoint(), with_a_stop_hook().build())
        .await
        .unwrap();
    until(|| noted(EVENT) == 1 && platform.open() == 1).await;
    assert_eq!(
        journal(),
        [REGISTER, "faas-orders", r#"{"events":[]}"#, EVENT, "id-1"]
    );
    drop(started);
    until(|| platform.open() == 0).await;
}

#[tokio::test]
async fn a_registration_that_is_refused_keeps_nothing_from_starting() {
    let refusals = [
        Reply::Answer(403, "", r#"{"errorType":"Extension.RegistrationClosed"}"#),
        Reply::Answer(404, "", ""),
        Reply::Answer(500, "", "{}"),
        Reply::Answer(200, "", "{}"),
        Reply::Close,
    ];
    for refusal in refusals {
        let mut refusal = Some(refusal);
        let platform = Platform::start(move |_| refusal.take().unwrap_or(Reply::Close)).await;
        let started = start(&env([]), &platform.endpoint(), with_a_stop_hook().build()).await;
        assert!(started.unwrap().extension.is_none());
    }
    assert_eq!(noted(EVENT), 0);
}

#[tokio::test]
async fn the_poll_of_an_extension_is_repeated_when_it_breaks_and_not_when_it_is_answered() {
    let mut polls = 0;
    let platform = Platform::start(move |request| {
        if request.is(REGISTER) {
            return Reply::Answer(200, "Lambda-Extension-Identifier: id-1\r\n", "{}");
        }
        polls += 1;
        match polls {
            1 => Reply::Close,
            _ => Reply::Answer(403, "", "{}"),
        }
    })
    .await;
    let mut started = start(&env([]), &platform.endpoint(), with_a_stop_hook().build())
        .await
        .unwrap();
    let extension = started.extension.as_mut().unwrap();
    let ended =
        tokio::time::timeout(std::time::Duration::from_secs(30), extension.join_next()).await;
    assert!(ended.is_ok_and(|ended| ended.is_some()));
    assert_eq!(noted(EVENT), 2);
}
