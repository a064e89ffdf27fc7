//! A message with a field of each type, written as pilota's generator writes one: it makes room for what is announced and
//! does not look at the types of elements. What it makes room for is counted.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, ready};

use bytes::Bytes;
use pilota::FastStr;
use pilota::thrift::{
    Message, ProtocolExceptionKind, TAsyncInputProtocol, TInputProtocol, TLengthProtocol,
    TMapIdentifier, TOutputProtocol, TOutputProtocolExt, TSetIdentifier, TStructIdentifier, TType,
    ThriftException, new_protocol_exception,
};

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    pub(super) flag: bool,
    pub(super) byte: i8,
    pub(super) short: i16,
    pub(super) int: i32,
    pub(super) long: i64,
    pub(super) double: f64,
    pub(super) text: FastStr,
    pub(super) binary: Bytes,
    pub(super) inner: Inner,
    /// Behind a nested struct, so that its id counts from the outer one.
    pub(super) behind: bool,
    pub(super) bools: Vec<bool>,
    pub(super) maps: BTreeMap<FastStr, BTreeMap<i32, Vec<i64>>>,
    pub(super) set: BTreeSet<FastStr>,
    pub(super) uuid: [u8; 16],
    pub(super) list: Vec<Inner>,
    pub(super) far: i32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Inner {
    pub(super) a: i32,
    pub(super) b: Option<bool>,
    pub(super) c: Option<FastStr>,
    pub(super) deeper: Option<Box<Inner>>,
    /// As large as generated structs get.
    pub(super) room: [u64; 16],
}

thread_local! {
    static ROOM: Cell<usize> = const { Cell::new(0) };
}

/// How many bytes were made room for since the last time.
pub(super) fn room() -> usize {
    ROOM.replace(0)
}

fn make_room<T>(count: usize) -> Vec<T> {
    ROOM.set(ROOM.get() + count * size_of::<T>());
    Vec::with_capacity(count)
}

fn list<T: TInputProtocol, V>(
    from: &mut T,
    mut read: impl FnMut(&mut T) -> Result<V, ThriftException>,
) -> Result<Vec<V>, ThriftException> {
    let ident = from.read_list_begin()?;
    let mut values = make_room(ident.size);
    for _ in 0..ident.size {
        values.push(read(from)?);
    }
    from.read_list_end()?;
    Ok(values)
}

fn map<T: TInputProtocol, K: Ord, V>(
    from: &mut T,
    mut key: impl FnMut(&mut T) -> Result<K, ThriftException>,
    mut value: impl FnMut(&mut T) -> Result<V, ThriftException>,
) -> Result<BTreeMap<K, V>, ThriftException> {
    let ident = from.read_map_begin()?;
    let mut values = make_room(ident.size);
    for _ in 0..ident.size {
        values.push((key(from)?, value(from)?));
    }
    from.read_map_end()?;
    Ok(values.into_iter().collect())
}

impl Message for Sample {
    fn encode<T: TOutputProtocol>(&self, to: &mut T) -> Result<(), ThriftException> {
        to.write_struct_begin(&TStructIdentifier { name: "Sample" })?;
        to.write_bool_field(1, self.flag)?;
        to.write_i8_field(2, self.byte)?;
        to.write_i16_field(3, self.short)?;
        to.write_i32_field(4, self.int)?;
        to.write_i64_field(5, self.long)?;
        to.write_double_field(6, self.double)?;
        to.write_faststr_field(7, self.text.clone())?;
        to.write_bytes_field(8, self.binary.clone())?;
        to.write_struct_field(9, &self.inner, TType::Struct)?;
        to.write_bool_field(10, self.behind)?;
        to.write_list_field(11, TType::Bool, &self.bools, |to, value| {
            to.write_bool(*value)
        })?;
        to.write_field_begin(TType::Map, 12)?;
        to.write_map_begin(TMapIdentifier::new(
            TType::Binary,
            TType::Map,
            self.maps.len(),
        ))?;
        for (key, value) in &self.maps {
            to.write_faststr(key.clone())?;
            to.write_btree_map(
                TType::I32,
                TType::List,
                value,
                |to, key| to.write_i32(*key),
                |to, value| to.write_list(TType::I64, value, |to, value| to.write_i64(*value)),
            )?;
        }
        to.write_map_end()?;
        to.write_field_end()?;
        to.write_field_begin(TType::Set, 13)?;
        to.write_set_begin(TSetIdentifier::new(TType::Binary, self.set.len()))?;
        for value in &self.set {
            to.write_string(value)?;
        }
        to.write_set_end()?;
        to.write_field_end()?;
        to.write_uuid_field(14, self.uuid)?;
        to.write_list_field(15, TType::Struct, &self.list, |to, value| {
            to.write_struct(value)
        })?;
        to.write_i32_field(-7, self.far)?;
        to.write_field_stop()?;
        to.write_struct_end()
    }

    fn decode<T: TInputProtocol>(from: &mut T) -> Result<Self, ThriftException> {
        let mut read = Self::default();
        from.read_struct_begin()?;
        loop {
            let field = from.read_field_begin()?;
            match (field.id, field.field_type) {
                (_, TType::Stop) => break,
                (Some(1), TType::Bool) => read.flag = from.read_bool()?,
                (Some(2), TType::I8) => read.byte = from.read_i8()?,
                (Some(3), TType::I16) => read.short = from.read_i16()?,
                (Some(4), TType::I32) => read.int = from.read_i32()?,
                (Some(5), TType::I64) => read.long = from.read_i64()?,
                (Some(6), TType::Double) => read.double = from.read_double()?,
                (Some(7), TType::Binary) => read.text = from.read_faststr()?,
                (Some(8), TType::Binary) => read.binary = from.read_bytes()?,
                (Some(9), TType::Struct) => read.inner = Inner::decode(from)?,
                (Some(10), TType::Bool) => read.behind = from.read_bool()?,
                (Some(11), TType::List) => read.bools = list(from, T::read_bool)?,
                (Some(12), TType::Map) => {
                    read.maps = map(from, T::read_faststr, |from| {
                        map(from, T::read_i32, |from| list(from, T::read_i64))
                    })?;
                }
                (Some(13), TType::Set) => {
                    let ident = from.read_set_begin()?;
                    let mut values: Vec<FastStr> = make_room(ident.size);
                    for _ in 0..ident.size {
                        values.push(from.read_string()?.into());
                    }
                    from.read_set_end()?;
                    read.set = values.into_iter().collect();
                }
                (Some(14), TType::Uuid) => read.uuid = from.read_uuid()?,
                (Some(15), TType::List) => read.list = list(from, Inner::decode)?,
                (Some(-7), TType::I32) => read.far = from.read_i32()?,
                (_, other) => drop(from.skip(other)?),
            }
            from.read_field_end()?;
        }
        from.read_struct_end()?;
        Ok(read)
    }

    fn decode_async<T: TAsyncInputProtocol>(
        _: &mut T,
    ) -> impl Future<Output = Result<Self, ThriftException>> + Send {
        ready(Err(never()))
    }

    fn size<T: TLengthProtocol>(&self, _: &mut T) -> usize {
        0
    }
}

impl Message for Inner {
    fn encode<T: TOutputProtocol>(&self, to: &mut T) -> Result<(), ThriftException> {
        to.write_struct_begin(&TStructIdentifier { name: "Inner" })?;
        to.write_i32_field(3, self.a)?;
        if let Some(b) = self.b {
            to.write_bool_field(20, b)?;
        }
        if let Some(c) = &self.c {
            to.write_faststr_field(21, c.clone())?;
        }
        if let Some(deeper) = &self.deeper {
            to.write_struct_field(300, deeper, TType::Struct)?;
        }
        to.write_field_stop()?;
        to.write_struct_end()
    }

    fn decode<T: TInputProtocol>(from: &mut T) -> Result<Self, ThriftException> {
        let mut read = Self::default();
        from.read_struct_begin()?;
        loop {
            let field = from.read_field_begin()?;
            match (field.id, field.field_type) {
                (_, TType::Stop) => break,
                (Some(3), TType::I32) => read.a = from.read_i32()?,
                (Some(20), TType::Bool) => read.b = Some(from.read_bool()?),
                (Some(21), TType::Binary) => read.c = Some(from.read_faststr()?),
                (Some(300), TType::Struct) => read.deeper = Some(Box::new(Self::decode(from)?)),
                (_, other) => drop(from.skip(other)?),
            }
            from.read_field_end()?;
        }
        from.read_struct_end()?;
        Ok(read)
    }

    fn decode_async<T: TAsyncInputProtocol>(
        _: &mut T,
    ) -> impl Future<Output = Result<Self, ThriftException>> + Send {
        ready(Err(never()))
    }

    fn size<T: TLengthProtocol>(&self, _: &mut T) -> usize {
        0
    }
}

fn never() -> ThriftException {
    new_protocol_exception(
        ProtocolExceptionKind::NotImplemented,
        "nobody reads asynchronously",
    )
}

/// Something in every field.
pub(super) fn full() -> Sample {
    let inner = |a| Inner {
        a,
        b: Some(a % 2 == 0),
        c: Some(FastStr::new("ä text of more than twenty-four bytes")),
        deeper: Some(Box::new(Inner {
            b: Some(true),
            ..Inner::default()
        })),
        ..Inner::default()
    };
    let map = |key: &'static str, number: i32| {
        let numbers = vec![0, -1, i64::from(number), i64::MIN, i64::MAX];
        let inner = BTreeMap::from([(number, numbers), (-number, Vec::new())]);
        (FastStr::from(key), inner)
    };
    Sample {
        flag: true,
        byte: -128,
        short: i16::MIN,
        int: i32::MAX,
        long: i64::MIN,
        double: -0.1,
        text: FastStr::new("käse"),
        binary: Bytes::from_static(b"\x00\xff\xfe"),
        inner: inner(7),
        behind: true,
        bools: vec![true, false, false, true],
        maps: BTreeMap::from([
            map("a", 1),
            map("b", 300),
            (FastStr::new("none"), BTreeMap::new()),
        ]),
        set: BTreeSet::from([FastStr::new(""), FastStr::new("x")]),
        uuid: *b"0123456789abcdef",
        list: (0..20).map(inner).collect(),
        far: -70_000,
    }
}
