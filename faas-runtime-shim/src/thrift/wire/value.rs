//! Any value of Thrift, as the wire says it is: for tests and fuzzing, which have no generated types.

use std::future::{Future, ready};

use bytes::Bytes;
use pilota::thrift::{
    Message, ProtocolExceptionKind, TAsyncInputProtocol, TInputProtocol, TLengthProtocol,
    TListIdentifier, TMapIdentifier, TOutputProtocol, TSetIdentifier, TStructIdentifier, TType,
    ThriftException, new_protocol_exception,
};

/// A struct by its fields.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tree(pub(crate) Vec<(i16, Value)>);

/// Empty lists, sets and maps are ones of bools, since not every protocol says of what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    /// By its bits, which can be compared.
    Double(u64),
    Binary(Bytes),
    Uuid([u8; 16]),
    List(TType, Vec<Value>),
    Set(TType, Vec<Value>),
    Map(TType, TType, Vec<(Value, Value)>),
    Struct(Tree),
}

impl Value {
    pub(crate) fn kind(&self) -> TType {
        match self {
            Self::Bool(_) => TType::Bool,
            Self::I8(_) => TType::I8,
            Self::I16(_) => TType::I16,
            Self::I32(_) => TType::I32,
            Self::I64(_) => TType::I64,
            Self::Double(_) => TType::Double,
            Self::Binary(_) => TType::Binary,
            Self::Uuid(_) => TType::Uuid,
            Self::List(..) => TType::List,
            Self::Set(..) => TType::Set,
            Self::Map(..) => TType::Map,
            Self::Struct(_) => TType::Struct,
        }
    }

    fn write<T: TOutputProtocol>(&self, to: &mut T) -> Result<(), ThriftException> {
        match self {
            Self::Bool(value) => to.write_bool(*value),
            Self::I8(value) => to.write_i8(*value),
            Self::I16(value) => to.write_i16(*value),
            Self::I32(value) => to.write_i32(*value),
            Self::I64(value) => to.write_i64(*value),
            Self::Double(bits) => to.write_double(f64::from_bits(*bits)),
            Self::Binary(bytes) => to.write_bytes(bytes.clone()),
            Self::Uuid(bytes) => to.write_uuid(*bytes),
            Self::List(kind, values) => {
                to.write_list_begin(TListIdentifier::new(*kind, values.len()))?;
                values.iter().try_for_each(|value| value.write(to))?;
                to.write_list_end()
            }
            Self::Set(kind, values) => {
                to.write_set_begin(TSetIdentifier::new(*kind, values.len()))?;
                values.iter().try_for_each(|value| value.write(to))?;
                to.write_set_end()
            }
            Self::Map(key, value, pairs) => {
                to.write_map_begin(TMapIdentifier::new(*key, *value, pairs.len()))?;
                for (key, value) in pairs {
                    key.write(to)?;
                    value.write(to)?;
                }
                to.write_map_end()
            }
            Self::Struct(tree) => tree.encode(to),
        }
    }

    /// Makes room for what is announced, as generated code does.
    fn read<T: TInputProtocol>(
        from: &mut T,
        kind: TType,
        depth: u8,
    ) -> Result<Self, ThriftException> {
        // types end somewhere, so generated code does not go on for ever either
        let Some(depth) = depth.checked_sub(1) else {
            return Err(new_protocol_exception(
                ProtocolExceptionKind::DepthLimit,
                "too deep",
            ));
        };
        let some = |kind, count| if count == 0 { TType::Bool } else { kind };
        let values = |from: &mut T, kind, count| {
            let mut values = Vec::with_capacity(count);
            for _ in 0..count {
                values.push(Self::read(from, kind, depth)?);
            }
            Ok::<_, ThriftException>(values)
        };
        Ok(match kind {
            TType::Bool => Self::Bool(from.read_bool()?),
            TType::I8 => Self::I8(from.read_i8()?),
            TType::I16 => Self::I16(from.read_i16()?),
            TType::I32 => Self::I32(from.read_i32()?),
            TType::I64 => Self::I64(from.read_i64()?),
            TType::Double => Self::Double(from.read_double()?.to_bits()),
            TType::Binary => Self::Binary(from.read_bytes()?),
            TType::Uuid => Self::Uuid(from.read_uuid()?),
            TType::List => {
                let list = from.read_list_begin()?;
                let read = values(from, list.element_type, list.size)?;
                from.read_list_end()?;
                Self::List(some(list.element_type, list.size), read)
            }
            TType::Set => {
                let set = from.read_set_begin()?;
                let read = values(from, set.element_type, set.size)?;
                from.read_set_end()?;
                Self::Set(some(set.element_type, set.size), read)
            }
            TType::Map => {
                let map = from.read_map_begin()?;
                let mut pairs = Vec::with_capacity(map.size);
                for _ in 0..map.size {
                    let key = Self::read(from, map.key_type, depth)?;
                    pairs.push((key, Self::read(from, map.value_type, depth)?));
                }
                from.read_map_end()?;
                let (key, value) = (some(map.key_type, map.size), some(map.value_type, map.size));
                Self::Map(key, value, pairs)
            }
            TType::Struct => Self::Struct(Tree::read(from, depth)?),
            TType::Stop | TType::Void => {
                return Err(new_protocol_exception(
                    ProtocolExceptionKind::InvalidData,
                    "no value",
                ));
            }
        })
    }
}

impl Tree {
    fn read<T: TInputProtocol>(from: &mut T, depth: u8) -> Result<Self, ThriftException> {
        let mut fields = Vec::new();
        from.read_struct_begin()?;
        loop {
            let field = from.read_field_begin()?;
            if field.field_type == TType::Stop {
                break;
            }
            let id = field.id.unwrap_or_default();
            fields.push((id, Value::read(from, field.field_type, depth)?));
            from.read_field_end()?;
        }
        from.read_struct_end()?;
        Ok(Self(fields))
    }
}

impl Message for Tree {
    fn encode<T: TOutputProtocol>(&self, to: &mut T) -> Result<(), ThriftException> {
        to.write_struct_begin(&TStructIdentifier { name: "Tree" })?;
        for (id, value) in &self.0 {
            to.write_field_begin(value.kind(), *id)?;
            value.write(to)?;
            to.write_field_end()?;
        }
        to.write_field_stop()?;
        to.write_struct_end()
    }

    fn decode<T: TInputProtocol>(from: &mut T) -> Result<Self, ThriftException> {
        const DEPTH: u8 = 100;
        Self::read(from, DEPTH)
    }

    fn decode_async<T: TAsyncInputProtocol>(
        _: &mut T,
    ) -> impl Future<Output = Result<Self, ThriftException>> + Send {
        ready(Err(new_protocol_exception(
            ProtocolExceptionKind::NotImplemented,
            "nobody reads asynchronously",
        )))
    }

    fn size<T: TLengthProtocol>(&self, _: &mut T) -> usize {
        0
    }
}
