//! What platforms tell beside the payload, kept as it came until a handler asks.

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use serde_json::Value;

/// The rarer facts of an invocation. Adapters fill in what they have.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The platform's own request context, as JSON.
    pub request_context: Option<RawJson>,
    /// Finds the authoriser's claims in that request context.
    pub claims: Option<fn(&RawJson) -> Option<Value>>,
    /// The address of the client as the platform saw it.
    pub client_address: Option<IpAddr>,
    /// The front end's id of the request, where it differs from the invocation's.
    pub request_id: Option<Box<str>>,
    /// The path as the public knows it, where the routed one differs (stages, base paths).
    pub public_path: Option<Box<str>>,
    /// What the caller of a direct invocation sent along, any JSON.
    pub client_context: Option<RawJson>,
    /// The name under which the platform knows the function that it invoked, on AWS an ARN.
    pub resource_name: Option<Box<str>>,
    /// The tenant that the invocation is for, where the platform isolates tenants.
    pub tenant: Option<Box<str>>,
    /// The trace in the platform's own words, which may say more than the context that was read from them.
    pub trace_header: Option<Box<str>>,
    /// Credentials that came in headers.
    pub credentials: Credentials,
}

impl Details {
    /// Takes over what the event tells, beside what its transport told.
    #[cfg_attr(
        not(feature = "aws-lambda"),
        expect(dead_code, reason = "only pollers have both")
    )]
    pub(crate) fn complete_from(&mut self, event: Self) {
        let Self {
            request_context,
            claims,
            client_address,
            request_id,
            public_path,
            client_context: _,
            resource_name: _,
            tenant: _,
            trace_header: _,
            credentials,
        } = event;
        self.request_context = request_context;
        self.claims = claims;
        self.client_address = client_address;
        self.request_id = request_id;
        self.public_path = public_path;
        self.credentials = credentials;
    }
}

/// One JSON value as text, cut out of what the platform sent.
#[derive(Clone, Eq, PartialEq)]
pub struct RawJson(Bytes);

impl RawJson {
    /// Takes text that a JSON parser has already accepted.
    pub(crate) fn from_validated(text: Bytes) -> Self {
        Self(text)
    }

    /// Checks that the bytes are one JSON value.
    ///
    /// # Errors
    ///
    /// Returns what the JSON parser found instead.
    pub fn parse(text: impl Into<Bytes>) -> Result<Self, serde_json::Error> {
        let text = text.into();
        serde_json::from_slice::<serde::de::IgnoredAny>(&text)?;
        Ok(Self(text))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Decodes the value.
    ///
    /// # Errors
    ///
    /// Returns how the value differs from the shape of `T`.
    pub fn decode<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.0)
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // request contexts hold tokens and addresses of callers
        f.debug_struct("RawJson")
            .field("bytes", &self.0.len())
            .finish_non_exhaustive()
    }
}

/// Credentials that a platform hands over in headers, taken out of what handlers and logs see.
///
/// # Examples
///
/// ```
/// use faas_runtime_shim::invocation::Credentials;
///
/// let mut credentials = Credentials::default();
/// credentials.insert("security-token", "s3cr3t");
/// assert_eq!(credentials.get("security-token"), Some("s3cr3t"));
/// assert_eq!(format!("{credentials:?}"), r#"{"security-token": ***}"#);
/// ```
#[derive(Clone, Default)]
pub struct Credentials(Vec<(&'static str, Box<str>)>);

impl Credentials {
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds one under the header's name.
    pub fn insert(&mut self, name: &'static str, value: impl Into<Box<str>>) {
        self.0.push((name, value.into()));
    }

    /// Returns the credential of this header name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find_map(|(known, value)| (*known == name).then_some(&**value))
    }

    /// Tells whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.0.iter().map(|(name, _)| (name, format_args!("***"))))
            .finish()
    }
}
