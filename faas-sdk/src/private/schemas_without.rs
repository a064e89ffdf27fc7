//! No schemas: the feature `schema` is off. The traits are there so that generated code is the same, and nothing
//! implements them.

/// Parameters that are documents.
#[expect(dead_code, reason = "generated code brings it into scope")]
pub trait HasParameter {}

/// Answers that are documents.
#[expect(dead_code, reason = "generated code brings it into scope")]
pub trait HasAnswer {}
