//! How serde walks into arrays, tables and variants: here the path grows and faults get their place.

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::fault::Fault;
use super::made_up::MadeUp;
use super::path::Path;
use super::reader::Reader;
use crate::config::tree::{Entry, Value};

pub(super) struct Elements<'a> {
    array: Reader<'a>,
    left: std::iter::Enumerate<std::slice::Iter<'a, Entry>>,
}

impl<'a> Elements<'a> {
    pub(super) fn new(array: Reader<'a>, elements: &'a [Entry]) -> Self {
        let left = elements.iter().enumerate();
        Self { array, left }
    }
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        for (index, entry) in self.left.by_ref() {
            let path = Path::Index(self.array.path, index);
            if !self.array.is_left_out(path) {
                return inside(self.array.at(entry, &path), seed).map(Some);
            }
        }
        Ok(None)
    }
}

pub(super) struct Fields<'a> {
    table: Reader<'a>,
    left: std::vec::IntoIter<Field<'a>>,
    key: Option<Field<'a>>,
}

/// A key with its value; without one, that is made up.
type Field<'a> = (&'a str, Option<&'a Entry>);

impl<'a> Fields<'a> {
    pub(super) fn new(table: Reader<'a>, fields: Vec<Field<'a>>) -> Self {
        Self {
            table,
            left: fields.into_iter(),
            key: None,
        }
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        self.key = self.left.next();
        let Some((key, _)) = self.key else {
            return Ok(None);
        };
        let path = Path::Key(self.table.path, key);
        let text = Value::Text(key.to_owned());
        inside(self.table.with(&text, &path), seed).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let Some((key, entry)) = self.key.take() else {
            return Err(Fault::custom("a value was asked for before its key"));
        };
        let path = Path::Key(self.table.path, key);
        match entry {
            Some(entry) => inside(self.table.at(entry, &path), seed),
            None => seed
                .deserialize(MadeUp::new())
                .map_err(|fault| self.table.with(&Value::Null, &path).locate(fault)),
        }
    }
}

pub(super) struct Variant<'a> {
    reader: Reader<'a>,
    name: &'a str,
    content: Option<&'a Entry>,
}

impl<'a> Variant<'a> {
    pub(super) fn new(reader: Reader<'a>, name: &'a str, content: Option<&'a Entry>) -> Self {
        Self {
            reader,
            name,
            content,
        }
    }

    /// Reads the content by `read`, which gets the reader of it.
    fn content<T>(self, read: impl FnOnce(Reader<'_>) -> Result<T, Fault>) -> Result<T, Fault> {
        let Some(entry) = self.content else {
            let expected = format_args!("a table with the key `{}` and its content", self.name);
            let found = "the name of the variant alone";
            return Err(self.reader.locate(Fault::kind(found, expected)));
        };
        let path = Path::Key(self.reader.path, self.name);
        let reader = self.reader.at(entry, &path);
        read(reader).map_err(|fault| reader.locate(fault))
    }
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = Fault;
    type Variant = Variant<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Fault> {
        let text = Value::Text(self.name.to_owned());
        let name = inside(self.reader.with(&text, self.reader.path), seed)?;
        Ok((name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        if self.content.is_none() {
            return Ok(());
        }
        self.content(|reader| reader.deserialize_unit(serde::de::IgnoredAny).map(drop))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        self.content(|reader| seed.deserialize(reader))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.content(|reader| reader.deserialize_tuple(len, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.content(|reader| reader.deserialize_struct("", fields, visitor))
    }
}

fn inside<'de, S: DeserializeSeed<'de>>(reader: Reader<'_>, seed: S) -> Result<S::Value, Fault> {
    seed.deserialize(reader)
        .map_err(|fault| reader.locate(fault))
}
