//! The host: our own long-lived runtime, where no platform is found. HTTP on one port, management on another.
//!
//! It opens its listeners first, so that a taken port is told at once; then it builds the application, while management
//! already answers probes; then it serves until a signal, and drains.

mod announce;
pub(crate) mod http;
mod management;
mod settings;

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::http::Request;
use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::http::{Phase, Policy, serve};
use self::management::Management;
use self::settings::{HttpSection, Listen, Settings};
use crate::application::{Answering, Application};
use crate::env::Env;
use crate::function::HookMoment;
use crate::invocation::Facts;
use crate::lifecycle::Boot;
use crate::platform::{Adapter, Capabilities, Drain, Exchange, Flavour, Profile, Shape};
use crate::signals::Signals;
use crate::startup::{Exit, StartError, StartErrors};
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
                ("invoke", "by hand, on the management port"),
                ("queue", "by hand; CloudEvents at `[events] path`"),
                ("timer", "by hand"),
                ("object", "by hand"),
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
    let (phase, watched) = watch::channel(Phase::Serving);
    let (management_phase, managed) = watch::channel(Phase::Serving);
    let application = Arc::new(OnceLock::new());
    let mut management = tokio::spawn(serve(
        management,
        MANAGEMENT_POLICY,
        Management::new(
            Arc::clone(&application),
            watched.clone(),
            management_address,
            settings.read_only,
        ),
        managed,
    ));
    let built = tokio::select! {
        built = boot.application_with(configuration) => built?,
        () = signals.stop() => return Ok(Exit::Drained),
    };
    let app = application.get_or_init(|| built).clone();
    announce::announce(&app, address, management_address, &settings);
    let mut served = tokio::spawn(serve(
        listener,
        policy(&settings.http),
        Door {
            application: app.clone(),
            head_timeout: settings.http.head_timeout.as_duration(),
        },
        watched,
    ));
    signals.stop().await;
    let exit = drain(&app, &phase, &mut served, &mut signals, &settings).await;
    phase.send_replace(Phase::Ending);
    if !served.is_finished() {
        // it ends at once now; a panic in it has been told
        let _ = served.await;
    }
    // until here it has told that the instance drains; what it was asked last is answered too
    management_phase.send_replace(Phase::Draining);
    if tokio::time::timeout(LAST_ANSWERS, &mut management)
        .await
        .is_err()
    {
        management.abort();
    }
    if let Err(errors) = app.run_hooks(HookMoment::Stop).await {
        tracing::error!("{errors}");
        return Ok(Exit::Resource);
    }
    tracing::info!("stopped");
    Ok(exit)
}

/// Takes no more requests and waits for those in flight, as long as the settings allow; a second signal ends the wait.
async fn drain(
    application: &Application,
    phase: &watch::Sender<Phase>,
    served: &mut JoinHandle<()>,
    signals: &mut Signals,
    settings: &Settings,
) -> Exit {
    phase.send_replace(Phase::Draining);
    let within = settings.http.drain_timeout.as_duration();
    tracing::info!(
        in_flight = application.in_flight(),
        "stopping: no new requests, {within:?} for those in flight"
    );
    let finished = async {
        application.idle().await;
        // an answer is through when its connection has closed, not when its handler is done
        let _ = served.await;
    };
    tokio::select! {
        () = finished => Exit::Drained,
        () = tokio::time::sleep(within) => {
            tracing::warn!(
                in_flight = application.in_flight(),
                "not everything was finished within {within:?}"
            );
            Exit::CutOff
        }
        () = signals.stop() => {
            tracing::warn!(in_flight = application.in_flight(), "stopped at the second signal");
            Exit::CutOff
        }
    }
}

/// For answers of the management port that are under way when everything else has ended.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

fn policy(section: &HttpSection) -> Policy {
    Policy {
        max_connections: section.max_connections,
        header_timeout: section.header_timeout.as_duration(),
        body_timeout: section.body_timeout.as_duration(),
        idle_timeout: section.idle_timeout.as_duration(),
        max_header: usize::try_from(section.max_header.bytes()).unwrap_or(usize::MAX),
        max_body: section.max_body.bytes(),
    }
}

/// Management serves a few probes and a person.
const MANAGEMENT_POLICY: Policy = Policy {
    max_connections: 64,
    header_timeout: Duration::from_secs(5),
    body_timeout: Duration::from_secs(10),
    idle_timeout: Duration::from_secs(60),
    max_header: 16 * 1024,
    max_body: 32 * 1024 * 1024,
};

async fn open(listen: &Listen) -> Result<(TcpListener, SocketAddr), StartErrors> {
    let listener = TcpListener::bind(listen.address)
        .await
        .map_err(|error| cannot_listen(listen, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| cannot_listen(listen, &error))?;
    Ok((listener, address))
}

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

fn cannot_listen(listen: &Listen, error: &std::io::Error) -> StartError {
    let help = match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "another process listens there; stop it, or choose another port: {}",
            example(listen)
        ),
        std::io::ErrorKind::PermissionDenied => format!(
            "ports below 1024 belong to root; choose another: {}",
            example(listen)
        ),
        std::io::ErrorKind::AddrNotAvailable => format!(
            "no interface of this machine has that address; choose another: {}",
            example(listen)
        ),
        _ => format!("choose another address: {}", example(listen)),
    };
    StartError::cannot_listen(&listen.address.to_string(), &error.to_string(), help)
}

fn example(listen: &Listen) -> String {
    match listen.setting {
        "PORT" | "FUNC_PORT" => format!("`{}=8081` in the environment", listen.setting),
        "[management] listen" => {
            "`FAAS__MANAGEMENT__LISTEN=127.0.0.1:9902` in the environment, or `[management] listen` in faas.toml".to_owned()
        }
        _ => "`FAAS__HTTP__LISTEN=127.0.0.1:8081` in the environment, or `[http] listen` in faas.toml".to_owned(),
    }
}

/// Takes requests to the application.
#[derive(Clone)]
struct Door {
    application: Application,
    head_timeout: Duration,
}

impl http::Service for Door {
    type Answering = Answering;

    fn answer(&self, request: Request<Body>, peer: SocketAddr) -> Answering {
        let facts = Facts {
            peer: Some(peer.ip()),
            head_timeout: Some(self.head_timeout),
            ..Facts::default()
        };
        self.application.http(facts, request)
    }
}
