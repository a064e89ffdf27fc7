//! Files and secret mounts on a real file system.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use tempfile::TempDir;

use super::{ConfigError, Configuration};
use crate::config::Secret;
use crate::env::Env;

type Strings = BTreeMap<String, String>;

fn mount(files: &[(&str, &[u8])]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, content) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    directory
}

fn load(config: Option<&Path>, secrets: &[&Path]) -> Result<Configuration, ConfigError> {
    let secrets: Vec<_> = secrets.iter().map(|path| path.to_str().unwrap()).collect();
    let mut pairs = vec![("FAAS_SECRETS", secrets.join(":"))];
    pairs.extend(config.map(|path| ("FAAS_CONFIG", path.to_str().unwrap().to_owned())));
    Configuration::load(&Env::from_pairs(pairs))
}

#[track_caller]
fn refused(secrets: &[&Path], expected: &str) {
    let error = load(None, secrets).unwrap_err();
    let printed = format!("{error} {error:?}");
    assert!(printed.contains(expected), "{printed}");
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn names_and_folders_nest() {
    let mount = mount(&[
        ("DB__URL", b"one\n"),
        ("db/user", b"two\r\n"),
        ("db/TLS__KEY", b"a\n\n"),
        ("db/.hidden", b"x"),
        (".git/config", b"x"),
        ("db/bom", b"\xef\xbb\xbfthree"),
        ("db/empty", b""),
    ]);
    let configuration = load(None, &[mount.path()]).unwrap();
    let tls: Strings = configuration.section("db.tls").unwrap();
    assert_eq!(tls["key"], "a\n");
    #[derive(Deserialize)]
    struct Db {
        url: Secret<String>,
        user: String,
        bom: String,
        empty: Option<String>,
        #[serde(rename = "tls")]
        _tls: Strings,
    }
    let db: Db = configuration.section("db").unwrap();
    assert_eq!(db.url.expose(), "one");
    assert_eq!([db.user, db.bom], ["two", "three"]);
    assert_eq!(db.empty, None);
}

#[test]
fn layers_are_file_then_mounts_then_environment() {
    let file = mount(&[(
        "my.toml",
        b"[db]\na = 'file'\nb = 'file'\nc = 'file'\nd = 'file'",
    )]);
    let first = mount(&[("db/b", b"first"), ("db/c", b"first"), ("db/d", b"first")]);
    let second = mount(&[("DB__C", b"second"), ("DB__D", b"second")]);
    let config = file.path().join("my.toml");
    let secrets = [first.path(), second.path()]
        .map(|path| path.to_str().unwrap())
        .join(":");
    let env = Env::from_pairs([
        ("FAAS_CONFIG", config.to_str().unwrap()),
        ("FAAS_SECRETS", &secrets),
        ("FAAS__DB__D", "environment"),
    ]);
    let db: Strings = Configuration::load(&env).unwrap().section("db").unwrap();
    let found: Vec<_> = db.values().map(String::as_str).collect();
    assert_eq!(found, ["file", "first", "second", "environment"]);
}

#[test]
fn a_wrong_secret_file_is_named_but_not_shown() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only decoded")]
    struct Db {
        port: u16,
    }
    let mount = mount(&[("DB__PORT", b"hunter2")]);
    let configuration = load(None, &[mount.path()]).unwrap();
    let errors = configuration.section::<Db>("db").unwrap_err();
    assert_eq!(
        errors.to_string(),
        format!(
            "`db.port` (secret file {}): found a hidden value, expected an integer from 0 to 65535",
            mount.path().join("DB__PORT").display()
        )
    );
    assert!(!format!("{errors:?}{configuration:?}").contains("hunter2"));
}

#[test]
fn a_flattened_type_does_not_show_a_secret_file() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct Outer {
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only decoded")]
    struct Inner {
        at: std::net::IpAddr,
    }
    let mount = mount(&[("DB__AT", b"hunter2")]);
    let configuration = load(None, &[mount.path()]).unwrap();
    let errors = configuration.section::<Outer>("db").unwrap_err();
    assert!(errors.to_string().contains("hidden"), "{errors}");
    assert!(!format!("{errors}{errors:?}").contains("hunter2"));
}

#[test]
fn what_is_named_must_exist() {
    let gone = Path::new("/nonexistent/faas.toml");
    let error = load(Some(gone), &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "FAAS_CONFIG names `/nonexistent/faas.toml`, which does not exist; correct the path or unset the variable"
    );
    refused(
        &[Path::new("/nonexistent")],
        "FAAS_SECRETS names `/nonexistent`",
    );
    let directory = mount(&[]);
    let error = load(Some(directory.path()), &[]).unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn two_files_of_one_key_are_refused() {
    let twice = mount(&[("DB__URL", b"hunter2"), ("db/url", b"hunter2")]);
    refused(&[twice.path()], "`db.url` is set twice");
    let below = mount(&[("DB", b"hunter2"), ("DB__URL", b"hunter2")]);
    refused(&[below.path()], "`db` is set twice");
    let empty = mount(&[("DB__", b"hunter2")]);
    refused(&[empty.path()], "empty key");
}

#[test]
fn files_that_are_no_text_are_refused() {
    let binary = mount(&[("KEY", b"hunter2\xff"), ("faas.toml", b"a = 1\n# \xc3(")]);
    refused(&[binary.path()], "is not UTF-8 text (byte 7)");
    let error = load(Some(&binary.path().join("faas.toml")), &[]).unwrap_err();
    assert!(
        error.to_string().contains("is not UTF-8 text (byte 8)"),
        "{error}"
    );
}

#[test]
fn sizes_are_bounded() {
    let megabyte = "x".repeat(1_000_000);
    let big = mount(&[
        ("DB__CA", megabyte.as_bytes()),
        ("huge", &vec![b'x'; 5 << 20]),
    ]);
    refused(&[big.path()], "more than 4194304 bytes");
    fs::remove_file(big.path().join("huge")).unwrap();
    let configuration = load(None, &[big.path()]).unwrap();
    assert_eq!(
        configuration.section::<Strings>("db").unwrap()["ca"].len(),
        1_000_000
    );
}

#[cfg(unix)]
mod links {
    //! Symbolic links, as Kubernetes makes them and as nobody should.

    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn the_links_of_kubernetes_are_followed() {
        let mount = mount(&[
            ("..2026_01_02/DB__URL", b"new"),
            ("..2026_01_02/queues/orders", b"{\"url\": \"q\"}"),
            ("..2026_01_01/DB__URL", b"old"),
        ]);
        symlink("..2026_01_02", mount.path().join("..data")).unwrap();
        symlink("..data/DB__URL", mount.path().join("DB__URL")).unwrap();
        symlink("..data/queues", mount.path().join("queues")).unwrap();
        let configuration = load(None, &[mount.path()]).unwrap();
        assert_eq!(
            configuration.section::<Strings>("db").unwrap()["url"],
            "new"
        );
        assert_eq!(
            configuration.section::<Strings>("queues.orders").unwrap()["url"],
            "q"
        );
        assert_eq!(configuration.sections_under("").unwrap(), ["db", "queues"]);
    }

    #[test]
    fn a_link_into_itself_ends() {
        let mount = mount(&[("a/b", b"x")]);
        symlink("..", mount.path().join("a/c")).unwrap();
        refused(&[mount.path()], "a link into itself");
    }

    #[test]
    fn a_link_to_nothing_is_refused() {
        let mount = mount(&[]);
        symlink("gone", mount.path().join("a")).unwrap();
        refused(&[mount.path()], "cannot be read");
    }

    #[test]
    fn a_socket_is_refused() {
        let mount = mount(&[]);
        let _socket = UnixListener::bind(mount.path().join("a")).unwrap();
        refused(&[mount.path()], "a device, a pipe or a socket");
    }
}
