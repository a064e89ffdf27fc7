//! Where a bucket's objects are on this machine, and how its folder is watched.

use std::path::{Path, PathBuf};
use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::settle::Patience;
use crate::bindings::{Bound, ObjectBinding};
use crate::config::Configuration;
use crate::startup::StartError;

/// A folder that stands for a bucket.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Folder {
    /// As it is written in the configuration.
    pub(super) path: PathBuf,
    /// Whether nobody has named it: then it is made here.
    pub(super) is_own: bool,
    pub(super) patience: Patience,
    /// How often everything is looked at, whatever was told; without it as often as it has to be.
    pub(super) rescan: Option<Duration>,
}

/// Where the objects of a bucket are.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Place {
    Here(Folder),
    /// Somewhere that has to tell by itself; the scheme of its address.
    Elsewhere(Box<str>),
}

impl Folder {
    /// Reads the binding of a bucket. What is not bound is in a folder below `data`.
    pub(super) fn read(
        configuration: &Configuration,
        bucket: &str,
        data: &Path,
    ) -> Result<Place, StartError> {
        let binding: ObjectBinding = configuration
            .section(&format!("objects.{bucket}"))
            .map_err(|errors| StartError::configuration(errors.to_string()))?;
        let (path, is_own) = match &binding.url {
            None => (data.join("objects").join(name(bucket)), true),
            Some(url) => match address(url.expose()) {
                Address::Folder(path) => (path, false),
                Address::Elsewhere(scheme) => return Ok(Place::Elsewhere(scheme)),
                Address::Wrong(why) => {
                    let key = Bound::Objects.key(bucket, "url");
                    return Err(StartError::configuration(format!("`{key}`: {why}")));
                }
            },
        };
        let patience = binding.settle.map_or(Patience::DEFAULT, |settle| {
            Patience::of(settle.as_duration())
        });
        Ok(Place::Here(Self {
            path,
            is_own,
            patience,
            rescan: binding
                .rescan
                .map(|rescan| rescan.as_duration().max(SHORTEST)),
        }))
    }
}

/// A folder is not walked through all the time.
const SHORTEST: Duration = Duration::from_millis(100);

/// The name of a bucket as that of a folder. Names with nothing but letters, digits, `-`, `_` and `.` stay as they are.
fn name(bucket: &str) -> String {
    let name = utf8_percent_encode(bucket, UNUSUAL).to_string();
    match name.strip_prefix('.') {
        Some(rest) => format!("%2E{rest}"),
        None => name,
    }
}

const UNUSUAL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

#[derive(Debug, Eq, PartialEq)]
enum Address {
    Folder(PathBuf),
    Elsewhere(Box<str>),
    Wrong(String),
}

/// Reads `file:` addresses (RFC 8089), and beyond them those with a path that begins in the working directory.
fn address(url: &str) -> Address {
    let wrong = |why: &str| {
        Address::Wrong(format!(
            "{why}; expected `file:///var/uploads`, or `file:uploads` for a folder in the working directory"
        ))
    };
    // it may be a password, so nothing of it is shown
    let Some((scheme, rest)) = url.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return wrong("the address names no scheme");
    };
    if !scheme.eq_ignore_ascii_case("file") {
        return Address::Elsewhere(scheme.into());
    }
    let path = match rest.strip_prefix("//") {
        None => rest,
        Some(rest) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return wrong("the folder would be on another machine");
            }
            path
        }
    };
    if path.is_empty() {
        return wrong("the address names no folder");
    }
    if path.contains(['?', '#']) {
        return wrong(&format!(
            "`{path}` has a `?` or `#`, which in a path are written `%3F` and `%23`"
        ));
    }
    match percent_decode_str(path).decode_utf8() {
        Ok(text) if !text.contains('\0') => Address::Folder(PathBuf::from(&*text)),
        _ => wrong(&format!("`{path}` is not text")),
    }
}

/// Tells whether an address begins so (RFC 3986, section 3.1).
fn is_scheme(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    //! Addresses of folders.

    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Address) {
        assert_eq!(address(url), expected, "{url}");
    }

    #[test]
    fn folders_by_their_addresses() {
        let folder = |path: &str| Address::Folder(path.into());
        check("file:///var/uploads", folder("/var/uploads"));
        check("file:///var/my%20uploads%25", folder("/var/my uploads%"));
        check("FILE://localhost/var/uploads", folder("/var/uploads"));
        check("file:/var/uploads", folder("/var/uploads"));
        check("file:uploads/in", folder("uploads/in"));
        check("file:./uploads", folder("./uploads"));
        check("file:///", folder("/"));
        check("s3://key:secret@uploads", Address::Elsewhere("s3".into()));
        check("arn:aws:s3:::uploads", Address::Elsewhere("arn".into()));
    }

    #[test]
    fn addresses_that_cannot_be_meant() {
        let cases = [
            ("hunter2", "no scheme"),
            ("hunter2 hunter2://x", "no scheme"),
            ("file://", "names no folder"),
            ("file:", "names no folder"),
            ("file://./uploads", "another machine"),
            ("file://u:hunter2@nas/uploads", "another machine"),
            ("file:///a?b", "`%3F`"),
            ("file:///a%ff", "not text"),
            ("file:///a%00", "not text"),
        ];
        for (url, part) in cases {
            match address(url) {
                Address::Wrong(why) => {
                    assert!(why.contains(part) && !why.contains("hunter2"), "{why}")
                }
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_bucket_that_is_not_bound_has_a_folder_of_its_own() {
        let mut configuration = Configuration::empty();
        let read = |configuration: &Configuration, bucket: &str| {
            Folder::read(configuration, bucket, Path::new("/data"))
        };
        let Place::Here(folder) = read(&configuration, "my-uploads").unwrap() else {
            panic!("it is here");
        };
        assert_eq!(folder.path, Path::new("/data/objects/my-uploads"));
        assert!(folder.is_own);
        assert_eq!(folder.patience, Patience::DEFAULT);
        assert_eq!(name("../a b"), "%2E.%2Fa%20b");

        configuration.set("objects.up.url", "file:in").unwrap();
        configuration.set("objects.up.settle", "3s").unwrap();
        configuration.set("objects.up.rescan", "0s").unwrap();
        let Place::Here(folder) = read(&configuration, "up").unwrap() else {
            panic!("it is here");
        };
        assert_eq!(folder.path, Path::new("in"));
        assert_eq!(folder.patience, Patience::of(Duration::from_secs(3)));
        assert_eq!(folder.rescan, Some(SHORTEST));

        configuration.set("objects.up.url", "up").unwrap();
        let error = read(&configuration, "up").unwrap_err().to_string();
        assert!(
            error.contains("`objects.up.url`: the address names no scheme"),
            "{error}"
        );
    }
}
