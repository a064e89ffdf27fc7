//! Values that are made up for missing keys, so that a pass reaches the next mistake. Types that check their text refuse
//! them; the pass then reports what it has.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::Fault;

#[derive(Clone, Copy, Debug)]
pub(super) struct MadeUp {
    /// Bounds types whose first variant holds the type itself.
    levels: usize,
}

impl MadeUp {
    pub(super) fn new() -> Self {
        Self { levels: 16 }
    }

    fn deeper(self) -> Result<Self, Fault> {
        let levels = self.levels.checked_sub(1);
        levels
            .map(|levels| Self { levels })
            .ok_or_else(|| Fault::custom("the type has no end"))
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $one:literal)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit($one)
        }
    )*};
}

impl<'de> Deserializer<'de> for MadeUp {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    // one, since some types refuse zero
    numbers! {
        deserialize_i8 visit_i8 1
        deserialize_i16 visit_i16 1
        deserialize_i32 visit_i32 1
        deserialize_i64 visit_i64 1
        deserialize_i128 visit_i128 1
        deserialize_u8 visit_u8 1
        deserialize_u16 visit_u16 1
        deserialize_u32 visit_u32 1
        deserialize_u64 visit_u64 1
        deserialize_u128 visit_u128 1
        deserialize_f32 visit_f32 1.0
        deserialize_f64 visit_f64 1.0
        deserialize_bool visit_bool false
        deserialize_char visit_char 'x'
        deserialize_str visit_str ""
        deserialize_string visit_str ""
        deserialize_bytes visit_bytes b""
        deserialize_byte_buf visit_bytes b""
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_tuple(0, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        let element = self.deeper()?;
        visitor.visit_seq(Elements { element, left: len })
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
        self.deserialize_struct("", &[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let value = self.deeper()?;
        visitor.visit_map(Fields { value, fields })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let value = self.deeper()?;
        let name = variants.first().copied().unwrap_or_default();
        visitor.visit_enum(Variant { value, name })
    }

    forward_to_deserialize_any! { unit unit_struct identifier ignored_any }
}

struct Elements {
    element: MadeUp,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        seed.deserialize(self.element).map(Some)
    }
}

struct Fields {
    value: MadeUp,
    fields: &'static [&'static str],
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Fault> {
        let Some((field, rest)) = self.fields.split_first() else {
            return Ok(None);
        };
        self.fields = rest;
        let name: StrDeserializer<'_, Fault> = (*field).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self.value)
    }
}

struct Variant {
    value: MadeUp,
    name: &'static str,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Fault;
    type Variant = MadeUp;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, MadeUp), Fault> {
        let name: StrDeserializer<'_, Fault> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self.value))
    }
}

impl<'de> VariantAccess<'de> for MadeUp {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_struct("", fields, visitor)
    }
}
