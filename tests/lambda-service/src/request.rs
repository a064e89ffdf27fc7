//! What the function has sent.

use serde_json::Value;

/// A request that came.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Request {
    /// Its method.
    pub method: String,
    /// Its path, as sent.
    pub path: String,
    /// Its body, as far as it came.
    pub body: Vec<u8>,
    /// Whether the whole body came.
    pub is_whole: bool,
    /// What it was answered with, 0 if with nothing.
    pub status: u16,
    /// The number of its connection, counted from the start of the service.
    pub connection: usize,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) trailers: Vec<(String, String)>,
}

impl Request {
    /// The values of a header, joined; empty if it is missing.
    pub fn header(&self, name: &str) -> String {
        joined(&self.headers, name)
    }

    /// Whether it has a header, maybe an empty one.
    pub fn has_header(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(other, _)| other.eq_ignore_ascii_case(name))
    }

    /// The values of a field that came after a body in chunks.
    pub fn trailer(&self, name: &str) -> String {
        joined(&self.trailers, name)
    }

    /// The id of the invocation that the path names, and what stands behind it.
    pub fn invocation(&self) -> Option<(String, &str)> {
        let (_, rest) = self.path.split_once("/2018-06-01/runtime/invocation/")?;
        let (id, end) = rest.split_once('/')?;
        let id = percent_encoding::percent_decode_str(id);
        Some((id.decode_utf8().ok()?.into_owned(), end))
    }

    /// Its body.
    ///
    /// # Panics
    ///
    /// If that is no JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        json(&self.body)
    }

    /// Whether it says that it is a streamed answer.
    pub fn is_streamed(&self) -> bool {
        self.header("lambda-runtime-function-response-mode") == "streaming"
    }

    /// The two parts of a streamed HTTP answer, split at the eight NULs between them.
    ///
    /// # Panics
    ///
    /// If there are none, or the first part is no JSON.
    #[track_caller]
    pub fn split(&self) -> (Value, &[u8]) {
        const BETWEEN: [u8; 8] = [0; 8];
        let at = self
            .body
            .windows(BETWEEN.len())
            .position(|bytes| bytes == BETWEEN);
        let at = at.unwrap_or_else(|| panic!("no prelude: {self:?}"));
        (json(&self.body[..at]), &self.body[at + BETWEEN.len()..])
    }

    pub(crate) fn length(&self) -> usize {
        self.header("content-length").parse().unwrap_or(0)
    }

    pub(crate) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding")
            .eq_ignore_ascii_case("chunked")
    }
}

fn joined(fields: &[(String, String)], name: &str) -> String {
    let values: Vec<_> = fields
        .iter()
        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect();
    values.join(", ")
}

#[track_caller]
fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|error| panic!("{error} in {}", String::from_utf8_lossy(bytes)))
}
