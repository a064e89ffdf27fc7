//! TLS on a listener, by a section of the configuration such as `[http.tls]`.
//!
//! With the feature `tls` that is rustls with ring: begin with `rustls`, [`Tls`]; what the files hold is read in `files`.
//! Without it a section that asks for TLS is a start error: nobody's requests go in plain text because a build is small.

#[cfg(feature = "tls")]
mod files;
#[cfg(feature = "tls")]
mod rustls;
#[cfg(not(feature = "tls"))]
#[path = "without.rs"]
mod rustls;
#[cfg(feature = "tls")]
#[cfg(test)]
mod tests;

pub(crate) use self::rustls::Tls;
#[cfg(feature = "tls")]
#[cfg(test)]
pub(crate) use self::tests::pki;

/// Protocols that a listener speaks, the preferred one first (RFC 7301, section 6); none leaves it to the client.
pub(crate) type Protocols = &'static [&'static [u8]];
