//! What the files of a section hold: a chain, its key, the authorities of clients.

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde::Deserialize;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{Error, RootCertStore, ServerConfig};

use super::Protocols;

/// `[http.tls]` and `[thrift.tls]`.
#[derive(Debug, Deserialize)]
pub(super) struct Section {
    /// The path of the server's certificate, then those between it and its authority.
    certificate: PathBuf,
    /// The path of its key.
    key: PathBuf,
    /// The path of the authorities whose clients alone are served.
    #[serde(default)]
    client_ca: Option<PathBuf>,
}

/// The files of a section.
#[derive(Debug)]
pub(super) struct Files {
    section: &'static str,
    certificate: Named,
    key: Named,
    client_ca: Option<Named>,
}

/// A file, and the key of the configuration that names it.
#[derive(Debug)]
struct Named {
    key: String,
    path: PathBuf,
}

/// When the files were changed, and how long they are; `None` for what cannot be seen.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Stamp(Vec<Option<(SystemTime, u64)>>);

/// All that is wrong with the files, a line each.
#[derive(Debug)]
pub(super) struct Wrong(Vec<String>);

impl Files {
    pub(super) fn new(section: &'static str, of: Section) -> Self {
        let named = |key, path| Named {
            key: format!("{section}.{key}"),
            path,
        };
        Self {
            section,
            certificate: named("certificate", of.certificate),
            key: named("key", of.key),
            client_ca: of.client_ca.map(|path| named("client_ca", path)),
        }
    }

    pub(super) fn section(&self) -> &'static str {
        self.section
    }

    /// Looks at the files without reading them.
    pub(super) fn stamp(&self) -> Stamp {
        let files = [
            Some(&self.certificate),
            Some(&self.key),
            self.client_ca.as_ref(),
        ];
        let files = files.into_iter().flatten();
        Stamp(files.map(|file| stamp(&file.path)).collect())
    }

    /// Reads the files.
    pub(super) fn load(&self, protocols: Protocols) -> Result<ServerConfig, Wrong> {
        let chain = certificates(&self.certificate);
        let key = key(&self.key);
        let authorities = self.client_ca.as_ref().map(authorities).transpose();
        let (chain, key, authorities) = match (chain, key, authorities) {
            (Ok(chain), Ok(key), Ok(authorities)) => (chain, key, authorities),
            (chain, key, authorities) => {
                let wrong = [chain.err(), key.err(), authorities.err()];
                return Err(Wrong(wrong.into_iter().flatten().collect()));
            }
        };
        self.config(chain, key, authorities, protocols)
            .map_err(|wrong| Wrong(vec![wrong]))
    }

    fn config(
        &self,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        authorities: Option<RootCertStore>,
        protocols: Protocols,
    ) -> Result<ServerConfig, String> {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("`{}`: {error}", self.section))?;
        let builder = match (authorities, &self.client_ca) {
            (Some(authorities), Some(file)) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), provider)
                        .build()
                        .map_err(|error| file.wrong(&error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
            _ => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| self.unfit(&error))?;
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Ok(config)
    }

    fn unfit(&self, error: &Error) -> String {
        match error {
            Error::InconsistentKeys(_) => self.key.wrong(&format!(
                "it is not the key of the certificate in `{}`, expected the one that the certificate was made with",
                self.certificate.path.display()
            )),
            Error::InvalidCertificate(_) => self
                .certificate
                .wrong(&format!("{error}, expected an X.509 certificate")),
            _ => self
                .key
                .wrong(&format!("{error}, expected an RSA, ECDSA or Ed25519 key")),
        }
    }
}

impl Named {
    /// Says what was found instead of what was expected.
    fn wrong(&self, what: &str) -> String {
        format!("`{}` is `{}`: {what}", self.key, self.path.display())
    }

    fn read(&self) -> Result<Vec<u8>, String> {
        // somebody who mounts a secret under the name of the setting; it must not be shown
        if self.path.to_string_lossy().contains(BEGIN) {
            return Err(format!(
                "`{}` is a PEM text itself, expected the path of a file with it",
                self.key
            ));
        }
        if self.may_be_key() {
            return Err(format!(
                "`{}` is a text as keys have them and not the path of a file, so it is not shown; expected the path of a file with PEM text",
                self.key
            ));
        }
        let mut bytes = Vec::new();
        File::open(&self.path)
            .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
            .map_err(|error| self.wrong(&format!("the file cannot be read: {error}")))?;
        if bytes.len() as u64 > LARGEST {
            return Err(self.wrong(&format!(
                "it has more than {LARGEST} bytes, expected PEM text"
            )));
        }
        Ok(bytes)
    }

    /// Tells whether the text is the content of a file instead of its path: Base64, which may have slashes.
    fn may_be_key(&self) -> bool {
        let text = self.path.to_string_lossy();
        text.len() >= SHORTEST_KEY
            && text.bytes().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || byte.is_ascii_whitespace()
                    || b"+/=-_".contains(&byte)
            })
            && !self.path.exists()
    }

    /// Says what is in a text that does not hold what was looked for.
    fn instead(&self, error: &pem::Error, text: &[u8], expected: &str) -> String {
        let found = match error {
            pem::Error::NoItemsFound => contents(text),
            // its own text would quote from the file
            _ => "its PEM text is damaged".to_owned(),
        };
        self.wrong(&format!("{found}, expected {expected}"))
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn certificates(file: &Named) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = file.read()?;
    let found = CertificateDer::pem_slice_iter(&text).collect::<Result<Vec<_>, _>>();
    let found = found.and_then(|found| match found.is_empty() {
        true => Err(pem::Error::NoItemsFound),
        false => Ok(found),
    });
    found
        .map_err(|error| file.instead(&error, &text, "PEM text with `-----BEGIN CERTIFICATE-----`"))
}

fn key(file: &Named) -> Result<PrivateKeyDer<'static>, String> {
    let text = file.read()?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        file.instead(
            &error,
            &text,
            "PEM text with `-----BEGIN PRIVATE KEY-----`, not encrypted",
        )
    })
}

fn authorities(file: &Named) -> Result<RootCertStore, String> {
    let mut authorities = RootCertStore::empty();
    for (index, certificate) in certificates(file)?.into_iter().enumerate() {
        authorities.add(certificate).map_err(|error| {
            let number = index + 1;
            file.wrong(&format!("certificate {number} in it: {error}"))
        })?;
    }
    Ok(authorities)
}

/// Names the sorts of PEM sections in a text, and nothing else of it.
fn contents(text: &[u8]) -> String {
    let mut labels: Vec<&str> = text
        .split(|byte| *byte == b'\n')
        .filter_map(|line| str::from_utf8(line).ok()?.trim().strip_prefix(BEGIN))
        .filter_map(|line| line.trim_start().strip_suffix("-----"))
        .filter(|label| {
            label
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b' ')
        })
        .collect();
    labels.dedup();
    match labels[..] {
        [] => "there is no PEM text in it".to_owned(),
        _ => format!("it holds `{}`", labels.join("`, `")),
    }
}

const BEGIN: &str = "-----BEGIN";

/// An Ed25519 key in PKCS #8 and Base64 has 64 characters (RFC 8410, section 7).
const SHORTEST_KEY: usize = 64;

/// Far more than all authorities of a system have.
const LARGEST: u64 = 4 * 1024 * 1024;

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}
