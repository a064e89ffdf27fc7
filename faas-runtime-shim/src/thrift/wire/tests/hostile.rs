//! Bytes that nobody honest sends: never a panic, and never room for more than the bytes could hold.

use bytes::{BufMut, Bytes, BytesMut};
use pilota::FastStr;
use pilota::thrift::{
    Message, TAsyncInputProtocol, TInputProtocol, TLengthProtocol, TOutputProtocol, ThriftException,
};

use super::super::value::{Tree, Value};
use super::super::{
    Framer, Framing, Head, Info, Kind, Limits, Malformed, Protocol, Style, body, decode, read_head,
    write,
};
use super::sample::{Inner, Sample, full, room};
use super::{PROTOCOLS, decoded, encoded, limits, refused};
use crate::kit::Dice;

#[test]
fn a_message_that_ends_anywhere_too_early_is_refused() {
    for protocol in PROTOCOLS {
        let bytes = encoded(protocol, &full());
        for length in 0..bytes.len() {
            decoded::<Sample>(protocol, &bytes[..length]).unwrap_err();
            decoded::<Tree>(protocol, &bytes[..length]).unwrap_err();
        }
    }
}

/// What is made room for is at most an element for each byte, of the largest there is.
#[track_caller]
fn check_room(bytes: &[u8]) {
    let found = room();
    let largest = size_of::<Inner>();
    assert!(
        found <= bytes.len() * largest,
        "room for {found} bytes by {}",
        bytes.escape_ascii()
    );
}

const ROUNDS: usize = if cfg!(debug_assertions) {
    3_000
} else {
    100_000
};

#[test]
fn changed_bytes_never_panic() {
    let mut dice = Dice(1);
    for protocol in PROTOCOLS {
        let mut sample = full();
        sample.list.truncate(2);
        let whole = encoded(protocol, &sample);
        for _ in 0..ROUNDS {
            let mut bytes = whole.to_vec();
            for _ in 0..3 {
                let at = dice.roll(bytes.len() as u64) as usize;
                bytes[at] = dice.next().to_le_bytes()[0];
            }
            room();
            let sample = decoded::<Sample>(protocol, &bytes);
            check_room(&bytes);
            let tree = decoded::<Tree>(protocol, &bytes);
            if let (Err(Malformed::Content(said)), Ok(_)) = (&sample, &tree) {
                assert!(!said.is_empty());
            }
            if let Ok(tree) = tree {
                assert_eq!(decoded(protocol, &encoded(protocol, &tree)), Ok(tree));
            }
        }
    }
}

#[test]
fn changed_streams_never_panic() {
    let mut dice = Dice(2);
    let framings = [
        Framing::Unframed,
        Framing::Framed,
        Framing::Header {
            style: Style::Tt,
            sequence: 1,
            framed: true,
        },
        Framing::Header {
            style: Style::Apache,
            sequence: 1,
            framed: false,
        },
    ];
    for protocol in PROTOCOLS {
        for framing in framings {
            let head = Head {
                name: FastStr::new("get"),
                kind: Kind::Call,
                sequence: 1,
                protocol,
            };
            let texts = [("traceparent", "00-0-0-0")];
            let info = Info {
                timeout: Some(std::time::Duration::from_secs(1)),
                texts: &texts,
                ..Info::default()
            };
            let mut out = BytesMut::new();
            let value = Tree(vec![(1, Value::I32(5)), (2, Value::Binary("x".into()))]);
            write(framing, &info, &head, &value, &mut out).unwrap();
            for _ in 0..ROUNDS / 4 {
                let mut bytes = out.clone();
                for _ in 0..3 {
                    let at = dice.roll(bytes.len() as u64) as usize;
                    bytes[at] = dice.next().to_le_bytes()[0];
                }
                let whole = body(bytes.clone().freeze(), &limits());
                let mut framer = Framer::new(limits());
                for frame in [framer.next(&mut bytes), whole.map(Some)] {
                    let Ok(Some(frame)) = frame else { continue };
                    if let Some(header) = &frame.header {
                        let _said = (header.timeout(), header.text("traceparent"));
                    }
                    if let Ok((head, rest)) = read_head(&frame.payload) {
                        let _read = decode::<Tree>(head.protocol, rest, &limits());
                    }
                }
            }
        }
    }
}

/// The headers of containers and strings of `count` elements or bytes in field 1, none of which follows.
fn announced(protocol: Protocol, count: i32) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    match protocol {
        Protocol::Compact => {
            let mut varint = BytesMut::new();
            let mut left = count.cast_unsigned();
            while left >= 0x80 {
                varint.put_u8(left.to_le_bytes()[0] | 0x80);
                left >>= 7;
            }
            varint.put_u8(left.to_le_bytes()[0]);
            all.push([b"\x18", &varint[..]].concat());
            for kind in 1..=13 {
                all.push([b"\x19", &[0xf0 | kind][..], &varint[..]].concat());
                all.push([b"\x1a", &[0xf0 | kind][..], &varint[..]].concat());
                all.push([b"\x1b", &varint[..], &[0x30 | kind]].concat());
            }
        }
        Protocol::Binary | Protocol::OldBinary => {
            let count = count.to_be_bytes();
            all.push([b"\x0b\x00\x01", &count[..]].concat());
            for kind in [2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16] {
                all.push([b"\x0f\x00\x01", &[kind][..], &count].concat());
                all.push([b"\x0e\x00\x01", &[kind][..], &count].concat());
                all.push([b"\x0d\x00\x01\x03", &[kind][..], &count].concat());
            }
        }
    }
    all
}

#[test]
fn lengths_and_counts_without_the_bytes_for_them_are_refused() {
    for protocol in PROTOCOLS {
        for count in [i32::MAX, -1, i32::MIN, 100_000, 65] {
            for start in announced(protocol, count) {
                let bytes = [&start[..], &[0; 64]].concat();
                let said = refused(decoded::<Tree>(protocol, &bytes));
                let expected = if count < 0 {
                    "expected a length or a count from 0 to 2147483647"
                } else if count == 65 {
                    // of a map are as many keys as values
                    ""
                } else if said.contains("ends too early") {
                    "the message ends too early"
                } else {
                    "do not fit into the rest of the message"
                };
                assert!(said.contains(expected), "{said}");
            }
        }
    }
}

#[test]
fn announcements_inside_of_each_other_do_not_add_up() {
    // each list is the first element of the one around it, and all announce as many as there are bytes
    let mut bytes = Vec::new();
    bytes.extend_from_slice(b"\x19");
    for _ in 0..60 {
        bytes.extend_from_slice(b"\xf9\xe8\x07");
    }
    bytes.resize(2000, 0);
    let said = refused(decoded::<Tree>(Protocol::Compact, &bytes));
    assert!(said.contains("do not fit"), "{said}");
}

#[test]
fn elements_are_limited_in_all() {
    let inner = Value::List(pilota::thrift::TType::Bool, vec![Value::Bool(true); 100]);
    let tree = |lists| {
        let lists = vec![inner.clone(); lists];
        Tree(vec![(1, Value::List(pilota::thrift::TType::List, lists))])
    };
    let limits = Limits {
        frame: 1 << 20,
        // ten lists of a hundred numbers
        memory: 10 * (64 + 100 * 8),
    };
    for protocol in PROTOCOLS {
        let read = |lists| decode::<Tree>(protocol, encoded(protocol, &tree(lists)), &limits);
        assert_eq!(read(10), Ok(tree(10)));
        let said = refused(read(11));
        assert!(said.contains("more than 8640 bytes of memory"), "{said}");
    }
}

/// Lists of many tiny structs, said to be what they are, or less.
#[test]
fn tiny_structs_are_paid_for_as_structs() {
    let limits = Limits::of_frame(64 * 1024);
    let most = limits.memory / 256;
    for (kind, count, expected) in [
        (12, most, None),
        (12, most + 1, Some("more than 524288 bytes of memory")),
        (3, most + 1, Some("said to be of type `3`")),
    ] {
        let count = i32::try_from(count).unwrap();
        // field 1 is a list, and each of its structs has an end alone
        let mut bytes = [&b"\x0f\x00\x01"[..], &[kind], &count.to_be_bytes()].concat();
        bytes.resize(bytes.len() + count as usize + 1, 0);
        let read = decode::<Structs>(Protocol::Binary, bytes.into(), &limits);
        match expected {
            None => assert_eq!(read.unwrap().0, count as usize),
            Some(expected) => {
                let said = read.unwrap_err().to_string();
                assert!(said.contains(expected), "{said}");
            }
        }
    }
}

/// A list of structs in field 1, read as generated code does: whatever the elements are said to be.
#[derive(Debug)]
struct Structs(usize);

impl Message for Structs {
    fn encode<T: TOutputProtocol>(&self, _: &mut T) -> Result<(), ThriftException> {
        unreachable!("it is only read")
    }

    fn decode<T: TInputProtocol>(protocol: &mut T) -> Result<Self, ThriftException> {
        protocol.read_struct_begin()?;
        protocol.read_field_begin()?;
        let list = protocol.read_list_begin()?;
        for _ in 0..list.size {
            protocol.read_struct_begin()?;
            protocol.read_field_begin()?;
            protocol.read_struct_end()?;
        }
        protocol.read_list_end()?;
        protocol.read_field_begin()?;
        protocol.read_struct_end()?;
        Ok(Self(list.size))
    }

    async fn decode_async<T: TAsyncInputProtocol>(_: &mut T) -> Result<Self, ThriftException> {
        unreachable!("nothing is read so")
    }

    fn size<T: TLengthProtocol>(&self, _: &mut T) -> usize {
        0
    }
}

/// 64 structs inside of each other, the outermost being one of them.
#[test]
fn depth_is_limited_whether_it_is_read_or_passed_over() {
    let nest = |depth: usize, protocol| {
        let begin: &[u8] = match protocol {
            Protocol::Compact => b"\x1c",
            Protocol::Binary | Protocol::OldBinary => b"\x0c\x00\x01",
        };
        let mut bytes = begin.repeat(depth - 1);
        bytes.resize(bytes.len() + depth, 0);
        bytes
    };
    for protocol in PROTOCOLS {
        decoded::<Tree>(protocol, &nest(64, protocol)).unwrap();
        decoded::<Sample>(protocol, &nest(64, protocol)).unwrap();
        for depth in [65, 10_000] {
            let bytes = nest(depth, protocol);
            let said = refused(decoded::<Tree>(protocol, &bytes));
            assert!(said.contains("deeper than 64"), "{said}");
            let said = refused(decoded::<Sample>(protocol, &bytes));
            assert!(said.contains("deeper than 64"), "{said}");
        }
    }
    // the same on a stream
    let mut bytes = BytesMut::from(&b"\x82\x21\x01\x01p"[..]);
    bytes.extend_from_slice(&nest(10_000, Protocol::Compact));
    let read = Framer::new(limits()).next(&mut bytes);
    assert_eq!(read.unwrap_err(), Malformed::Depth { limit: 64 });
}

#[test]
fn lists_of_lists_are_passed_over_only_so_deep() {
    let nest = |depth: usize, protocol| {
        // of one list, and the innermost of none
        let (begin, list, end): (&[u8], &[u8], &[u8]) = match protocol {
            Protocol::Compact => (b"\x19", b"\x19", b"\x03\x00"),
            Protocol::Binary | Protocol::OldBinary => {
                (b"\x0f\x00\x01", b"\x0f\0\0\0\x01", b"\x03\0\0\0\x00\x00")
            }
        };
        [begin, &list.repeat(depth), end].concat()
    };
    for protocol in PROTOCOLS {
        decoded::<Sample>(protocol, &nest(200, protocol)).unwrap();
        let said = refused(decoded::<Sample>(protocol, &nest(10_000, protocol)));
        assert!(said.contains("deeper than 255"), "{said}");
    }
}

#[test]
fn strings_are_utf8() {
    for text in [&b"\xff"[..], &[b"a".repeat(100), b"\xc3".to_vec()].concat()] {
        for (id, protocol) in PROTOCOLS.map(|protocol| (7, protocol)) {
            let tree = Tree(vec![(id, Value::Binary(Bytes::copy_from_slice(text)))]);
            let said = refused(decoded::<Sample>(protocol, &encoded(protocol, &tree)));
            assert!(said.contains("not UTF-8"), "{said}");
        }
    }
}

#[test]
fn numbers_that_are_too_long_are_refused() {
    let check = |bytes: &[u8], expected: &str| {
        let said = refused(decoded::<Tree>(Protocol::Compact, bytes));
        assert_eq!(said, expected);
    };
    check(
        b"\x15\xff\xff\xff\xff\x1f\x00",
        "a variable-length number is over 32 bits",
    );
    check(
        b"\x14\xff\xff\x7f\x00",
        "a variable-length number is over 16 bits",
    );
    check(
        b"\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02\x00",
        "a variable-length number is over 64 bits",
    );
    check(
        b"\x16\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00",
        "a variable-length number is over 64 bits",
    );
    // field 32767, then the one behind it
    check(
        b"\x03\xfe\xff\x03\x00\x13\x00\x00",
        "a field's id is over 32767",
    );
    check(b"\x1e\x00", "type `14` is unknown");
    check(b"\x19\x20\x00\x00\x00", "type `0` is unknown");
    check(b"\x19\x11\x07\x00", "`7` is no bool");
}

/// Some libraries write no type for the elements of an empty list.
#[test]
fn the_type_of_no_elements_may_be_anything() {
    let empty = Value::List(pilota::thrift::TType::Bool, Vec::new());
    let expected = Tree(vec![(1, empty)]);
    let read = decoded(Protocol::Compact, b"\x19\x00\x00");
    assert_eq!(read.as_ref(), Ok(&expected));
    let read = decoded(Protocol::Binary, b"\x0f\0\x01\x7f\0\0\0\0\x00");
    assert_eq!(read, Ok(expected));
}
