//! Schemas of parameters and answers whose types implement `schemars::JsonSchema`.

use axum::extract::{Path, Query};
use faas_runtime_shim::schema::Schemas;
use schemars::JsonSchema;

use super::Probe;
use crate::{Background, Batch, Change, Event, Json, Message};

/// Parameters that are documents.
pub trait HasParameter {
    /// Describes it.
    fn parameter(&self, schemas: &mut Schemas);
}

macro_rules! parameter {
    ($($extractor:ident $place:literal),+) => {$(
        impl<T: JsonSchema> HasParameter for Probe<$extractor<T>> {
            fn parameter(&self, schemas: &mut Schemas) {
                let schema = schemas.generator.schema::<T>();
                schemas.parameter($place, Some(schema));
            }
        }
    )+};
}

parameter!(
    Json "body", Path "path", Query "query",
    Message "body", Batch "body", Event "data", Background "data", Change "row"
);

/// Answers that are documents.
pub trait HasAnswer {
    /// Describes it.
    fn answer(&self, schemas: &mut Schemas);
}

impl<T: JsonSchema> HasAnswer for Probe<Json<T>> {
    fn answer(&self, schemas: &mut Schemas) {
        let schema = schemas.generator.schema::<T>();
        schemas.answer(Some(schema));
    }
}

impl<T: JsonSchema, E> HasAnswer for Probe<Result<Json<T>, E>> {
    fn answer(&self, schemas: &mut Schemas) {
        Probe::<Json<T>>::new().answer(schemas);
    }
}
