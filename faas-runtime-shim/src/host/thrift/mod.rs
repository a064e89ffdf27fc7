//! The port for Thrift: messages on plain connections, in any framing and protocol, all services on one port.
//!
//! It is open only while a selected function serves Thrift. A connection is one task: what it reads it answers in order, and
//! only calls that nobody waits for run beside. Begin with `connection`; `patience` is its clock. Whatever a client does costs
//! its own connection, and of memory no more than the longest message some times over. Behind TLS it is served by way of
//! `secured`.

mod beside;
mod connection;
mod end;
mod patience;
mod refusal;
mod secured;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::ready;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::net::TcpStream;
use tokio::sync::watch;

use self::connection::{Client, connection};
use self::secured::secured;
use super::accept::accept;
use super::http::Phase;
use super::instance;
use super::settings::{IN_KUBERNETES, Listen};
use super::tls::Tls;
use crate::application::Application;
use crate::config::Configuration;
use crate::env::Env;
use crate::lifecycle::Boot;
use crate::startup::StartErrors;
use crate::support::Support;
use crate::thrift::settings::ThriftSection;
use crate::thrift::wire::Limits;

/// What a connection bears.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    /// What one message may ask for.
    pub(super) limits: Limits,
    /// Without a message.
    pub(super) idle_timeout: Duration,
    /// From the first byte of a message to its last.
    pub(super) message_timeout: Duration,
}

/// Opens the port, for an application whose functions ask for it.
pub(crate) type Open =
    for<'a> fn(&'a Configuration, &'a Env) -> BoxFuture<'a, Result<Port, StartErrors>>;

/// The open port.
///
/// How it is served is known to it alone: the host names nothing of Thrift, so that a binary without such functions has
/// nothing of it.
pub(crate) struct Port {
    address: SocketAddr,
    scheme: &'static str,
    serve: Serve,
}

type Serve = Box<dyn FnOnce(Application, watch::Receiver<Phase>) -> BoxFuture<'static, ()> + Send>;

impl Port {
    /// Serves connections until `phase` says otherwise; done when all are closed.
    pub(super) fn serve(
        self,
        application: Application,
        phase: watch::Receiver<Phase>,
    ) -> BoxFuture<'static, ()> {
        (self.serve)(application, phase)
    }
}

/// As it stands in the start's line.
impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address, scheme, ..
        } = self;
        write!(f, "{scheme}://{address}")
    }
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Port").field(&self.address).finish()
    }
}

/// Opens the port if a selected function asks for it.
pub(super) async fn open_if_served(
    boot: &Boot,
    configuration: &Configuration,
) -> Result<Option<Port>, StartErrors> {
    match Support::of(&boot.selected()).thrift {
        Some(thrift) => (thrift.open)(configuration, &boot.env).await.map(Some),
        None => Ok(None),
    }
}

/// Opens the port that `[thrift]` says.
pub(crate) async fn open(configuration: &Configuration, env: &Env) -> Result<Port, StartErrors> {
    let section = ThriftSection::read(configuration)?;
    let listen = match &section.listen {
        Some(text) => Listen::parse(SETTING, text, PORT)?,
        None => Listen::by_default(SETTING, PORT, env.get_filled(IN_KUBERNETES).is_some()),
    };
    let tls = Tls::read("thrift.tls", &[], configuration)?;
    let (listener, address) = instance::open(&listen).await?;
    let policy = Policy {
        limits: section.limits(),
        idle_timeout: section.idle_timeout.as_duration(),
        message_timeout: section.message_timeout.as_duration(),
    };
    let most = section.max_connections;
    Ok(Port {
        address,
        scheme: match tls {
            Some(_) => "thrift+tls",
            None => "thrift",
        },
        serve: Box::new(move |application, phase| {
            Box::pin(accept(
                listener,
                most,
                phase.clone(),
                move |stream, peer, permit| {
                    let client = Client {
                        peer,
                        policy,
                        application: application.clone(),
                        phase: phase.clone(),
                        permit,
                    };
                    serve(stream, tls.clone(), client)
                },
                move |stream| {
                    refuse(stream, most);
                    ready(())
                },
            ))
        }),
    })
}

/// The port of Apache Thrift's tutorials, and so of most services.
const PORT: u16 = 9090;
pub(super) const SETTING: &str = "[thrift] listen";

async fn serve(stream: TcpStream, tls: Option<Tls>, client: Client) {
    match tls {
        None => connection(stream, client).await,
        // apart, as it is several times as large
        Some(tls) => Box::pin(secured(stream, tls, client)).await,
    }
}

/// Closes a connection that there is no room for: there is no answer to what was not asked yet.
fn refuse(stream: TcpStream, limit: usize) {
    tracing::warn!(
        limit,
        "a connection was refused: `[thrift] max_connections` is reached"
    );
    drop(stream);
}
