//! What a value is before it is read.

/// What a value is, by its first byte.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    Null,
    Flag,
    Number,
    Text,
    Array,
    Object,
}

impl Form {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

/// A value of a form that its place could not take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Mismatch {
    pub(crate) path: &'static str,
    pub(crate) expected: Form,
    pub(crate) found: Form,
}
