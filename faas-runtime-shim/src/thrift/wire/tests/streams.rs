//! Messages cut out of a stream, whatever transport it is and in whatever pieces it comes.

use bytes::{Bytes, BytesMut};
use pilota::FastStr;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy};
use proptest::{prop_assert_eq, prop_oneof, proptest};

use super::super::value::{Tree, Value};
use super::super::{
    Framer, Framing, Head, Info, Kind, Limits, Malformed, Protocol, Style, body, read_head, write,
};
use super::sample::full;
use super::{PROTOCOLS, encoded, limits, values};

const FRAMINGS: [Framing; 5] = [
    Framing::Unframed,
    Framing::Framed,
    Framing::Header {
        style: Style::Tt,
        sequence: 1,
        framed: false,
    },
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

fn message<T: pilota::thrift::Message>(framing: Framing, protocol: Protocol, value: &T) -> Vec<u8> {
    let head = Head {
        name: FastStr::new("Items:get"),
        kind: Kind::Call,
        sequence: 42,
        protocol,
    };
    let mut out = BytesMut::new();
    write(framing, &Info::default(), &head, value, &mut out).unwrap();
    out.to_vec()
}

/// All messages of a stream that comes in pieces, and what ended it.
fn cut<'p>(
    pieces: impl IntoIterator<Item = &'p [u8]>,
) -> (Vec<(Framing, Bytes)>, Option<Malformed>) {
    let mut framer = Framer::new(limits());
    let mut buffer = BytesMut::new();
    let mut found = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            match framer.next(&mut buffer) {
                Ok(Some(frame)) => found.push((frame.framing, frame.payload)),
                Ok(None) => break,
                Err(malformed) => return (found, Some(malformed)),
            }
        }
    }
    (found, None)
}

#[test]
fn a_message_is_there_with_its_last_byte_and_not_before() {
    for framing in FRAMINGS {
        for protocol in PROTOCOLS {
            let bytes = message(framing, protocol, &full());
            let mut framer = Framer::new(limits());
            let mut buffer = BytesMut::new();
            for byte in &bytes[..bytes.len() - 1] {
                buffer.extend_from_slice(&[*byte]);
                assert!(framer.next(&mut buffer).unwrap().is_none());
            }
            buffer.extend_from_slice(&bytes[bytes.len() - 1..]);
            let frame = framer.next(&mut buffer).unwrap().unwrap();
            assert!(buffer.is_empty());
            assert_eq!(frame.framing, framing);
            let (head, rest) = read_head(&frame.payload).unwrap();
            assert_eq!((head.method(), head.protocol), ("get", protocol));
            assert_eq!(rest, encoded(protocol, &full()));
            let whole = body(bytes.into(), &limits()).unwrap();
            assert_eq!((whole.framing, whole.payload), (framing, frame.payload));
        }
    }
}

proptest! {
    #[test]
    fn pieces_do_not_matter(
        messages in vec((proptest::sample::select(FRAMINGS.to_vec()), protocol(), values::tree()), 1..4),
        widths in vec(1_usize..50, 1..5),
    ) {
        let stream: Vec<u8> = messages
            .iter()
            .flat_map(|(framing, protocol, tree)| message(*framing, *protocol, tree))
            .collect();
        let (whole, malformed) = cut([&stream[..]]);
        prop_assert_eq!(malformed, None);
        let framings: Vec<_> = whole.iter().map(|(framing, _)| *framing).collect();
        let sent: Vec<_> = messages.iter().map(|(framing, ..)| *framing).collect();
        prop_assert_eq!(framings, sent);
        let mut rest = &stream[..];
        let mut pieces = Vec::new();
        for width in widths.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, behind) = rest.split_at((*width).min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        prop_assert_eq!(cut(pieces), (whole, None));
    }
}

fn protocol() -> impl Strategy<Value = Protocol> {
    prop_oneof![
        Just(Protocol::Binary),
        Just(Protocol::OldBinary),
        Just(Protocol::Compact)
    ]
}

#[test]
fn what_is_no_message_is_told_by_its_first_bytes() {
    let check = |bytes: &[u8], expected: &str| {
        let (found, malformed) = cut([bytes]);
        let said = malformed.unwrap().to_string();
        assert!(said.contains(expected), "{said}");
        assert!(found.is_empty());
    };
    check(b"GET / HTTP/1.1\r\n", "this is HTTP");
    check(b"POST /x HTTP/1.1\r\n", "this is HTTP");
    check(b"PRI * HTTP/2.0\r\n", "this is HTTP");
    check(
        b"\x16\x03\x01\x00\xf4\x01\x00\x00\xf0\x03\x03",
        "this is TLS",
    );
    check(b"[1,\"get\",1,1,{}]", "found `[1,\\\"get\\\"`");
    check(b"\0\0\0\0\0\0", "found `\\x00");
    check(b"\xff\xff\xff\xff\xff\xff", "found `\\xff");
    check(b"\0\0\0\x20\x99\xaa", "found");
    check(b"\x80\x02\0\0\0\0", "found");
    check(b"a`b`cdef", "found `a\\x60b\\x60cdef`");
}

#[test]
fn a_frame_over_the_limit_is_refused_before_it_comes() {
    let limits = Limits::of_frame(1000);
    for start in [&b"\0\0\x03\xe9\x80\x01"[..], b"\0\0\x03\xe9"] {
        let read = Framer::new(limits).next(&mut BytesMut::from(start));
        let expected = Malformed::TooLong {
            found: 1001,
            limit: 1000,
        };
        assert_eq!(read.unwrap_err(), expected);
    }
    let read = Framer::new(limits).next(&mut BytesMut::from(&b"\0\0\x03\xe8\x80\x01"[..]));
    assert!(read.unwrap().is_none());
}

#[test]
fn an_unframed_message_over_the_limit_is_refused_at_its_length() {
    let limits = Limits::of_frame(1000);
    for protocol in PROTOCOLS {
        let tree = Tree(vec![(1, Value::Binary(vec![0; 2000].into()))]);
        let bytes = message(Framing::Unframed, protocol, &tree);
        let read = Framer::new(limits).next(&mut BytesMut::from(&bytes[..40]));
        let Err(Malformed::TooLong { found, limit: 1000 }) = read else {
            panic!("{read:?}");
        };
        assert!((2000..2100).contains(&found), "{found}");
        assert!(body(bytes.into(), &limits).is_err());
        // no string announces it here
        let tree = Tree(vec![(
            1,
            Value::List(
                pilota::thrift::TType::Struct,
                vec![Value::Struct(Tree::default()); 2000],
            ),
        )]);
        let bytes = message(Framing::Unframed, protocol, &tree);
        let (found, _) = bytes.split_at(1100);
        let read = Framer::new(limits).next(&mut BytesMut::from(found));
        assert!(matches!(read, Err(Malformed::TooLong { .. })), "{read:?}");
    }
}

#[test]
fn an_error_in_an_unframed_message_is_seen_at_once() {
    let mut buffer = BytesMut::from(&b"\x80\x01\0\x01\0\0\0\x01p\0\0\0\0\x7f"[..]);
    let read = Framer::new(limits()).next(&mut buffer);
    assert_eq!(read.unwrap_err(), Malformed::Type { found: 0x7f });
}

/// A slow peer: each byte is looked at once, so this is quick or it never ends.
#[test]
fn a_long_message_in_small_pieces_is_not_looked_through_again() {
    let values = vec![Value::Struct(Tree(vec![(1, Value::Bool(true))])); 300_000];
    let tree = Tree(vec![(
        1,
        Value::List(pilota::thrift::TType::Struct, values),
    )]);
    let bytes = message(Framing::Unframed, Protocol::Compact, &tree);
    let mut framer = Framer::new(limits());
    let mut buffer = BytesMut::new();
    let mut found = 0;
    for piece in bytes.chunks(3) {
        buffer.extend_from_slice(piece);
        found += usize::from(framer.next(&mut buffer).unwrap().is_some());
    }
    assert_eq!(found, 1);
}

#[test]
fn a_body_that_is_cut_is_refused() {
    for framing in FRAMINGS {
        for protocol in PROTOCOLS {
            let bytes = message(framing, protocol, &full());
            for length in 0..bytes.len().min(60) {
                let read = body(Bytes::copy_from_slice(&bytes[..length]), &limits());
                // the end of an unframed one is found only by reading it
                assert!(read.is_err() || framing == Framing::Unframed, "{read:?}");
            }
        }
    }
}
