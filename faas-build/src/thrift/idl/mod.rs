//! What a `.thrift` file says, each name with its place.
//!
//! pilota's own tree has no places and its parser stops at the first mistake, hence this one; it knows what checks need and no
//! more. `lex` makes tokens of the text, `parse` the tree of the tokens.

mod lex;
mod parse;

pub(super) use self::parse::parse;
use crate::source::Span;

#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) includes: Vec<Text>,
    pub(super) namespaces: Vec<Namespace>,
    pub(super) definitions: Vec<Definition>,
}

/// A quoted text, without the quotes.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct Namespace {
    pub(super) language: String,
    pub(super) name: String,
}

#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: Name,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Const(Type, Value),
    Enum(Vec<EnumValue>),
    Exception(Vec<Field>),
    Service(Service),
    Struct(Vec<Field>),
    Typedef(Type),
    Union(Vec<Field>),
}

#[derive(Debug)]
pub(super) struct EnumValue {
    pub(super) name: Name,
    pub(super) number: Option<Number>,
}

#[derive(Clone, Debug)]
pub(super) struct Number {
    pub(super) value: i64,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) struct Service {
    pub(super) extends: Option<Name>,
    pub(super) methods: Vec<Method>,
}

#[derive(Debug)]
pub(super) struct Method {
    pub(super) name: Name,
    pub(super) oneway: bool,
    pub(super) returns: Type,
    pub(super) args: Vec<Field>,
    pub(super) throws: Vec<Field>,
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) number: Option<Number>,
    pub(super) ty: Type,
    pub(super) name: Name,
    pub(super) default: Option<Value>,
}

#[derive(Clone, Debug)]
pub(super) struct Type {
    pub(super) kind: TypeKind,
    pub(super) span: Span,
    /// Whether an annotation, here or at what is of this type, has pilota take another type of Rust than it would.
    pub(super) custom: bool,
}

#[derive(Clone, Debug)]
pub(super) enum TypeKind {
    Base(Base),
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Named(String),
    Set(Box<Type>),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Base {
    Binary,
    Bool,
    Double,
    I16,
    I32,
    I64,
    I8,
    String,
    Uuid,
    Void,
}

#[derive(Debug)]
pub(super) struct Value {
    pub(super) kind: ValueKind,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum ValueKind {
    Bool,
    Double,
    Integer(i64),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Named(String),
    Text(String),
}
