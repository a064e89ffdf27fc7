//! The deserializer: values of the file are taken strictly, text is parsed to what is asked for.

use serde::de::{Deserializer, Error, Visitor};

use super::access::{Elements, Fields, Variant};
use super::fault::Fault;
use super::path::Path;
use super::reader::Reader;
use super::values::{spelled, spelled_text};
use crate::config::tree::{Entry, Value};
use crate::config::{json, secret};

macro_rules! integers {
    ($($method:ident $visit:ident $ty:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            // only `u128` exceeds what the tree holds
            let (least, most) = (i128::try_from($ty::MIN), i128::try_from($ty::MAX));
            let (least, most) = (least.unwrap_or(i128::MIN), most.unwrap_or(i128::MAX));
            let integer = self.integer(least, most)?;
            let integer = $ty::try_from(integer).map_err(Fault::custom)?;
            visitor.$visit(integer)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Text(text) | Value::String(text) | Value::Datetime(text) => {
                visitor.visit_str(text)
            }
            Value::Integer(integer) => match (u64::try_from(*integer), i64::try_from(*integer)) {
                (Ok(integer), _) => visitor.visit_u64(integer),
                (_, Ok(integer)) => visitor.visit_i64(integer),
                _ => visitor.visit_i128(*integer),
            },
            Value::Float(float) => visitor.visit_f64(*float),
            Value::Boolean(boolean) => visitor.visit_bool(*boolean),
            Value::Null => visitor.visit_unit(),
            Value::Array(elements) => self.visit_elements(elements, visitor),
            Value::Table(_) => self.visit_table(None, visitor),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8
        deserialize_i16 visit_i16 i16
        deserialize_i32 visit_i32 i32
        deserialize_i64 visit_i64 i64
        deserialize_i128 visit_i128 i128
        deserialize_u8 visit_u8 u8
        deserialize_u16 visit_u16 u16
        deserialize_u32 visit_u32 u32
        deserialize_u64 visit_u64 u64
        deserialize_u128 visit_u128 u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.boolean()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let mut chars = self.text(&visitor)?.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => visitor.visit_char(c),
            _ => Err(self.refuse("one character")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let text = self.text(&visitor)?;
        visitor.visit_str(text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Array(elements) => self.visit_elements(elements, visitor),
            _ => {
                let text = self.text(&visitor)?;
                visitor.visit_bytes(text.as_bytes())
            }
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    // an empty variable is how deployment templates leave a setting out
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_none(),
            Value::Text(text) if text.is_empty() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Text(text) if text.is_empty() => visitor.visit_unit(),
            Value::Table(table) if table.is_empty() => visitor.visit_unit(),
            _ => Err(self.refuse_kind("nothing")),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if name != secret::NAME || self.in_secret {
            return visitor.visit_newtype_struct(self);
        }
        self.pass.enter_secret();
        let inner = Self {
            in_secret: true,
            ..self
        };
        visitor
            .visit_newtype_struct(inner)
            .map_err(|blank| self.pass.leave_secret().unwrap_or(blank))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_elements(&self.elements()?, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        let elements = self.elements()?;
        if elements.len() != len {
            let found = format!("an array of {}", elements.len());
            return Err(self.locate(Fault::kind(&found, format_args!("one of {len} elements"))));
        }
        self.visit_elements(&elements, visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_table(None, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.visit_table(Some(fields), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        const EXPECTED: &str = "the name of a variant, or a table with that as its one key";
        let name = match self.value {
            Value::String(name) => Some(name.as_str()),
            Value::Text(text) if !json::is_object(text) => {
                let name = text.trim();
                Some(spelled_text(name, true, variants).unwrap_or(name))
            }
            Value::Text(_) | Value::Table(_) => None,
            _ => return Err(self.refuse_kind(EXPECTED)),
        };
        if let Some(name) = name {
            return visitor.visit_enum(Variant::new(self, name, None));
        }
        let table = self.table()?;
        let mut entries = table.iter();
        match (entries.next(), entries.next()) {
            (Some((key, entry)), None) => {
                let name = spelled(key, entry, variants).unwrap_or(key);
                visitor.visit_enum(Variant::new(self, name, Some(entry)))
            }
            _ => Err(self.refuse_kind(EXPECTED)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

impl Reader<'_> {
    fn visit_elements<'de, V: Visitor<'de>>(
        self,
        elements: &[Entry],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        // here already, since the visitor of a secret around it forgets what was wrong
        visitor
            .visit_seq(Elements::new(self, elements))
            .map_err(|fault| self.locate(fault))
    }

    /// Visits a table; with `fields`, keys that are none of them are reported.
    fn visit_table<'de, V: Visitor<'de>>(
        self,
        fields: Option<&'static [&'static str]>,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let table = self.table()?;
        let mut items = Vec::with_capacity(table.len());
        for (key, entry) in table.iter() {
            let name = match fields {
                Some(fields) => spelled(key, entry, fields),
                None => Some(key.as_str()),
            };
            match name {
                Some(name) if self.is_left_out(Path::Key(self.path, name)) => {}
                Some(name) => items.push((name, Some(entry))),
                None => self.pass.report(
                    Path::Key(self.path, key).to_string(),
                    self.unknown(key, &entry.set_by, fields.unwrap_or_default()),
                ),
            }
        }
        items.extend(
            self.pass
                .made_up(self.path)
                .into_iter()
                .map(|key| (key, None)),
        );
        visitor
            .visit_map(Fields::new(self, items))
            .map_err(|fault| self.locate(fault))
    }
}
