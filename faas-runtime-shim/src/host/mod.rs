//! The host: our own long-lived runtime, where no platform is found. HTTP on one port, management on another.
//!
//! It opens its listeners first, so that a taken port is told at once; then it builds the application, while management
//! already answers probes; then it serves until a signal, and drains.

mod accept;
pub(crate) mod announce;
mod door;
#[cfg(feature = "embedded")]
pub(crate) mod embedded;
pub(crate) mod events;
mod failure;
pub(crate) mod http;
pub(crate) mod instance;
mod linger;
mod management;
#[cfg(feature = "embedded")]
mod object;
mod operations;
#[cfg(feature = "embedded")]
mod pauses;
mod services;
pub(crate) mod settings;
#[cfg(feature = "embedded")]
pub(crate) mod store;
#[cfg(feature = "embedded")]
mod task;
#[cfg(feature = "thrift")]
pub(crate) mod thrift;
#[cfg(not(feature = "thrift"))]
#[path = "without_thrift.rs"]
mod thrift;
#[cfg(feature = "embedded")]
pub(crate) mod timer;
pub(crate) mod tls;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::http::uri::Scheme;
use bytes::Bytes;
use futures_util::future::{BoxFuture, OptionFuture, join};
use tokio::net::TcpListener;
use tokio::sync::{SetOnce, watch};

use self::door::Door;
use self::http::{Phase, Policy, serve};
use self::instance::{drain, open, policy, stop};
use self::management::Management;
pub(crate) use self::management::{ByHand, invoke_by_hand};
use self::services::Below;
use self::settings::Settings;
use crate::application::Application;
use crate::config::Configuration;
use crate::engine::Opening;
use crate::env::Env;
use crate::lifecycle::Boot;
use crate::platform::{Adapter, Capabilities, Drain, Exchange, Flavour, Profile, Shape};
use crate::signals::Signals;
use crate::startup::{Exit, StartErrors};
use crate::telemetry::LogPlan;

/// How long what is in flight may take after the signal: Kubernetes kills after `terminationGracePeriodSeconds`, by default
/// 30 s (Kubernetes documentation, "Pod Lifecycle", termination of Pods), and hooks and exporters come after it.
const DRAIN: Duration = Duration::from_secs(25);

/// The adapter of last resort: no platform, our own servers.
#[derive(Debug)]
pub(crate) struct Host;

impl Adapter for Host {
    fn profile(&self) -> Profile {
        Profile {
            name: "host",
            shape: Shape::HttpServer,
            flavour: Flavour::MultiThread,
            capabilities: Capabilities {
                streaming: true,
                partial_batches: false,
                cookies: true,
                status_codes: true,
                deadline: false,
                attempt: false,
                concurrency: true,
            },
            triggers: &[
                ("http", "bodies streamed both ways"),
                (
                    "grpc",
                    "native (h2c, TLS), gRPC-Web, Connect; with the feature `grpc`",
                ),
                (
                    "thrift",
                    "on a port of its own; over HTTP; with the feature `thrift`",
                ),
                ("invoke", "by hand, on the management port"),
                (
                    "queue",
                    "from this machine's disk; CloudEvents at `[events] path`",
                ),
                ("task", "from this machine's disk"),
                ("timer", "by a scheduler of its own"),
                ("object", "from watched folders"),
                ("binlog", "by hand"),
                ("event", "CloudEvents at `[events] path`; by hand"),
            ],
            request_limit: None,
            response_limit: None,
            drain: Drain {
                keep_accepting: false,
                within: DRAIN,
            },
            credential_headers: &[],
        }
    }

    fn detects(&self, _: &Env) -> bool {
        true
    }

    fn logs(&self, env: &Env) -> LogPlan {
        let terminal = std::io::stderr().is_terminal();
        LogPlan::host(terminal, env)
    }

    fn drive(&self, boot: Boot) -> BoxFuture<'static, Exit> {
        Box::pin(async move {
            match drive(&boot).await {
                Ok(exit) => exit,
                Err(errors) => {
                    boot.report(&errors);
                    errors.exit()
                }
            }
        })
    }

    fn exchange<'a>(
        &'a self,
        application: &'a Application,
        event: Bytes,
    ) -> BoxFuture<'a, Exchange> {
        Box::pin(management::exchange(application, event))
    }
}

async fn drive(boot: &Boot) -> Result<Exit, StartErrors> {
    let configuration = boot.configuration()?;
    let settings = Settings::read(&configuration, &boot.env)?;
    let mut signals = Signals::install().map_err(StartErrors::from)?;
    let (management, management_address) = open_management(&settings).await?;
    let (listener, address) = open(&settings.listen).await?;
    let thrift = thrift::open_if_served(boot, &configuration).await?;
    let thrift_address = thrift.as_ref().map(ToString::to_string);
    let (phase, watched) = watch::channel(Phase::Serving);
    let (management_phase, managed) = watch::channel(Phase::Serving);
    let application = Arc::new(SetOnce::new());
    let beneath = Arc::new(OnceLock::new());
    let mut management = tokio::spawn(serve(
        management,
        MANAGEMENT_POLICY,
        Management::new(
            Arc::clone(&application),
            watched.clone(),
            management_address,
            settings.read_only,
            Arc::clone(&beneath),
        ),
        managed,
    ));
    let building = build(boot, configuration);
    let (built, below) = tokio::select! {
        built = building => built?,
        () = signals.stop() => return Ok(Exit::Drained),
    };
    let app = built.clone();
    if let Some(running) = below.opened() {
        running.start(&app).await?;
    }
    // this is the only place that sets them
    let _ = beneath.set(below.clone());
    let _ = application.set(built);
    let scheme = match settings.tls {
        Some(_) => Scheme::HTTPS,
        None => Scheme::HTTP,
    };
    announce::announce(
        &app,
        &scheme,
        address,
        &more(management_address, thrift_address.as_deref(), &settings),
    );
    let beside = thrift.map(|port| port.serve(app.clone(), watched.clone()));
    let serving = serve(
        http::Port {
            listener,
            tls: settings.tls.clone(),
        },
        policy(&settings.http),
        Door::new(
            app.clone(),
            settings.http.head_timeout.as_duration(),
            settings.events.as_deref(),
        ),
        watched,
    );
    let served = tokio::spawn(async move {
        join(serving, OptionFuture::from(beside)).await;
    });
    signals.stop().await;
    let within = settings.http.drain_timeout.as_duration();
    let exit = drain(&app, &phase, served, below.opened(), &mut signals, within).await;
    // until here it has told that the instance drains; what it was asked last is answered too
    management_phase.send_replace(Phase::Draining);
    if tokio::time::timeout(LAST_ANSWERS, &mut management)
        .await
        .is_err()
    {
        management.abort();
    }
    let exit = stop(&app, exit, &mut signals).await;
    // hooks publish too
    if tokio::time::timeout(LAST_COMMIT, below.close())
        .await
        .is_err()
    {
        tracing::warn!(
            "the host's store did not close within {LAST_COMMIT:?}: what it was not told in time comes again"
        );
    }
    Ok(exit)
}

async fn build(
    boot: &Boot,
    configuration: Configuration,
) -> Result<(Application, Below), StartErrors> {
    let opening = Opening {
        env: boot.env.clone(),
        configuration: configuration.clone(),
        clock: boot.clock(),
    };
    let below = Below::open(&boot.registry, opening).await?;
    let services = below.services(boot.outlet(&configuration));
    let application = boot.application_of(configuration, services).await?;
    Ok((application, below))
}

/// What is served besides the functions.
fn more(management: SocketAddr, thrift: Option<&str>, settings: &Settings) -> String {
    let asked = settings.management.address.port();
    let moved = if asked == 0 || asked == management.port() {
        ""
    } else {
        ", since its port was taken"
    };
    let events = match &settings.events {
        Some(path) => format!(" (CloudEvents at {path})"),
        None => String::new(),
    };
    let thrift = match thrift {
        Some(address) => format!(", Thrift at {address}"),
        None => String::new(),
    };
    format!("{events}{thrift}, management at http://{management}{moved}")
}

/// For answers of the management port that are under way when everything else has ended.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// For the disk to have what was done last; one that hangs must not keep the process for ever.
const LAST_COMMIT: Duration = Duration::from_secs(3);

/// Management serves a few probes and a person.
const MANAGEMENT_POLICY: Policy = Policy {
    max_connections: 64,
    header_timeout: Duration::from_secs(5),
    body_timeout: Duration::from_secs(10),
    idle_timeout: Duration::from_secs(60),
    max_header: 16 * 1024,
    max_body: 32 * 1024 * 1024,
};

/// Opens the management port. On a terminal a taken default port is no reason to give up: the next one is tried.
async fn open_management(settings: &Settings) -> Result<(TcpListener, SocketAddr), StartErrors> {
    let mut listen = settings.management.clone();
    let may_move = listen.by_default && std::io::stderr().is_terminal();
    for _ in 0..MANAGEMENT_TRIES {
        let tried = open(&listen).await;
        match tried {
            Err(_) if may_move => {
                let port = listen.address.port().saturating_add(1);
                listen.address.set_port(port);
            }
            tried => return tried,
        }
    }
    open(&settings.management).await
}

const MANAGEMENT_TRIES: u16 = 16;
