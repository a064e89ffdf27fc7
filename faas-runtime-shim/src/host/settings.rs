//! The host's own sections of the configuration, with their defaults.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::http::PROTOCOLS;
use super::tls::Tls;
use crate::config::{Configuration, Period, Size};
use crate::env::Env;
use crate::outlet::EventsSection;
use crate::startup::{StartError, StartErrors};

/// `[http]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct HttpSection {
    /// Address and port; else `PORT` or `FUNC_PORT` on all addresses, else 8080 on loopback.
    pub(crate) listen: Option<String>,
    /// Connections served at once; the next ones are answered 503.
    pub(crate) max_connections: usize,
    /// How long a request's head may take to arrive.
    pub(crate) header_timeout: Period,
    /// How long a request's body may pause.
    pub(crate) body_timeout: Period,
    /// How long a connection may stay open without a request.
    pub(crate) idle_timeout: Period,
    /// How long the head of a response may take.
    pub(crate) head_timeout: Period,
    /// How long what is in flight may take once the instance is told to stop.
    pub(crate) drain_timeout: Period,
    /// The most bytes of a request's head.
    pub(crate) max_header: Size,
    /// The most bytes of a request's body.
    pub(crate) max_body: Size,
    /// A section of its own, [`Tls`].
    pub(crate) tls: Option<IgnoredAny>,
}

impl HttpSection {
    /// Reads it, and goes on with the defaults if it is wrong.
    pub(crate) fn read(configuration: &Configuration, errors: &mut Vec<StartError>) -> Self {
        let section: Self = configuration.section("http").unwrap_or_else(|error| {
            errors.push(StartError::configuration(error.to_string()));
            Self::default()
        });
        section.check(errors);
        section
    }

    /// Finds the periods by which no server can work.
    fn check(&self, errors: &mut Vec<StartError>) {
        let periods = [
            ("header_timeout", self.header_timeout),
            ("body_timeout", self.body_timeout),
            ("idle_timeout", self.idle_timeout),
            ("head_timeout", self.head_timeout),
        ];
        for (key, period) in periods {
            if !(SHORTEST..=LONGEST).contains(&period) {
                errors.push(StartError::configuration(format!(
                    "`http.{key}` is `{period}`, expected a period from {SHORTEST} to {LONGEST}"
                )));
            }
        }
        if self.drain_timeout > LONGEST {
            errors.push(StartError::configuration(format!(
                "`http.drain_timeout` is `{}`, expected a period up to {LONGEST}",
                self.drain_timeout
            )));
        }
    }
}

/// Nobody is that quick.
const SHORTEST: Period = Period::new(Duration::from_millis(1));
/// What is added to the time of a clock has to stay one.
const LONGEST: Period = Period::new(Duration::from_secs(365 * 24 * 60 * 60));

impl Default for HttpSection {
    fn default() -> Self {
        Self {
            listen: None,
            max_connections: 10_000,
            header_timeout: Period::new(Duration::from_secs(10)),
            body_timeout: Period::new(Duration::from_secs(30)),
            idle_timeout: Period::new(Duration::from_secs(75)),
            head_timeout: Period::new(Duration::from_secs(30)),
            drain_timeout: Period::new(super::DRAIN),
            max_header: Size::from_bytes(32 * 1024),
            max_body: Size::from_bytes(32 * 1024 * 1024),
            tls: None,
        }
    }
}

/// `[management]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ManagementSection {
    /// Address and port; else 9901 on loopback, or on all addresses in Kubernetes.
    pub(crate) listen: Option<String>,
}

/// Where the host listens, and how.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) http: HttpSection,
    pub(crate) listen: Listen,
    /// What shakes hands on the main port.
    pub(crate) tls: Option<Tls>,
    pub(crate) management: Listen,
    /// The path that takes events.
    pub(crate) events: Option<Box<str>>,
    /// Whether management serves its read-only part alone, since others than this machine reach it.
    pub(crate) read_only: bool,
}

/// An address to listen on, and what a person can change about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Listen {
    pub(crate) address: SocketAddr,
    /// The setting that the address came from, or the one to set.
    pub(crate) setting: &'static str,
    /// Nobody has asked for this very port.
    pub(crate) by_default: bool,
}

impl Listen {
    /// Reads a port that the environment tells. Whoever sets one routes to it from outside, so it is that of all addresses.
    pub(crate) fn of_variable(name: &'static str, env: &Env) -> Result<Option<Self>, StartError> {
        let Some(text) = env.get_filled(name) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(port) => Ok(Some(Self {
                address: SocketAddr::new(EVERYWHERE, port),
                setting: name,
                by_default: false,
            })),
            Err(_) => Err(StartError::bad_environment(
                name,
                text,
                "a port from 0 to 65535",
            )),
        }
    }

    /// Makes the address of whoever has set none: everybody's where only the cluster reaches it, else this machine's alone.
    pub(crate) fn by_default(setting: &'static str, port: u16, in_kubernetes: bool) -> Self {
        let ip = if in_kubernetes { EVERYWHERE } else { LOOPBACK };
        Self {
            address: SocketAddr::new(ip, port),
            setting,
            by_default: true,
        }
    }

    /// Reads `address:port`, an address alone, or `:port`.
    pub(crate) fn parse(setting: &'static str, text: &str, port: u16) -> Result<Self, StartError> {
        let of_port = || {
            let (ip, port) = match text.strip_prefix(':') {
                Some(port) => (EVERYWHERE, port),
                None => (LOOPBACK, text.strip_prefix("localhost:")?),
            };
            Some(SocketAddr::new(ip, port.parse().ok()?))
        };
        let address = text
            .parse::<SocketAddr>()
            .ok()
            .or_else(|| Some(SocketAddr::new(text.parse().ok()?, port)))
            .or_else(of_port);
        match address {
            Some(address) => Ok(Self {
                address,
                setting,
                by_default: false,
            }),
            None => Err(StartError::configuration(format!(
                "{setting} is `{text}`, expected an address and a port such as `127.0.0.1:{port}` or `0.0.0.0:{port}`"
            ))),
        }
    }
}

/// The management port (DESIGN, section 9).
const MANAGEMENT_PORT: u16 = 9901;
const HTTP_PORT: u16 = 8080;
/// Set in each container of a cluster (Kubernetes documentation, "Service", environment variables).
pub(crate) const IN_KUBERNETES: &str = "KUBERNETES_SERVICE_HOST";
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const EVERYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl Settings {
    pub(crate) fn read(configuration: &Configuration, env: &Env) -> Result<Self, StartErrors> {
        let mut errors = Vec::new();
        let http = HttpSection::read(configuration, &mut errors);
        let section: ManagementSection =
            configuration.section("management").unwrap_or_else(|error| {
                errors.push(StartError::configuration(error.to_string()));
                ManagementSection::default()
            });
        let tls = Tls::read("http.tls", PROTOCOLS, configuration).unwrap_or_else(|error| {
            errors.push(error);
            None
        });
        let events = events_path(configuration, &mut errors);
        let in_kubernetes = env.get_filled(IN_KUBERNETES).is_some();
        let listen = http_listen(&http, env, in_kubernetes, &mut errors);
        let management = match &section.listen {
            Some(text) => parse("[management] listen", text, MANAGEMENT_PORT, &mut errors),
            None => Listen::by_default("[management] listen", MANAGEMENT_PORT, in_kubernetes),
        };
        let read_only = !management.address.ip().is_loopback();
        StartErrors::check(
            errors,
            Self {
                http,
                listen,
                tls,
                management,
                events,
                read_only,
            },
        )
    }
}

fn http_listen(
    http: &HttpSection,
    env: &Env,
    in_kubernetes: bool,
    errors: &mut Vec<StartError>,
) -> Listen {
    if let Some(text) = &http.listen {
        return parse("[http] listen", text, HTTP_PORT, errors);
    }
    for name in ["PORT", "FUNC_PORT"] {
        match Listen::of_variable(name, env) {
            Ok(None) => {}
            Ok(Some(listen)) => return listen,
            Err(error) => {
                errors.push(error);
                break;
            }
        }
    }
    Listen::by_default("PORT", HTTP_PORT, in_kubernetes)
}

/// Reads `[events] path`.
fn events_path(configuration: &Configuration, errors: &mut Vec<StartError>) -> Option<Box<str>> {
    let section = EventsSection::read(configuration).unwrap_or_else(|error| {
        errors.push(StartError::configuration(error.to_string()));
        EventsSection::default()
    });
    let path = section.path?;
    let is_path = path.starts_with('/')
        && path.bytes().all(|byte| byte.is_ascii_graphic())
        && !path.contains(['?', '#']);
    if !is_path {
        errors.push(StartError::configuration(format!(
            "[events] path is `{path}`, expected a path such as `/events`"
        )));
    }
    Some(path.into())
}

/// Reads an address to listen on, and goes on with any if it is none.
fn parse(setting: &'static str, text: &str, port: u16, errors: &mut Vec<StartError>) -> Listen {
    Listen::parse(setting, text, port).unwrap_or_else(|error| {
        errors.push(error);
        Listen::by_default(setting, port, false)
    })
}

#[cfg(test)]
mod tests {
    //! Where the host listens, by environment and configuration.

    use super::*;

    fn check(env: &[(&'static str, &'static str)], toml: &str, http: &str, management: &str) {
        let env = Env::from_pairs(env.iter().copied());
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        let settings = Settings::read(&configuration, &env).unwrap();
        assert_eq!(settings.listen.address.to_string(), http);
        assert_eq!(settings.management.address.to_string(), management);
    }

    #[test]
    fn addresses() {
        check(&[], "", "127.0.0.1:8080", "127.0.0.1:9901");
        check(&[("PORT", "3000")], "", "0.0.0.0:3000", "127.0.0.1:9901");
        check(
            &[("FUNC_PORT", "3000")],
            "",
            "0.0.0.0:3000",
            "127.0.0.1:9901",
        );
        check(
            &[("PORT", "3000"), ("FUNC_PORT", "4000")],
            "[http]\nlisten = \"127.0.0.1:5000\"\n[management]\nlisten = \":9000\"",
            "127.0.0.1:5000",
            "0.0.0.0:9000",
        );
        check(
            &[("KUBERNETES_SERVICE_HOST", "10.0.0.1")],
            "",
            "0.0.0.0:8080",
            "0.0.0.0:9901",
        );
    }

    #[test]
    fn periods_by_which_no_server_works_are_refused() {
        for key in [
            "header_timeout",
            "body_timeout",
            "idle_timeout",
            "head_timeout",
        ] {
            for wrong in ["0s", "366d"] {
                let toml = format!("[http]\n{key} = \"{wrong}\"");
                let configuration = Configuration::from_toml(&toml, "faas.toml").unwrap();
                let errors = Settings::read(&configuration, &Env::default()).unwrap_err();
                let expected =
                    format!("`http.{key}` is `{wrong}`, expected a period from 1ms to 365d");
                assert!(errors.to_string().contains(&expected), "{errors}");
            }
        }
        let configuration =
            Configuration::from_toml("[http]\ndrain_timeout = \"0s\"", "faas.toml").unwrap();
        assert!(Settings::read(&configuration, &Env::default()).is_ok());
    }

    #[test]
    fn wrong_addresses_say_what_was_expected() {
        let env = Env::from_pairs([("PORT", "http")]);
        let toml = "[management]\nlisten = \"nowhere\"\n[events]\npath = \"events\"\n[http.tls]\nkey = \"k\"";
        let configuration = Configuration::from_toml(toml, "faas.toml").unwrap();
        let errors = Settings::read(&configuration, &env)
            .unwrap_err()
            .to_string();
        assert!(
            errors.contains("`PORT` is `http`, expected a port"),
            "{errors}"
        );
        assert!(
            errors.contains("[management] listen is `nowhere`"),
            "{errors}"
        );
        assert!(
            errors.contains("[events] path is `events`, expected a path such as `/events`"),
            "{errors}"
        );
        assert!(
            errors.contains("`http.tls.") || errors.contains("`[http.tls]`"),
            "{errors}"
        );
        assert!(!errors.contains("there is no such key"), "{errors}");
    }
}
