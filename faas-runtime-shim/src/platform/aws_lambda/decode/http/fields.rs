//! Headers as the application is to see them, and what they tell of the client.

use std::net::{IpAddr, SocketAddr};
use std::{mem, str};

use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::super::super::wire::{Context, Scan};
use super::super::source::Front;

/// Takes the headers out of the scan and makes them fit the request.
pub(super) fn headers(scan: &mut Scan<'_>, body_length: usize) -> HeaderMap {
    if let Some(multi) = scan.multi_value_headers.take() {
        let single = mem::replace(&mut scan.headers, multi);
        scan.headers.complete_from(single);
    }
    let mut headers = mem::take(&mut scan.headers.map);

    // a Function URL writes both, an HTTP API the array alone
    if !scan.cookies.is_empty() {
        insert_missing(&mut headers, COOKIE, &scan.cookies);
    }
    if let Some(domain) = &scan.context.domain_name {
        insert_missing(&mut headers, HOST, domain);
    }
    correct_length(&mut headers, body_length);
    headers
}

fn insert_missing(headers: &mut HeaderMap, name: HeaderName, value: &[u8]) {
    if headers.contains_key(&name) {
        return;
    }
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.insert(name, value);
    }
}

/// The client's length may be that of a body which the front end has decoded or cut.
fn correct_length(headers: &mut HeaderMap, body_length: usize) {
    let mut declared = headers.get_all(CONTENT_LENGTH).iter();
    let (first, second) = (declared.next(), declared.next());
    let told = |value: &HeaderValue| value.to_str().ok()?.parse().ok();
    let contradicts = first.is_some_and(|value| told(value) != Some(body_length));
    if contradicts || second.is_some() {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body_length));
    }
}

pub(super) fn client_address(
    front: Front,
    context: &Context<'_>,
    headers: &HeaderMap,
) -> Option<IpAddr> {
    match front {
        Front::HttpV2 { .. } | Front::RestV1 { .. } | Front::WebSocket => {
            let address = str::from_utf8(context.source_ip.as_deref()?).ok()?;
            // HTTP APIs may write a network of one address
            let network = || address.split_once('/')?.0.parse().ok();
            address.parse().ok().or_else(network)
        }
        // what a client writes there stands before what the balancer appends
        Front::Alb | Front::Lattice => {
            let hops = headers.get_all("x-forwarded-for").iter().next_back()?;
            let hop = hops.to_str().ok()?.rsplit(',').next()?.trim();
            let without_port = || hop.parse().map(|address: SocketAddr| address.ip());
            hop.parse().or_else(|_| without_port()).ok()
        }
    }
}
