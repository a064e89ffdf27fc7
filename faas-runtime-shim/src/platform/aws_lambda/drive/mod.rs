//! Talks to the Runtime API: asks for an invocation, has it served, answers, and asks again.
//!
//! `drive` begins and ends an instance, `mode` says of which sort it is, `slots` has its polls and `poller` is the loop of
//! one, `answer` posts what came of an invocation, `status` decides what a status code demands. `extension` and `snapshot` come
//! before the first poll, where they are wanted; `zone` is asked by handlers.

mod answer;
mod exchange;
mod extension;
mod facts;
mod mode;
mod poller;
mod record;
mod settings;
mod slots;
mod snapshot;
mod status;
#[cfg(test)]
mod tests;
mod zone;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

pub(crate) use self::exchange::{Deliver, ServeHttp, deliver, serve_http};
pub(super) use self::exchange::{Verdict, exchange};
use self::extension::Extension;
pub(super) use self::mode::Mode;
use self::record::Recorder;
pub(crate) use self::settings::ResponseMode;
use self::settings::Settings;
use self::slots::Slots;
use self::status::text;
use self::zone::Zone;
use super::{RUNTIME_API, SHUTDOWN, encode};
use crate::application::Application;
use crate::env::Env;
use crate::error::chain;
use crate::function::HookMoment;
use crate::lifecycle::Boot;
use crate::platform::poll::{Client, Endpoint, Limits};
use crate::services::Services;
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
    match instance(&boot).await {
        Ok(exit) => exit,
        Err(errors) => {
            boot.report(&errors);
            errors.exit()
        }
    }
}

async fn instance(boot: &Boot) -> Result<Exit, StartErrors> {
    let endpoint = endpoint(&boot.env)?;
    let Started {
        settings,
        application,
        // kept to the end: with it goes the poll that makes the process an extension
        extension: _extension,
    } = start(&boot.env, &endpoint, build(boot)).await?;
    if let Some(recorder) = &settings.recorder {
        recorder.polls(application.clock());
    }
    settings.mode.warn_of_build();
    let mut slots = Slots::start(&endpoint, &application, settings.clone());
    // the first poll ends the platform's init phase, so it goes before all that can wait
    tokio::task::yield_now().await;
    let mut signals = Signals::install()?;
    tokio::select! {
        () = slots.over() => Ok(Exit::Platform),
        () = signals.stop() => Ok(end(slots, &application, settings.mode.shutdown()).await),
    }
}

/// What stands before the first poll.
#[derive(Debug)]
struct Started {
    settings: Settings,
    application: Application,
    extension: Option<Extension>,
}

/// Does all that comes before the first poll; what fails is told to the platform.
async fn start(
    env: &Env,
    endpoint: &Endpoint,
    building: impl Future<Output = Result<Application, StartErrors>>,
) -> Result<Started, StartErrors> {
    let built = async {
        let mut settings = Settings::read(env)?;
        let application = building.await?;
        let recorder = Recorder::read(application.configuration(), env, settings.mode)?;
        settings.recorder = recorder.map(Arc::new);
        Ok::<_, StartErrors>((settings, application))
    };
    let (settings, application) = match built.await {
        Ok(built) => built,
        Err(errors) => {
            tell(endpoint, INIT_ERROR, "Runtime.InitError", &errors).await;
            return Err(errors);
        }
    };
    let extension = if application.has_hooks(HookMoment::Stop) {
        extension::register(endpoint, env).await
    } else {
        None
    };
    if snapshot::is_wanted(env) {
        snapshot::pass(endpoint, &application).await?;
    }
    Ok(Started {
        settings,
        application,
        extension,
    })
}

async fn build(boot: &Boot) -> Result<Application, StartErrors> {
    let configuration = boot.configuration()?;
    let services = Services {
        site: Arc::new(Zone::of(&boot.env)),
        ..boot.services(&configuration)
    };
    boot.application_of(configuration, services).await
}

/// Finishes what is in flight and runs the stop hooks, all within what the platform gives.
async fn end(slots: Slots, application: &Application, within: Duration) -> Exit {
    let latest = Instant::now() + within - SPARE;
    let finished = slots.drain(within / 2).await;
    let hooks = application.run_hooks(HookMoment::Stop);
    match timeout_at(latest, hooks).await {
        Ok(Ok(())) => {}
        Ok(Err(errors)) => tracing::error!("{errors}"),
        Err(_) => tracing::error!("the stop hooks took longer than the platform allows"),
    }
    if finished {
        Exit::Drained
    } else {
        Exit::CutOff
    }
}

/// Left of the time to shut down for the process's own end.
const SPARE: Duration = Duration::from_millis(30);

/// Tells the platform why the instance does not come up; it hands the text to the first caller.
async fn tell(endpoint: &Endpoint, path: &str, kind: &str, errors: &StartErrors) {
    let mut body = Vec::new();
    encode::error(kind, &errors.to_string(), &mut body);
    let headers = [
        ("Content-Type", "application/json"),
        ("Lambda-Runtime-Function-Error-Type", kind),
    ];
    let mut client = Client::new(endpoint.clone(), USER_AGENT, LIMITS);
    match client.post(&[path], &headers, &body).await {
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

fn endpoint(env: &Env) -> Result<Endpoint, StartError> {
    let text = env.get(RUNTIME_API).unwrap_or_default();
    Endpoint::parse(text).map_err(|error| {
        // in its words, since the text itself may hold a password
        let expected = format!("{}, as in `127.0.0.1:9001`", error.expected);
        StartError::bad_environment(RUNTIME_API, &error.found, &expected)
    })
}
