//! Serves: opens the port once functions can run, and ends without dropping what it has accepted.

mod door;
mod invoke;

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::Either;
use http::uri::Scheme;
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::sync::watch;

use self::door::{Answering, Door};
use super::{decode, encode};
use crate::application::Application;
use crate::clock::Clock;
use crate::host::announce::announce;
use crate::host::http::{Phase, Policy, Service, serve};
use crate::host::instance::{drain, open, policy, stop};
use crate::host::settings::{HttpSection, Listen};
use crate::lifecycle::Boot;
use crate::platform::Exchange;
use crate::signals::Signals;
use crate::startup::{Exit, StartErrors};

/// Serves until a signal.
pub(super) async fn drive(boot: Boot) -> Exit {
    match run(&boot).await {
        Ok(exit) => exit,
        Err(errors) => {
            boot.report(&errors);
            errors.exit()
        }
    }
}

async fn run(boot: &Boot) -> Result<Exit, StartErrors> {
    let configuration = boot.configuration()?;
    let mut errors = Vec::new();
    let section = HttpSection::read(&configuration, &mut errors);
    StartErrors::check(errors, ())?;
    let listen = Listen::of_variable(PORT, &boot.env)?.unwrap_or(Listen {
        address: SocketAddr::from(([0, 0, 0, 0], DEFAULT_PORT)),
        setting: PORT,
        by_default: true,
    });
    let mut signals = Signals::install()?;
    let application = tokio::select! {
        built = boot.application_with(configuration) => built?,
        () = signals.stop() => return Ok(Exit::Drained),
    };
    // whoever listens is ready: the platform's first probe is a connection
    let (listener, address) = open(&listen).await?;
    announce(&application, &Scheme::HTTP, address, "");
    if section.tls.is_some() {
        tracing::warn!(
            "`[http.tls]` is not used here: the platform's proxy speaks TLS with clients"
        );
    }
    let policy = Policy {
        idle_timeout: section.idle_timeout.as_duration().max(LONGEST_IDLE),
        ..policy(&section)
    };
    let (phase, watched) = watch::channel(Phase::Serving);
    let door = Door::new(application.clone());
    let served = tokio::spawn(serve(listener, policy, door, watched));
    signals.stop().await;
    let within = section.drain_timeout.as_duration();
    let exit = drain(&application, &phase, served, None, &mut signals, within).await;
    Ok(stop(&application, exit, &mut signals).await)
}

/// Runtime contract, "Protocols and Ports", inbound network connectivity.
const PORT: &str = "PORT";
/// Knative Serving, `containerPort`, where nothing else is asked for.
const DEFAULT_PORT: u16 = 8080;

/// Longer than the queue proxy keeps an idle connection (Go, `net/http.DefaultTransport`: 90 s), so that it never sends a
/// request on one that is being closed here.
const LONGEST_IDLE: Duration = Duration::from_secs(600);

impl Service for Door {
    type Answering = Answering;

    fn answer(&self, request: Request<Body>, _: SocketAddr) -> Self::Answering {
        self.take(request)
    }

    fn clock(&self) -> Option<&dyn Clock> {
        Some(self.application_clock())
    }
}

/// Takes what somebody has written down in the way of a request that has come.
pub(super) async fn exchange(application: &Application, text: Bytes) -> Exchange {
    let request = match decode::document(&text) {
        Ok(decode::Document(request)) => request,
        Err(error) => return Exchange::Error(error.to_string().into()),
    };
    let response: Response<Body> = match Door::new(application.clone()).take(request) {
        Either::Left(answering) => answering.await,
        Either::Right(answering) => answering.await,
    };
    let (head, body) = response.into_parts();
    match body.collect().await {
        Ok(body) => Exchange::Answer(encode::response(&head, &body.to_bytes())),
        Err(error) => Exchange::Error(format!("the response's body broke off: {error}").into()),
    }
}
