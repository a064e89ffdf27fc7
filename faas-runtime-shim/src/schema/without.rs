//! No schemas: the feature `schema` is off.

use serde_json::Value;

/// Makes nothing; the feature `schema` makes it real.
#[derive(Debug, Default)]
pub struct Generator(());

impl Generator {
    /// Returns no definitions.
    #[expect(clippy::unused_self, reason = "the other build needs it")]
    pub(crate) fn definitions(&mut self) -> Value {
        Value::Object(serde_json::Map::new())
    }
}
