//! Sections with wrong files, files that change, and clients with and without a certificate.

pub(crate) mod pki;

use std::fs::File;
use std::io;
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};

use self::pki::{Pair, Pki};
use super::Tls;
use super::rustls::BETWEEN_LOOKS;
use crate::config::Configuration;

const SERVER: [(&str, &str); 2] = [("certificate", "server.pem"), ("key", "server.key")];

fn read(configuration: &Configuration) -> Tls {
    Tls::read("http.tls", &[], configuration).unwrap().unwrap()
}

/// Lets a client say a word and returns the certificate that it saw, or how either side has failed.
async fn talk(tls: &Tls, pki: &Pki, own: Option<Pair>) -> io::Result<CertificateDer<'static>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = async {
        let mut stream = tls.accept(listener.accept().await?.0).await?;
        let mut word = [0; 4];
        stream.read_exact(&mut word).await?;
        stream.write_all(&word).await?;
        stream.shutdown().await
    };
    let client = async {
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TcpStream::connect(address).await?;
        let mut stream = pki.client(&[], own).connect(name, stream).await?;
        stream.write_all(b"word").await?;
        let mut word = [0; 4];
        stream.read_exact(&mut word).await?;
        let (_, session) = stream.get_ref();
        Ok(session.peer_certificates().unwrap()[0].clone())
    };
    let (served, seen): (io::Result<()>, _) = tokio::join!(server, client);
    served?;
    seen
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served() {
    let pki = Pki::new();
    let server = pki.issue("server");
    let tls = read(&pki.configuration(&SERVER));
    assert_eq!(talk(&tls, &pki, None).await.unwrap(), server.certificate);
    assert!(talk(&tls, &Pki::new(), None).await.is_err());
}

#[tokio::test]
async fn clients_show_a_certificate_of_the_authority() {
    let pki = Pki::new();
    pki.issue("server");
    let [certificate, key] = SERVER;
    let tls = read(&pki.configuration(&[certificate, key, ("client_ca", "ca.pem")]));
    let client = pki.issue("client");
    assert!(talk(&tls, &pki, Some(client)).await.is_ok());
    let error = talk(&tls, &pki, None).await.unwrap_err();
    assert!(error.to_string().contains("no certificates"), "{error}");
    let stranger = Pki::new().issue("client");
    let error = talk(&tls, &pki, Some(stranger)).await.unwrap_err();
    assert!(
        error.to_string().contains("invalid peer certificate"),
        "{error}"
    );
}

/// Gives the files of a pair another time, as if they had been written later.
fn touch(pki: &Pki, minutes: u64) {
    for (_, name) in SERVER {
        let file = File::options().append(true).open(pki.path(name)).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(60 * minutes);
        file.set_modified(time).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn changed_files_are_read_again() {
    let pki = Pki::new();
    let first = pki.issue("server").certificate;
    let tls = read(&pki.configuration(&SERVER));
    let second = pki.issue("server").certificate;
    touch(&pki, 1);
    tokio::time::advance(BETWEEN_LOOKS - Duration::from_secs(1)).await;
    assert_eq!(talk(&tls, &pki, None).await.unwrap(), first);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(talk(&tls, &pki, None).await.unwrap(), second);
}

#[tokio::test(start_paused = true)]
async fn broken_files_change_nothing() {
    let pki = Pki::new();
    let first = pki.issue("server").certificate;
    let tls = read(&pki.configuration(&SERVER));
    let second = pki.issue("other").certificate;
    let copy = |from: &str, to: &str| std::fs::copy(pki.path(from), pki.path(to)).unwrap();
    // the certificate first, the key later
    copy("other.pem", "server.pem");
    touch(&pki, 1);
    tokio::time::advance(BETWEEN_LOOKS).await;
    assert_eq!(talk(&tls, &pki, None).await.unwrap(), first);
    std::fs::remove_file(pki.path("server.key")).unwrap();
    tokio::time::advance(BETWEEN_LOOKS).await;
    assert_eq!(talk(&tls, &pki, None).await.unwrap(), first);
    copy("other.key", "server.key");
    touch(&pki, 2);
    tokio::time::advance(BETWEEN_LOOKS).await;
    assert_eq!(talk(&tls, &pki, None).await.unwrap(), second);
}

#[track_caller]
fn refused(configuration: &Configuration, expected: &[&str]) {
    let error = Tls::read("http.tls", &[], configuration).unwrap_err();
    assert_eq!(error.exit() as u8, 78);
    let text = error.to_string();
    for expected in expected {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn wrong_files_are_told() {
    let pki = Pki::new();
    pki.issue("server");
    pki.issue("other");
    pki.write("empty", "");
    pki.write("damaged", "-----BEGIN CERTIFICATE-----\nMIIB");
    pki.write(
        "odd",
        "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n",
    );
    pki.write(
        "odd.key",
        "-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----\n",
    );
    pki.write(
        "locked.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nQUJD\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "missing",
            "server.key",
            &[
                "`http.tls.certificate` is `",
                "missing`: the file cannot be read: No such file",
            ],
        ),
        (
            "server.key",
            "server.key",
            &[
                "`http.tls.certificate`",
                "it holds `PRIVATE KEY`, expected PEM text with `-----BEGIN CERT",
            ],
        ),
        ("empty", "server.key", &["there is no PEM text in it"]),
        ("damaged", "server.key", &["its PEM text is damaged"]),
        (
            "odd",
            "server.key",
            &["`http.tls.certificate`", "expected an X.509 certificate"],
        ),
        (
            "server.pem",
            "missing",
            &["`http.tls.key` is `", "the file cannot be read"],
        ),
        (
            "server.pem",
            "server.pem",
            &[
                "it holds `CERTIFICATE`, expected PEM text with `-----BEGIN PRIVATE KEY-----`, not encrypted",
            ],
        ),
        (
            "server.pem",
            "locked.key",
            &["it holds `ENCRYPTED PRIVATE KEY`"],
        ),
        (
            "server.pem",
            "odd.key",
            &["`http.tls.key`", "expected an RSA, ECDSA or Ed25519 key"],
        ),
        (
            "server.pem",
            "other.key",
            &[
                "`http.tls.key`",
                "it is not the key of the certificate in `",
                "server.pem`",
            ],
        ),
        (
            "missing",
            "odd",
            &["`http.tls.certificate`", "\n`http.tls.key`"],
        ),
    ];
    for (certificate, key, expected) in cases {
        let keys = [("certificate", *certificate), ("key", *key)];
        refused(&pki.configuration(&keys), expected);
    }
    let [certificate, key] = SERVER;
    for (ca, expected) in [
        ("missing", "`http.tls.client_ca` is `"),
        ("odd", "certificate 1 in it"),
        ("server.key", "it holds `PRIVATE KEY`"),
    ] {
        let keys = [certificate, key, ("client_ca", ca)];
        refused(&pki.configuration(&keys), &[expected]);
    }
}

#[test]
fn wrong_sections_are_told() {
    let read = |text| Configuration::from_toml(text, "faas.toml").unwrap();
    refused(
        &read("[http.tls]"),
        &[
            "`http.tls.certificate` is not set",
            "`http.tls.key` is not set",
        ],
    );
    refused(
        &read("[http.tls]\ncertificate = \"a\"\nkey = \"b\"\ncert = \"c\""),
        &["`http.tls.cert`"],
    );
    assert!(
        Tls::read("http.tls", &[], &read("[http]"))
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_key_in_the_place_of_its_path_is_not_shown() {
    let text =
        "[http.tls]\ncertificate = \"a.pem\"\nkey = \"-----BEGIN PRIVATE KEY-----\\nc2VjcmV0\"";
    let configuration = Configuration::from_toml(text, "faas.toml").unwrap();
    refused(
        &configuration,
        &["`http.tls.key` is a PEM text itself, expected the path of a file"],
    );
    let error = Tls::read("http.tls", &[], &configuration).unwrap_err();
    assert!(!error.to_string().contains("c2VjcmV0"), "{error}");
}
