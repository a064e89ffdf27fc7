//! Where a sink is: what a request to it needs of its URL, which may hold a password and is never shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::uri::{PathAndQuery, Uri};
use http::{HeaderValue, uri};
use percent_encoding::percent_decode_str;

/// An `http://` URL in parts.
#[derive(Clone)]
pub(crate) struct Address {
    /// What is connected to: host and port.
    pub(crate) peer: Box<str>,
    /// The header `host` (RFC 9112, section 3.2): without the user, and without a port that goes without saying.
    pub(crate) host: HeaderValue,
    pub(crate) target: PathAndQuery,
    /// The user and the password as HTTP's Basic scheme writes them (RFC 7617).
    pub(crate) authorization: Option<HeaderValue>,
}

impl Address {
    /// Reads a URL; an error says what is wrong with it, and nothing of what it is.
    pub(crate) fn parse(url: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "its address is no URL such as `http://broker.example:8080/path`";
        // a fragment is the client's own business (RFC 9110, section 7.1)
        let url = url.split('#').next().unwrap_or(url);
        let uri: Uri = url.parse().map_err(|_| WRONG)?;
        let authority = uri.authority().ok_or(WRONG)?;
        let name = authority.host();
        if name.is_empty() {
            return Err(WRONG);
        }
        let port = match port(authority) {
            Some(port) => port?,
            None => DEFAULT_PORT,
        };
        let host = if port == DEFAULT_PORT {
            name.to_owned()
        } else {
            format!("{name}:{port}")
        };
        let authorization = match authority.as_str().rsplit_once('@') {
            Some((user, _)) => Some(basic(user).ok_or(WRONG)?),
            None => None,
        };
        Ok(Self {
            peer: format!("{name}:{port}").into(),
            host: host.try_into().map_err(|_| WRONG)?,
            target: uri
                .path_and_query()
                .cloned()
                .unwrap_or_else(|| PathAndQuery::from_static("/")),
            authorization,
        })
    }
}

/// RFC 9110, section 4.2.1.
const DEFAULT_PORT: u16 = 80;

/// Reads the port, which may be left empty (RFC 3986, section 3.2.3).
fn port(authority: &uri::Authority) -> Option<Result<u16, &'static str>> {
    let behind = authority
        .as_str()
        .rsplit_once('@')
        .map_or(authority.as_str(), |(_, host)| host);
    let text = behind.strip_prefix(authority.host())?.strip_prefix(':')?;
    if text.is_empty() {
        return None;
    }
    let port = text.parse().ok().filter(|port| *port != 0);
    Some(port.ok_or("the port of its address is none from 1 to 65535"))
}

fn basic(user: &str) -> Option<HeaderValue> {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let mut plain: Vec<u8> = percent_decode_str(name).collect();
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(plain))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    //! URLs in parts, and what is said of those that are none.

    use super::*;

    fn check(url: &str, peer: &str, host: &str, target: &str, authorization: Option<&str>) {
        let address = Address::parse(url).unwrap();
        assert_eq!(&*address.peer, peer, "{url}");
        assert_eq!(address.host, host, "{url}");
        assert_eq!(address.target, target, "{url}");
        let found = address.authorization.as_ref();
        assert_eq!(
            found.map(|value| value.to_str().unwrap()),
            authorization,
            "{url}"
        );
        assert!(found.is_none_or(HeaderValue::is_sensitive));
        assert_eq!(format!("{address:?}"), "Address { .. }");
    }

    #[test]
    fn parts() {
        check("http://broker", "broker:80", "broker", "/", None);
        check(
            "http://broker:80/a/b?c=d#e",
            "broker:80",
            "broker",
            "/a/b?c=d",
            None,
        );
        check(
            "http://127.0.0.1:8080/",
            "127.0.0.1:8080",
            "127.0.0.1:8080",
            "/",
            None,
        );
        check("http://[::1]:8080", "[::1]:8080", "[::1]:8080", "/", None);
        check("http://[::1]:/x", "[::1]:80", "[::1]", "/x", None);
        // RFC 7617, section 2
        check(
            "http://Aladdin:open%20sesame@h:8/",
            "h:8",
            "h:8",
            "/",
            Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        );
    }

    #[test]
    fn what_is_wrong_is_not_shown() {
        for url in [
            "http://",
            "http:// hunter2",
            "http://u:hunter2@",
            "http://h:hunter2/",
            "http://h:65536/",
            "http://h:0/",
            "http://u:hunter2@h/\u{7f}",
        ] {
            let told = Address::parse(url).unwrap_err();
            assert!(
                told.starts_with("its address") || told.starts_with("the port"),
                "{url}: {told}"
            );
        }
    }
}
