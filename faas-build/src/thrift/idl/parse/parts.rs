//! Types, values and annotations: what definitions are made of.

use super::super::lex::Kind as Token;
use super::super::{Base, Type, TypeKind, Value, ValueKind};
use super::{Parsed, Parser};

impl Parser<'_> {
    pub(super) fn ty(&mut self) -> Parsed<Type> {
        self.nested(|parser| {
            let start = parser.span();
            let kind = parser.type_kind()?;
            let span = start.start..parser.tokens[parser.at - 1].span.end;
            let custom = parser.annotations()?;
            Ok(Type { kind, span, custom })
        })
    }

    pub(super) fn type_kind(&mut self) -> Parsed<TypeKind> {
        let name = self.name("a type")?.text;
        let base = match name.as_str() {
            "binary" => Base::Binary,
            "bool" => Base::Bool,
            "byte" | "i8" => Base::I8,
            "double" => Base::Double,
            "i16" => Base::I16,
            "i32" => Base::I32,
            "i64" => Base::I64,
            "string" => Base::String,
            "uuid" => Base::Uuid,
            "void" => Base::Void,
            "list" | "map" | "set" => return self.container(&name),
            _ => return Ok(TypeKind::Named(name)),
        };
        Ok(TypeKind::Base(base))
    }

    pub(super) fn container(&mut self, name: &str) -> Parsed<TypeKind> {
        self.cpp_type()?;
        self.need('<')?;
        let first = Box::new(self.ty()?);
        let kind = match name {
            "list" => TypeKind::List(first),
            "set" => TypeKind::Set(first),
            _ => {
                self.need(',')?;
                TypeKind::Map(first, Box::new(self.ty()?))
            }
        };
        self.need('>')?;
        self.cpp_type()?;
        Ok(kind)
    }

    pub(super) fn cpp_type(&mut self) -> Parsed<()> {
        if self.word() == "cpp_type" {
            self.advance();
            self.text("a type of C++ in quotes")?;
        }
        Ok(())
    }

    pub(super) fn value(&mut self) -> Parsed<Value> {
        self.nested(|parser| {
            let start = parser.span();
            let kind = parser.value_kind()?;
            let span = start.start..parser.tokens[parser.at - 1].span.end;
            Ok(Value { kind, span })
        })
    }

    pub(super) fn value_kind(&mut self) -> Parsed<ValueKind> {
        match self.peek() {
            Token::Integer => Ok(ValueKind::Integer(self.number("a number")?.value)),
            Token::Double => {
                self.advance();
                Ok(ValueKind::Double)
            }
            Token::Text => Ok(ValueKind::Text(self.text("a text")?.text)),
            Token::Word => match self.name("a value")?.text.as_str() {
                "true" | "false" => Ok(ValueKind::Bool),
                name => Ok(ValueKind::Named(name.to_owned())),
            },
            Token::Sign('[') => {
                self.advance();
                let mut values = Vec::new();
                while !self.sign(']') {
                    values.push(self.value()?);
                    self.separator();
                }
                Ok(ValueKind::List(values))
            }
            Token::Sign('{') => {
                self.advance();
                let mut pairs = Vec::new();
                while !self.sign('}') {
                    let key = self.value()?;
                    self.need(':')?;
                    pairs.push((key, self.value()?));
                    self.separator();
                }
                Ok(ValueKind::Map(pairs))
            }
            Token::Sign(_) | Token::End => Err(self.expected("a value", None)),
        }
    }

    /// `(key = "value", …)`; whether one of them chooses the type of Rust.
    pub(super) fn annotations(&mut self) -> Parsed<bool> {
        let mut custom = false;
        if self.sign('(') {
            while !self.sign(')') {
                let key = self.name("an annotation, as in `(key = \"value\")`, or `)`")?;
                custom |= key.text == "pilota.rust_type";
                self.need('=')?;
                self.text("a value in quotes")?;
                self.separator();
            }
        }
        Ok(custom)
    }

    pub(super) fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            let message = format!("this is nested deeper than {MAX_DEPTH} levels");
            return Err(self.note(self.span(), message, None));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }
}

/// How deep types and values may nest; the generator's own parser recurses on the stack.
const MAX_DEPTH: usize = 16;
