//! The bytes that the specs prescribe, both ways: Apache Thrift, `doc/specs/thrift-binary-protocol.md` and
//! `thrift-compact-protocol.md`; the sections are named.

use bytes::{Bytes, BytesMut};
use pilota::FastStr;
use pilota::thrift::TType;

use super::super::value::{Tree, Value};
use super::super::{Framing, Head, Info, Kind, Malformed, Protocol, read_head, write};
use super::{decoded, encoded};

/// A struct with one field 1 is these bytes, without the stop at its end.
#[track_caller]
fn check(protocol: Protocol, value: Value, expected: &[u8]) {
    let tree = Tree(vec![(1, value)]);
    let expected = [expected, b"\x00"].concat();
    assert_eq!(encoded(protocol, &tree), expected);
    assert_eq!(decoded(protocol, &expected), Ok(tree));
}

#[test]
fn binary_struct_encoding_and_base_types() {
    use Value::{Binary, Bool, Double, I8, I16, I32, I64, Uuid};

    let check = |value, expected: &[u8]| check(Protocol::Binary, value, expected);
    check(Bool(true), b"\x02\x00\x01\x01");
    check(Bool(false), b"\x02\x00\x01\x00");
    check(I8(-1), b"\x03\x00\x01\xff");
    check(
        Double(1.0_f64.to_bits()),
        b"\x04\x00\x01\x3f\xf0\0\0\0\0\0\0",
    );
    check(I16(-2), b"\x06\x00\x01\xff\xfe");
    check(I32(50399), b"\x08\x00\x01\x00\x00\xc4\xdf");
    check(I64(1), b"\x0a\x00\x01\0\0\0\0\0\0\0\x01");
    check(Binary("hé".into()), b"\x0b\x00\x01\0\0\0\x03h\xc3\xa9");
    check(Uuid(*b"0123456789abcdef"), b"\x10\x00\x010123456789abcdef");
}

#[test]
fn binary_list_set_and_map() {
    let check = |value, expected: &[u8]| check(Protocol::Binary, value, expected);
    let numbers = || vec![Value::I16(1), Value::I16(2)];
    check(
        Value::List(TType::I16, numbers()),
        b"\x0f\x00\x01\x06\0\0\0\x02\0\x01\0\x02",
    );
    check(
        Value::Set(TType::I16, numbers()),
        b"\x0e\x00\x01\x06\0\0\0\x02\0\x01\0\x02",
    );
    check(
        Value::Map(
            TType::I8,
            TType::Bool,
            vec![(Value::I8(7), Value::Bool(true))],
        ),
        b"\x0d\x00\x01\x03\x02\0\0\0\x01\x07\x01",
    );
    let inner = Tree(vec![(-1, Value::I8(5))]);
    check(Value::Struct(inner), b"\x0c\x00\x01\x03\xff\xff\x05\x00");
}

#[test]
fn compact_integer_encoding() {
    let check = |value, expected: &[u8]| check(Protocol::Compact, Value::I32(value), expected);
    // the zigzag numbers of the spec, then its var int 50399, which is the zigzag of -25200
    check(0, b"\x15\x00");
    check(-1, b"\x15\x01");
    check(1, b"\x15\x02");
    check(-2, b"\x15\x03");
    check(2, b"\x15\x04");
    check(-25200, b"\x15\xdf\x89\x03");
    check(i32::MIN, b"\x15\xff\xff\xff\xff\x0f");
}

#[test]
fn compact_struct_encoding_and_base_types() {
    use Value::{Binary, Bool, Double, I8, I16, I64, Uuid};

    let check = |value, expected: &[u8]| check(Protocol::Compact, value, expected);
    check(Bool(true), b"\x11");
    check(Bool(false), b"\x12");
    check(I8(-1), b"\x13\xff");
    check(I16(-1), b"\x14\x01");
    check(
        I64(i64::MIN),
        b"\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    );
    // "little endian - this is due to an early implementation bug"
    check(Double(1.0_f64.to_bits()), b"\x17\0\0\0\0\0\0\xf0\x3f");
    check(Binary("hé".into()), b"\x18\x03h\xc3\xa9");
    check(Uuid(*b"0123456789abcdef"), b"\x1d0123456789abcdef");
}

#[test]
fn compact_list_set_and_map() {
    let check = |value, expected: &[u8]| check(Protocol::Compact, value, expected);
    let numbers = |count| vec![Value::I32(1); count];
    check(Value::List(TType::I32, numbers(2)), b"\x19\x25\x02\x02");
    check(Value::Set(TType::I32, numbers(1)), b"\x1a\x15\x02");
    let long = [&b"\x19\xf5\x0f"[..], &[2; 15]].concat();
    check(Value::List(TType::I32, numbers(15)), &long);
    let pair = (Value::Binary("k".into()), Value::I8(9));
    check(
        Value::Map(TType::Binary, TType::I8, vec![pair]),
        b"\x1b\x01\x83\x01k\x09",
    );
    check(
        Value::Map(TType::Bool, TType::Bool, Vec::new()),
        b"\x1b\x00",
    );
}

/// Libraries write 1 and 2 for the bools in a list, of type 1; the spec's text says 1 and 0, of type 2.
#[test]
fn compact_bools_as_elements() {
    let bools = || vec![Value::Bool(true), Value::Bool(false)];
    let list = Tree(vec![(1, Value::List(TType::Bool, bools()))]);
    assert_eq!(
        encoded(Protocol::Compact, &list),
        &b"\x19\x21\x01\x02\x00"[..]
    );
    for bytes in [b"\x19\x21\x01\x02\x00", b"\x19\x22\x01\x00\x00"] {
        assert_eq!(decoded(Protocol::Compact, bytes), Ok(list.clone()));
    }
}

/// "The short form should be used when the field id delta is in the range 1 - 15", counted anew in each struct.
#[test]
fn compact_field_ids() {
    let tree = Tree(vec![
        (15, Value::Bool(true)),
        (16, Value::Struct(Tree(vec![(2, Value::Bool(false))]))),
        (17, Value::I8(1)),
        (33, Value::Bool(true)),
        (5, Value::I8(2)),
    ]);
    let expected = b"\xf1\x1c\x22\x00\x13\x01\x01\x42\x03\x0a\x02\x00";
    assert_eq!(encoded(Protocol::Compact, &tree), &expected[..]);
    assert_eq!(decoded(Protocol::Compact, expected), Ok(tree));
}

#[track_caller]
fn check_head(head: &Head, expected: &[u8]) {
    let mut out = BytesMut::new();
    write(
        Framing::Unframed,
        &Info::default(),
        head,
        &Tree::default(),
        &mut out,
    )
    .unwrap();
    let expected = [expected, b"\x00"].concat();
    assert_eq!(out, expected);
    let (read, rest) = read_head(&Bytes::from(expected)).unwrap();
    assert_eq!((&read, &rest[..]), (head, &b"\x00"[..]));
}

#[test]
fn heads() {
    let head = |protocol, kind, sequence| Head {
        name: FastStr::new("ping"),
        kind,
        sequence,
        protocol,
    };
    check_head(
        &head(Protocol::Binary, Kind::Call, 7),
        b"\x80\x01\x00\x01\0\0\0\x04ping\0\0\0\x07",
    );
    check_head(
        &head(Protocol::Binary, Kind::OneWay, -1),
        b"\x80\x01\x00\x04\0\0\0\x04ping\xff\xff\xff\xff",
    );
    check_head(
        &head(Protocol::OldBinary, Kind::Reply, 7),
        b"\0\0\0\x04ping\x02\0\0\0\x07",
    );
    check_head(
        &head(Protocol::Compact, Kind::Exception, 7),
        b"\x82\x61\x07\x04ping",
    );
    check_head(
        &head(Protocol::Compact, Kind::OneWay, -1),
        b"\x82\x81\xff\xff\xff\xff\x0f\x04ping",
    );
}

#[test]
fn an_ignored_byte_is_ignored() {
    let bytes = Bytes::from_static(b"\x80\x01\x77\x01\0\0\0\x01p\0\0\0\x00\x00");
    assert_eq!(read_head(&bytes).unwrap().0.method(), "p");
}

#[test]
fn other_heads_are_refused() {
    let check = |bytes: &'static [u8], expected| {
        let read = read_head(&Bytes::from_static(bytes));
        assert_eq!(read.unwrap_err(), expected);
    };
    let version = |found| Malformed::Version { found };
    check(b"\x80\x02\x00\x01\0\0\0\x01p\0\0\0\x00", version(0x8002));
    check(b"\x82\x22\x07\x01p", version(0x8222));
    check(
        b"\x80\x01\x00\x05\0\0\0\x01p\0\0\0\x00",
        Malformed::Kind { found: 5 },
    );
    check(b"\x82\x01\x07\x01p", Malformed::Kind { found: 0 });
    check(b"\0\0\0\x01p\x00\0\0\0\x00", Malformed::Kind { found: 0 });
    check(b"\x82\x21\x07\x01\xff", Malformed::Utf8);
    check(
        b"\x80\x01\x00\x01\xff\xff\xff\xffp\0\0\0\x00",
        Malformed::Size { found: -1 },
    );
    check(
        b"\x80\x01\x00\x01\0\0\x10\x01p\0\0\0\x00",
        Malformed::Name {
            found: 4097,
            limit: 4096,
        },
    );
    check(b"", Malformed::Truncated);
}
