//! Where the platform listens, read once from the text that it puts into the environment.
//!
//! AWS gives `host:port`; cargo-lambda puts a path behind it and sometimes `http://` in front.
//! Nothing is looked up here.

/// The address of a platform's runtime API: host, port and what stands before every path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    host: String,
    port: u16,
    authority: String,
    prefix: String,
}

impl Endpoint {
    /// Reads `host:port`, with `http://` before it and a path behind it where given; the port is 80
    /// when there is none.
    ///
    /// # Errors
    ///
    /// When the text names another scheme, no host, no number as port, or has signs that no address
    /// has.
    pub(crate) fn parse(text: &str) -> Result<Self, EndpointError> {
        let wrong = |expected| EndpointError {
            found: text.to_owned(),
            expected,
        };
        // The value also becomes part of every request's head, where a blank or a line break would
        // be read as something else.
        if let Some((_, host)) = text.rsplit_once('@') {
            // What stands before it may be a password, which no error text may carry.
            let found = format!("…@{host}");
            return Err(EndpointError {
                found,
                expected: "no user name",
            });
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong("visible ASCII"));
        }
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return Err(wrong("`http://` or no scheme at all")),
            None => text,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if rest.contains(['?', '#']) {
            return Err(wrong("no query and no fragment"));
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(v6) => {
                let (host, port) = v6
                    .split_once(']')
                    .ok_or_else(|| wrong("`]` behind the IPv6 address"))?;
                host.parse::<std::net::Ipv6Addr>()
                    .map_err(|_| wrong("an IPv6 address between `[` and `]`"))?;
                (host, port)
            }
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        if host.is_empty() {
            return Err(wrong("a host before the port"));
        }
        let port = match port.strip_prefix(':') {
            Some(port) if port.contains(':') => {
                return Err(wrong("`[` and `]` around an IPv6 address"));
            }
            // `parse` alone would take `+80` as well.
            Some(port) if port.starts_with('+') => None,
            Some(port) => port.parse().ok().filter(|port| *port != 0),
            None if port.is_empty() => Some(80),
            None => None,
        };
        Ok(Self {
            host: host.to_owned(),
            port: port.ok_or_else(|| wrong("a port from 1 to 65535"))?,
            authority: authority.to_owned(),
            prefix: path.trim_end_matches('/').to_owned(),
        })
    }

    /// Host and port as the resolver wants them: an IPv6 address without its brackets.
    pub(super) fn host_and_port(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// The value of `Host`.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// What stands before every path; empty, or begins with `/` and does not end with it.
    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }
}

/// The address of the runtime API cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{found}` is no address of a runtime API: expected {expected}, as in `127.0.0.1:9001`")]
pub(crate) struct EndpointError {
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, host: &str, port: u16, authority: &str, prefix: &str) {
        let endpoint = Endpoint::parse(text).unwrap();
        assert_eq!(endpoint.host_and_port(), (host, port), "{text}");
        assert_eq!(endpoint.authority(), authority, "{text}");
        assert_eq!(endpoint.prefix(), prefix, "{text}");
    }

    #[track_caller]
    fn refused(text: &str, because: &str) {
        let error = Endpoint::parse(text).unwrap_err().to_string();
        assert!(error.contains(because), "{text}: {error}");
        assert!(error.contains(text), "{text}: {error}");
    }

    #[test]
    fn every_form_that_platforms_and_emulators_give_is_read() {
        check("127.0.0.1:9001", "127.0.0.1", 9001, "127.0.0.1:9001", "");
        check("localhost:8080", "localhost", 8080, "localhost:8080", "");
        check(
            "http://127.0.0.1:9000/.rt/hello",
            "127.0.0.1",
            9000,
            "127.0.0.1:9000",
            "/.rt/hello",
        );
        check(
            "127.0.0.1:9000/.rt/hello/",
            "127.0.0.1",
            9000,
            "127.0.0.1:9000",
            "/.rt/hello",
        );
        check("HTTP://runtime:80/", "runtime", 80, "runtime:80", "");
        check("runtime", "runtime", 80, "runtime", "");
        check("[::1]:9001", "::1", 9001, "[::1]:9001", "");
        check("http://[fe80::1]/a/b", "fe80::1", 80, "[fe80::1]", "/a/b");
    }

    #[test]
    fn what_is_no_address_is_refused_and_said() {
        refused("https://127.0.0.1:9001", "`http://` or no scheme");
        refused("unix:///run/x.sock", "`http://` or no scheme");
        refused("", "a host");
        refused(":9001", "a host");
        refused("http:///next", "a host");
        refused("127.0.0.1:", "a port");
        refused("127.0.0.1:0", "a port");
        refused("127.0.0.1:+80", "a port");
        refused("127.0.0.1:65536", "a port");
        refused("::1:9001", "a host");
        refused("fe80::1", "around an IPv6 address");
        refused("[::1", "`]` behind");
        refused("[::1]9001", "a port");
        refused("[::g]:1", "an IPv6 address between");
        refused("host:1/a b", "visible ASCII");
        refused("host:1/a\r\nX: y", "visible ASCII");
        refused("host:1?x", "no query");
    }

    #[test]
    fn a_password_is_not_repeated_in_the_error() {
        let error = Endpoint::parse("http://user:secret@host:1")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("`…@host:1`") && !error.contains("secret"),
            "{error}"
        );
    }
}
