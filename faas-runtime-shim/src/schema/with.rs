//! Schemas by `schemars`, in the dialect of OpenAPI 3.

use std::fmt;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

/// Makes the JSON Schema of a type; types with names are defined once and referred to.
pub struct Generator(SchemaGenerator);

impl Generator {
    /// Returns the schema of `T`.
    pub fn schema<T: JsonSchema>(&mut self) -> Value {
        self.0.subschema_for::<T>().to_value()
    }

    /// Takes the definitions that the schemas refer to.
    pub(crate) fn definitions(&mut self) -> Value {
        Value::Object(self.0.take_definitions(true))
    }
}

impl Default for Generator {
    fn default() -> Self {
        Self(SchemaSettings::openapi3().into_generator())
    }
}

impl fmt::Debug for Generator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generator").finish_non_exhaustive()
    }
}
