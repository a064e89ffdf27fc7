//! One call as Apache's own library writes it (PyPI `thrift` 0.25.0: `TBinaryProtocol`, `TCompactProtocol`,
//! `THeaderTransport`), read, and written to the same bytes.

use bytes::{Bytes, BytesMut};
use pilota::FastStr;
use pilota::thrift::TType;

use super::super::value::{Tree, Value};
use super::super::{Framing, Head, Info, Kind, Protocol, Style, body, decode, read_head, write};
use super::limits;

const BINARY: &str = "80010001000000036765740000000 70c000102000f0100020002000f000302000000020100\
    0d00040b08000000000d00050b0a00000001000000016bfffffffffffffffd0400063ff8000000000000\
    0e00070600000001012c0300c8ff0800c9fffeee9000";

const OLD_BINARY: &str = "000000036765740100000007 0c000102000f0100020002000f000302000000020100\
    0d00040b08000000000d00050b0a00000001000000016bfffffffffffffffd0400063ff8000000000000\
    0e00070600000001012c0300c8ff0800c9fffeee9000";

const COMPACT: &str = "822107036765741cf10012192101021b001b0186016b0517000000000000f83f1a14d804\
    039003ff15dfc50800";

/// With `traceparent` as an entry; the two have only the lengths and the protocol's number different.
const HEADER: [(&str, &str); 2] = [
    ("000000830fff0000000000070005 00000101", BINARY),
    ("0000004b0fff0000000000070005 02000101", COMPACT),
];
const ENTRY: &str = "0b7472616365706172656e7402303000";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|two| (two[0] << 4 | two[1]) as u8)
        .collect()
}

/// What was said to the library, with the types of an empty map.
fn tree(key: TType, value: TType) -> Tree {
    let inner = Tree(vec![(15, Value::Bool(true))]);
    let bools = vec![Value::Bool(true), Value::Bool(false)];
    let pairs = vec![(Value::Binary("k".into()), Value::I64(-3))];
    Tree(vec![
        (1, Value::Struct(inner)),
        (2, Value::Bool(false)),
        (3, Value::List(TType::Bool, bools)),
        (4, Value::Map(key, value, Vec::new())),
        (5, Value::Map(TType::Binary, TType::I64, pairs)),
        (6, Value::Double(1.5_f64.to_bits())),
        (7, Value::Set(TType::I16, vec![Value::I16(300)])),
        (200, Value::I8(-1)),
        (201, Value::I32(-70_000)),
    ])
}

#[track_caller]
fn check(protocol: Protocol, framing: Framing, info: &Info<'_>, recorded: Vec<u8>) {
    let frame = body(Bytes::from(recorded.clone()), &limits()).unwrap();
    assert_eq!(frame.framing, framing);
    if let Some(header) = frame.header {
        assert_eq!(header.text("traceparent"), Some("00"));
    }
    let (head, rest) = read_head(&frame.payload).unwrap();
    let expected = Head {
        name: FastStr::new("get"),
        kind: Kind::Call,
        sequence: 7,
        protocol,
    };
    assert_eq!(head, expected);
    let read = decode(protocol, rest, &limits());
    assert_eq!(read, Ok(tree(TType::Bool, TType::Bool)));
    let mut out = BytesMut::new();
    write(
        framing,
        info,
        &head,
        &tree(TType::Binary, TType::I32),
        &mut out,
    )
    .unwrap();
    assert_eq!(out, recorded);
}

#[test]
fn messages_alone() {
    for (protocol, recorded) in [
        (Protocol::Binary, BINARY),
        (Protocol::OldBinary, OLD_BINARY),
        (Protocol::Compact, COMPACT),
    ] {
        let info = Info::default();
        check(protocol, Framing::Unframed, &info, bytes(recorded));
    }
}

#[test]
fn messages_behind_a_header() {
    let framing = Framing::Header {
        style: Style::Apache,
        sequence: 7,
        framed: false,
    };
    let info = Info {
        texts: &[("traceparent", "00")],
        ..Info::default()
    };
    for (protocol, (start, message)) in [Protocol::Binary, Protocol::Compact]
        .into_iter()
        .zip(HEADER)
    {
        let recorded = bytes(&[start, ENTRY, message].concat());
        check(protocol, framing, &info, recorded);
    }
}
