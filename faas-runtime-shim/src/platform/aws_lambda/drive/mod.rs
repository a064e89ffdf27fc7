//! Talks to the Runtime API: asks for an invocation, has it served, answers, and asks again.
//!
//! What one status code demands is decided in `after_next` and `after_post`, and nowhere else.

mod exchange;
mod facts;

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::sync::Mutex;

pub(crate) use self::exchange::{Deliver, ServeHttp, deliver, serve_http};
pub(super) use self::exchange::{Verdict, exchange};
use super::{RUNTIME_API, SHUTDOWN, encode};
use crate::application::Application;
use crate::error::chain;
use crate::function::HookMoment;
use crate::lifecycle::Boot;
use crate::platform::poll::{Answer, Client, Endpoint, Error, Limits};
use crate::signals::Signals;
use crate::startup::{Exit, StartError, StartErrors};

/// Sent with every request; the platform shows it as the runtime's release.
const USER_AGENT: &str = concat!("faas/", env!("CARGO_PKG_VERSION"));
const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const INIT_ERROR: &str = "/2018-06-01/runtime/init/error";

const LIMITS: Limits = Limits {
    // six MiB of payload can grow by base64 and escapes; what is longer did not come from Lambda
    body: 64 * 1024 * 1024,
    // with the back-off some 15 s, longer than an agent needs to start again
    attempts: NonZeroU32::new(21).expect("not zero"),
};

/// Serves until the platform is gone or a signal comes.
pub(super) async fn drive(boot: Boot) -> Exit {
    let endpoint = match endpoint(&boot) {
        Ok(endpoint) => endpoint,
        Err(error) => return fail(&boot, &error.into()),
    };
    let mut client = Client::new(endpoint, USER_AGENT, LIMITS);
    let application = match boot.application().await {
        Ok(application) => application,
        Err(errors) => {
            init_error(&mut client, &errors).await;
            return fail(&boot, &errors);
        }
    };
    let busy = Arc::new(Mutex::new(()));
    let mut serving = tokio::spawn(serve(client, application.clone(), Arc::clone(&busy)));
    // the first poll ends the platform's init phase, so it goes before all that can wait
    tokio::task::yield_now().await;
    let mut signals = match Signals::install() {
        Ok(signals) => signals,
        Err(error) => return fail(&boot, &error.into()),
    };
    tokio::select! {
        exit = &mut serving => exit.unwrap_or(Exit::Platform),
        () = signals.stop() => {
            // an invocation is over once its answer is through, not once its handler is
            let finished = tokio::time::timeout(SHUTDOWN / 2, busy.lock()).await;
            serving.abort();
            let hooks = application.run_hooks(HookMoment::Stop);
            match tokio::time::timeout(SHUTDOWN / 2, hooks).await {
                Ok(Ok(())) => {}
                Ok(Err(errors)) => tracing::error!("{errors}"),
                Err(_) => tracing::error!("the stop hooks took longer than the platform allows"),
            }
            if finished.is_ok() { Exit::Drained } else { Exit::CutOff }
        }
    }
}

/// The loop. It has the connection to itself, and nothing else polls with it.
///
/// It holds `busy` from an event to the end of its answer.
async fn serve(mut client: Client, application: Application, busy: Arc<Mutex<()>>) -> Exit {
    let mut out = Vec::new();
    loop {
        let (facts, echo, event) = match client.get(&[NEXT], &[]).await {
            Ok(answer) => match after_next(&answer) {
                Next::Serve => {
                    let received = application.clock();
                    let facts = facts::read(&answer, received);
                    (facts, facts::Echo::of(&answer), answer.into_body())
                }
                Next::Again => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Next::Stop => return Exit::Platform,
            },
            Err(error) => {
                tracing::error!("{}", chain(&error));
                match error {
                    // the poll is repeated: the platform hands out the same event again
                    Error::Malformed { .. } => {
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                    Error::Unreachable { .. } | Error::Broken { .. } | Error::Request(_) => {
                        return Exit::Platform;
                    }
                }
            }
        };
        let _busy = busy.lock().await;
        out.clear();
        let verdict = exchange(&application, facts, event, &mut out).await;
        if let Next::Stop = post(&mut client, &echo, &verdict, &out).await {
            return Exit::Platform;
        }
        if out.capacity() > KEPT {
            out = Vec::new();
        }
    }
}

/// An answer's buffer of this size is kept for the next one; the memory of a rare large one is not.
const KEPT: usize = 256 * 1024;

/// Between two polls when the last one brought nothing; cargo-lambda's emulator answers 204 at once while it is idle.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// What follows an answer of the platform.
enum Next {
    Serve,
    Again,
    Stop,
}

fn after_next(answer: &Answer<'_>) -> Next {
    match answer.status() {
        200 => Next::Serve,
        // no event yet: an emulator's form of waiting
        204 => Next::Again,
        status @ 403 => {
            tracing::warn!(status, answer = %text(answer), "the poll came in a wrong state");
            Next::Again
        }
        status => {
            tracing::error!(status, answer = %text(answer), "the platform gave up this instance");
            Next::Stop
        }
    }
}

/// Posts the answer to an invocation. Whatever becomes of it, it is not sent twice.
async fn post(client: &mut Client, echo: &facts::Echo, verdict: &Verdict, out: &[u8]) -> Next {
    let mut headers: Vec<(&'static str, &str)> = Vec::with_capacity(3);
    headers.push(("Content-Type", "application/json"));
    let end = match verdict {
        Verdict::Response => "/response",
        Verdict::Error { kind } => {
            headers.push(("Lambda-Runtime-Function-Error-Type", kind));
            "/error"
        }
    };
    if let Some(invocation) = &echo.invocation {
        headers.push(("Lambda-Runtime-Invocation-Id", invocation));
    }
    match client
        .post(&[INVOCATION, &echo.request, end], &headers, out)
        .await
    {
        Ok(answer) => after_post(&answer),
        Err(error) => {
            tracing::error!("the answer of {} was lost: {}", echo.request, chain(&error));
            Next::Serve
        }
    }
}

fn after_post(answer: &Answer<'_>) -> Next {
    match answer.status() {
        200..=299 => Next::Serve,
        status @ 500 => {
            tracing::error!(status, answer = %text(answer), "the platform gave up this instance");
            Next::Stop
        }
        // 400: already answered or cut; 403: wrong state; 410: the invocation had timed out; 413: too large. The
        // platform has counted the failure already, and another post would be refused.
        status => {
            tracing::error!(status, answer = %text(answer), "the answer was refused");
            Next::Serve
        }
    }
}

/// Tells the platform why the instance does not come up; it hands the text to the first caller.
async fn init_error(client: &mut Client, errors: &StartErrors) {
    let mut body = Vec::new();
    encode::error("Runtime.InitError", &errors.to_string(), &mut body);
    let headers = [
        ("Content-Type", "application/json"),
        ("Lambda-Runtime-Function-Error-Type", "Runtime.InitError"),
    ];
    match client.post(&[INIT_ERROR], &headers, &body).await {
        Ok(answer) if (200..300).contains(&answer.status()) => {}
        Ok(answer) => tracing::error!(
            status = answer.status(),
            answer = %text(&answer),
            "the start-up error could not be reported"
        ),
        Err(error) => tracing::error!(
            "the start-up error could not be reported: {}",
            chain(&error)
        ),
    }
}

fn endpoint(boot: &Boot) -> Result<Endpoint, StartError> {
    let text = boot.env.get(RUNTIME_API).unwrap_or_default();
    Endpoint::parse(text).map_err(|error| {
        // in its words, since the text itself may hold a password
        let expected = format!("{}, as in `127.0.0.1:9001`", error.expected);
        StartError::bad_environment(RUNTIME_API, &error.found, &expected)
    })
}

fn fail(boot: &Boot, errors: &StartErrors) -> Exit {
    boot.report(errors);
    errors.exit()
}

/// What the platform said, cut to what a log line bears.
fn text(answer: &Answer<'_>) -> String {
    const LONGEST: usize = 512;
    let body = answer.body();
    String::from_utf8_lossy(body.get(..LONGEST).unwrap_or(body)).into_owned()
}
