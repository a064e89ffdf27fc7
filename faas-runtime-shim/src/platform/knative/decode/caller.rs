//! What proxies say of a request: its id, and who sent it. The connection's own peer is always a proxy.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::invocation::InvocationId;

/// Takes over the mesh's id of the request, if it is one that a log bears.
pub(in super::super) fn id(headers: &HeaderMap) -> InvocationId {
    const LONGEST: usize = 128;
    let given = headers.get("x-request-id").and_then(|id| id.to_str().ok());
    let fits = |id: &&str| {
        (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    given
        .filter(fits)
        .map_or_else(InvocationId::own, InvocationId::given)
}

/// Finds the client as the first proxy has seen it, which is as true as the ingress makes it: one that passes on what it
/// was sent lets clients choose.
pub(in super::super) fn address(headers: &HeaderMap) -> Option<IpAddr> {
    let text = |name| headers.get(name)?.to_str().ok();
    let first = |list: &'_ str| list.split(',').next().map(str::to_owned);
    if let Some(hop) = text("x-forwarded-for").and_then(first) {
        return node(&hop);
    }
    // RFC 7239, section 4
    let hop = text("forwarded").and_then(first)?;
    hop.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("for")
            .then(|| node(value))?
    })
}

/// Reads an address with or without a port, brackets and quotes (RFC 7239, section 6).
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let bare = bare.unwrap_or(text);
    bare.parse()
        .ok()
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    //! Headers of proxies, real and made up.

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let value = http::HeaderValue::from_static(value);
            (http::HeaderName::from_static(name), value)
        });
        pairs.collect()
    }

    #[test]
    fn a_client_s_address() {
        type Headers = [(&'static str, &'static str)];
        let cases: [(&Headers, Option<&str>); 9] = [
            (&[], None),
            (
                &[("x-forwarded-for", "192.0.2.7, 10.0.0.1")],
                Some("192.0.2.7"),
            ),
            (&[("x-forwarded-for", "2001:db8::1")], Some("2001:db8::1")),
            (&[("x-forwarded-for", "unknown")], None),
            (
                &[("forwarded", "for=192.0.2.7;proto=http, for=10.0.0.1")],
                Some("192.0.2.7"),
            ),
            (
                &[("forwarded", "proto=http;For=\"[2001:db8::1]:4711\"")],
                Some("2001:db8::1"),
            ),
            (&[("forwarded", "for=_hidden")], None),
            (&[("forwarded", "by=10.0.0.1")], None),
            (
                &[
                    ("x-forwarded-for", "192.0.2.7"),
                    ("forwarded", "for=192.0.2.8"),
                ],
                Some("192.0.2.7"),
            ),
        ];
        for (pairs, expected) in cases {
            let expected: Option<IpAddr> = expected.map(|text| text.parse().unwrap());
            assert_eq!(address(&headers(pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn an_id_that_a_log_bears_is_taken_over() {
        let taken = id(&headers(&[("x-request-id", "5f2c-1")]));
        assert_eq!(taken.as_str(), "5f2c-1");
        for value in ["", "a b", "\u{7f}"] {
            let mut map = HeaderMap::new();
            if let Ok(value) = http::HeaderValue::from_str(value) {
                map.insert("x-request-id", value);
            }
            assert_eq!(id(&map).as_str().len(), 32, "{value}");
        }
        let long = http::HeaderValue::try_from("x".repeat(129)).unwrap();
        let map = HeaderMap::from_iter([(http::HeaderName::from_static("x-request-id"), long)]);
        assert_eq!(id(&map).as_str().len(), 32);
    }
}
