//! What stands for TLS in a build without the feature `tls`: it says so.

use std::future::Ready;
use std::io;

use serde::de::IgnoredAny;
use tokio::net::TcpStream;

use super::Protocols;
use crate::config::Configuration;
use crate::startup::StartError;

/// There is none.
#[derive(Clone, Debug)]
pub(crate) enum Tls {}

impl Tls {
    /// Refuses a section that asks for TLS.
    ///
    /// # Errors
    ///
    /// Fails if the section is there.
    pub(crate) fn read(
        section: &'static str,
        _: Protocols,
        configuration: &Configuration,
    ) -> Result<Option<Self>, StartError> {
        match configuration.value::<IgnoredAny>(section) {
            Ok(None) => Ok(None),
            _ => Err(StartError::configuration(format!(
                "`[{section}]` is set, but this program was built without TLS; enable the feature `tls` of `faas`, or \
                 take the section away and put a proxy in front"
            ))),
        }
    }

    pub(crate) fn is_greeting(&self, _: &TcpStream) -> Ready<io::Result<bool>> {
        match *self {}
    }

    pub(crate) fn accept(&self, _: TcpStream) -> Ready<io::Result<TcpStream>> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    //! No plain text where TLS was asked for.

    use super::*;

    #[test]
    fn a_section_is_refused() {
        for text in [
            "[http.tls]\ncertificate = \"a.pem\"\nkey = \"b.pem\"",
            "[http]\ntls = \"a.pem\"",
        ] {
            let configuration = Configuration::from_toml(text, "faas.toml").unwrap();
            let error = Tls::read("http.tls", &[], &configuration).unwrap_err();
            assert_eq!(error.exit() as u8, 78);
            let text = error.to_string();
            assert!(
                text.contains("`[http.tls]`") && text.contains("feature `tls`"),
                "{text}"
            );
        }
        let configuration = Configuration::from_toml("[http]", "faas.toml").unwrap();
        assert!(
            Tls::read("http.tls", &[], &configuration)
                .unwrap()
                .is_none()
        );
    }
}
