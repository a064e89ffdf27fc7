//! Nothing in generated code meets a lint.

#![deny(warnings, missing_docs, clippy::pedantic)]
#![forbid(unsafe_code)]

use faas::{Json, State};

/// Adds.
#[faas::invoke(concurrency = 2)]
#[deprecated]
pub async fn sum(Json((left, right)): Json<(u64, u64)>, _: State<u8>) -> Json<u64> {
    Json(left + right)
}

/// Greets.
#[faas::http(GET, "/greeting")]
pub fn greeting(_: State<u8>, _: State<u16>) -> &'static str {
    "hello"
}

/// A number.
#[faas::resource(lazy)]
pub fn number() -> Result<u8, std::num::ParseIntError> {
    "1".parse()
}

/// A section.
#[faas::config("sums")]
#[derive(Debug)]
pub struct Sums {
    /// How many.
    pub limit: u64,
}

fn main() {}
