//! No schemas: the feature `schema` is off. The traits are there so that generated code is the same, and nothing
//! implements them.

/// Parameters that are documents.
pub trait HasParameter {}

/// Answers that are documents.
pub trait HasAnswer {}
