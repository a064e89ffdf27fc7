//! The description's schemas: what a function takes and answers, as far as the types tell.
//!
//! With the feature `schema` the JSON Schemas of types that implement `schemars::JsonSchema` are part of it; without it
//! only the media types are. Generated code is the same in both builds.

#[cfg(feature = "schema")]
#[path = "with.rs"]
mod generator;
#[cfg(not(feature = "schema"))]
#[path = "without.rs"]
mod generator;

pub use self::generator::Generator;

use serde::Serialize;
use serde_json::Value;

/// Collects the schemas of one function after the other.
#[derive(Debug, Default)]
pub struct Schemas {
    /// Makes schemas and keeps the definitions that they share.
    pub generator: Generator,
    parameters: Vec<Parameter>,
    answer: Option<Value>,
}

/// Where a parameter of an HTTP or event function is read from.
#[derive(Debug, Serialize)]
pub(crate) struct Parameter {
    #[serde(rename = "in")]
    place: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Value>,
}

impl Schemas {
    /// Adds a parameter that is read from `place`: `body`, `path`, `query`, …
    pub fn parameter(&mut self, place: &'static str, schema: Option<Value>) {
        self.parameters.push(Parameter { place, schema });
    }

    /// Says what the function answers.
    pub fn answer(&mut self, schema: Option<Value>) {
        self.answer = schema;
    }

    /// Takes what one function has left.
    pub(crate) fn take(&mut self) -> (Vec<Parameter>, Option<Value>) {
        (std::mem::take(&mut self.parameters), self.answer.take())
    }
}
