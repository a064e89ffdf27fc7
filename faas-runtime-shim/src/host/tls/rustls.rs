//! The acceptor: it shakes hands, and looks now and then whether its files have changed.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use super::Protocols;
use super::files::{Files, Section, Stamp};
use crate::config::Configuration;
use crate::startup::StartError;

/// Shakes hands with clients; clones are the same.
#[derive(Clone)]
pub(crate) struct Tls(Arc<Shared>);

struct Shared {
    files: Files,
    protocols: Protocols,
    current: Mutex<Current>,
}

/// What new connections get.
struct Current {
    config: Arc<ServerConfig>,
    /// The files when they were last read.
    stamp: Stamp,
    looked: Instant,
    /// Why the files could not be read the last time.
    wrong: Option<String>,
}

impl Tls {
    /// Reads a section such as `http.tls`, and the files that it names; `None` if there is no such section.
    ///
    /// # Errors
    ///
    /// Fails for a wrong section, and for files that cannot be read, hold something else or do not belong together.
    pub(crate) fn read(
        section: &'static str,
        protocols: Protocols,
        configuration: &Configuration,
    ) -> Result<Option<Self>, StartError> {
        let of_section = configuration
            .value::<Section>(section)
            .map_err(|errors| StartError::configuration(errors.to_string()))?;
        let Some(of_section) = of_section else {
            return Ok(None);
        };
        let files = Files::new(section, of_section);
        // before they are read: what changes meanwhile is seen at the next look
        let stamp = files.stamp();
        let config = files
            .load(protocols)
            .map_err(|wrong| StartError::configuration(wrong.to_string()))?;
        Ok(Some(Self(Arc::new(Shared {
            files,
            protocols,
            current: Mutex::new(Current {
                config: Arc::new(config),
                stamp,
                looked: Instant::now(),
                wrong: None,
            }),
        }))))
    }

    /// Says whether a client begins with a handshake; it waits for the first byte and leaves it where it is.
    ///
    /// # Errors
    ///
    /// Fails if the client has left.
    pub(crate) async fn is_greeting(&self, stream: &TcpStream) -> io::Result<bool> {
        let mut first = [0];
        match stream.peek(&mut first).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(first == [HANDSHAKE]),
        }
    }

    /// Shakes hands. How long that may take is the caller's business.
    ///
    /// # Errors
    ///
    /// Fails if the two do not agree, or the client has left.
    pub(crate) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let config = self.config().await;
        TlsAcceptor::from(config).accept(stream).await
    }

    /// Returns what this connection gets. Whoever comes first when it is time looks at the files, off the loop.
    pub(super) async fn config(&self) -> Arc<ServerConfig> {
        let is_time = {
            let mut current = self.0.current();
            let is_time = current.looked.elapsed() >= BETWEEN_LOOKS;
            if is_time {
                current.looked = Instant::now();
            }
            is_time
        };
        if is_time {
            let shared = Arc::clone(&self.0);
            // a panic in there has been told; the old certificate goes on
            let _ = tokio::task::spawn_blocking(move || shared.look()).await;
        }
        Arc::clone(&self.0.current().config)
    }
}

impl Shared {
    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the files again if they have changed.
    fn look(&self) {
        let stamp = self.files.stamp();
        if stamp == self.current().stamp {
            return;
        }
        let loaded = self.files.load(self.protocols);
        let section = self.files.section();
        let mut current = self.current();
        match loaded {
            Ok(config) => {
                current.stamp = stamp;
                current.config = Arc::new(config);
                current.wrong = None;
                tracing::info!("`[{section}]`: new connections get the changed certificate");
            }
            // read again at the next look, since what is wrong may pass; told once
            Err(wrong) => {
                let wrong = wrong.to_string();
                if current.wrong.as_ref() != Some(&wrong) {
                    tracing::warn!("`[{section}]`: the old certificate is used on: {wrong}");
                    current.wrong = Some(wrong);
                }
            }
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.0.files).finish()
    }
}

/// The content type of a record that holds a handshake message (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

/// Certificates are renewed days before they expire.
pub(super) const BETWEEN_LOOKS: Duration = Duration::from_secs(60);
