//! What every instance does that serves HTTP: opens its listener, and ends without dropping what is in flight.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::http::{Phase, Policy};
use super::settings::{HttpSection, Listen};
use crate::application::Application;
use crate::engine::Running;
use crate::function::HookMoment;
use crate::signals::Signals;
use crate::startup::{Exit, StartError, StartErrors};

/// Opens a listener, and returns the address that it got.
pub(crate) async fn open(listen: &Listen) -> Result<(TcpListener, SocketAddr), StartErrors> {
    let listener = TcpListener::bind(listen.address)
        .await
        .map_err(|error| cannot_listen(listen, &error))?;
    let address = listener
        .local_addr()
        .map_err(|error| cannot_listen(listen, &error))?;
    Ok((listener, address))
}

fn cannot_listen(listen: &Listen, error: &Error) -> StartError {
    let help = match error.kind() {
        ErrorKind::AddrInUse => format!(
            "another process listens there; stop it, or choose another port: {}",
            example(listen)
        ),
        ErrorKind::PermissionDenied => format!(
            "ports below 1024 belong to root; choose another: {}",
            example(listen)
        ),
        ErrorKind::AddrNotAvailable => format!(
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
        "[thrift] listen" => {
            "`FAAS__THRIFT__LISTEN=127.0.0.1:9091` in the environment, or `[thrift] listen` in faas.toml".to_owned()
        }
        "[management] listen" => {
            "`FAAS__MANAGEMENT__LISTEN=127.0.0.1:9902` in the environment, or `[management] listen` in faas.toml".to_owned()
        }
        _ => "`FAAS__HTTP__LISTEN=127.0.0.1:8081` in the environment, or `[http] listen` in faas.toml".to_owned(),
    }
}

/// What a listener bears by the section `[http]`.
pub(crate) fn policy(section: &HttpSection) -> Policy {
    Policy {
        max_connections: section.max_connections,
        header_timeout: section.header_timeout.as_duration(),
        body_timeout: section.body_timeout.as_duration(),
        idle_timeout: section.idle_timeout.as_duration(),
        max_header: usize::try_from(section.max_header.bytes()).unwrap_or(usize::MAX),
        max_body: section.max_body.bytes(),
    }
}

/// Takes no more requests, waits `within` for those in flight, and drops what is left; a second signal ends the wait.
pub(crate) async fn drain(
    application: &Application,
    phase: &watch::Sender<Phase>,
    mut served: JoinHandle<()>,
    below: Option<Arc<dyn Running>>,
    signals: &mut Signals,
    within: Duration,
) -> Exit {
    phase.send_replace(Phase::Draining);
    application.drain();
    if let Some(running) = &below {
        running.drain();
    }
    tracing::info!(
        in_flight = application.in_flight(),
        "stopping: no new requests, {within:?} for those in flight"
    );
    let finished = async {
        if let Some(running) = &below {
            running.drained().await;
        }
        application.idle().await;
        // an answer is through when its connection has closed, not when its handler is done
        let _ = (&mut served).await;
    };
    let exit = tokio::select! {
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
    };
    phase.send_replace(Phase::Ending);
    if !served.is_finished() {
        // it ends at once now; a panic in it has been told
        let _ = served.await;
    }
    if tokio::time::timeout(LAST_RECORDINGS, application.recorded())
        .await
        .is_err()
    {
        tracing::warn!("not all recordings were written within {LAST_RECORDINGS:?}");
    }
    exit
}

/// For the recordings of what was cut off; a disk that hangs must not keep the process for ever.
const LAST_RECORDINGS: Duration = Duration::from_secs(3);

/// Runs the stop hooks after a drain that ended with `drained`, and says how the process ends; another signal ends the hooks.
pub(crate) async fn stop(application: &Application, drained: Exit, signals: &mut Signals) -> Exit {
    let hooks = tokio::select! {
        hooks = application.run_hooks(HookMoment::Stop) => hooks,
        () = signals.stop() => {
            tracing::warn!("stopped at another signal, before the stop hooks were through");
            return Exit::CutOff;
        }
    };
    if let Err(errors) = hooks {
        tracing::error!("{errors}");
        return Exit::Resource;
    }
    tracing::info!("stopped");
    drained
}
