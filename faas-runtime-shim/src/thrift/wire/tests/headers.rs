//! TTHeader and THeader: what is read of them, what is written, what is refused.

use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use pilota::FastStr;

use super::super::value::Tree;
use super::super::{
    Frame, Framer, Framing, Head, Info, Kind, Malformed, Protocol, Style, body, number, write,
};
use super::limits;

/// Kitex's number for the service that is called.
const TO_SERVICE: u16 = 6;

const MESSAGE: &[u8] = b"\x80\x01\x00\x01\0\0\0\x01p\0\0\0\x07\x00";

/// A frame with `magic`, sequence 9 and this behind the fixed part, padded.
fn frame(magic: [u8; 2], info: &[u8], payload: &[u8]) -> Bytes {
    let padded = info.len().next_multiple_of(4);
    let mut out = BytesMut::new();
    out.put_u32((10 + padded + payload.len()) as u32);
    out.put_slice(&magic);
    out.put_slice(&[0x00, 0x01]);
    out.put_u32(9);
    out.put_u16((padded / 4) as u16);
    out.put_slice(info);
    out.put_bytes(0, padded - info.len());
    out.put_slice(payload);
    out.freeze()
}

const TT: [u8; 2] = [0x10, 0x00];
const APACHE: [u8; 2] = [0x0f, 0xff];

/// What Kitex sends: names, then numbers, then a token.
const TT_INFO: &[u8] = b"\x00\x00\x01\x00\x02\x00\x0btraceparent\x00\x0200\x00\x13RPC_TRANSIT_\
    BAGGAGE\x00\x01b\x10\x00\x02\x00\x0c\x00\x041500\x00\x06\x00\x05items\x11\x00\x03abc";

const APACHE_INFO: &[u8] = b"\x00\x00\x01\x02\x0bTraceparent\x0200\x0eclient_timeout\x0220";

#[test]
fn a_ttheader_is_read() {
    let Frame {
        framing,
        payload,
        header,
    } = body(frame(TT, TT_INFO, MESSAGE), &limits()).unwrap();
    assert_eq!(payload, MESSAGE);
    let expected = Framing::Header {
        style: Style::Tt,
        sequence: 9,
        framed: false,
    };
    assert_eq!(framing, expected);
    let header = header.unwrap();
    assert_eq!((header.style, header.sequence), (Style::Tt, 9));
    assert_eq!(header.timeout(), Some(Duration::from_millis(1500)));
    assert_eq!(header.number(TO_SERVICE), Some("items"));
    assert_eq!(header.number(number::LOG_ID), None);
    assert_eq!(header.text("traceparent"), Some("00"));
    assert_eq!(header.text("baggage"), Some("b"));
    assert_eq!(header.text("tracestate"), None);
}

#[test]
fn a_theader_is_read() {
    let read = body(frame(APACHE, APACHE_INFO, MESSAGE), &limits()).unwrap();
    assert_eq!(read.payload, MESSAGE);
    let header = read.header.unwrap();
    assert_eq!((header.style, header.sequence), (Style::Apache, 9));
    assert_eq!(header.text("traceparent"), Some("00"));
    assert_eq!(header.timeout(), Some(Duration::from_millis(20)));
    assert_eq!(header.number(number::RPC_TIMEOUT), None);
}

/// "if we read an info ID we don't support, none of the remaining info ID's will be supported either".
#[test]
fn unknown_entries_end_a_theader() {
    let info = [APACHE_INFO, b"\x02\x01garbage"].concat();
    let read = body(frame(APACHE, &info, MESSAGE), &limits()).unwrap();
    assert_eq!(read.header.unwrap().text("traceparent"), Some("00"));
    assert_eq!(read.payload, MESSAGE);
}

#[test]
fn a_length_between_header_and_message_is_taken_off_and_put_back() {
    let framed = [&14_u32.to_be_bytes(), MESSAGE].concat();
    let read = body(frame(TT, b"\x00\x00", &framed), &limits()).unwrap();
    assert_eq!(read.payload, MESSAGE);
    let Framing::Header { framed: true, .. } = read.framing else {
        panic!("{:?}", read.framing);
    };
    let mut out = BytesMut::new();
    write(
        read.framing,
        &Info::default(),
        &head(Protocol::Binary),
        &Tree::default(),
        &mut out,
    )
    .unwrap();
    let again = body(out.freeze(), &limits()).unwrap();
    assert_eq!((again.framing, &again.payload[..]), (read.framing, MESSAGE));
}

fn head(protocol: Protocol) -> Head {
    Head {
        name: FastStr::new("p"),
        kind: Kind::Call,
        sequence: 7,
        protocol,
    }
}

#[test]
fn what_is_written_reads_back() {
    let texts = [("traceparent", "00-1"), ("other", "")];
    let numbers = [(number::LOG_ID, "log"), (9, "p")];
    let info = Info {
        timeout: Some(Duration::from_secs(2)),
        numbers: &numbers,
        texts: &texts,
    };
    for style in [Style::Tt, Style::Apache] {
        for protocol in super::PROTOCOLS {
            let framing = Framing::Header {
                style,
                sequence: -5,
                framed: false,
            };
            let mut out = BytesMut::from(&b""[..]);
            write(framing, &info, &head(protocol), &Tree::default(), &mut out).unwrap();
            let in_header = if protocol == Protocol::Compact { 2 } else { 0 };
            assert_eq!(out[14], in_header);
            let read = Framer::new(limits()).next(&mut out).unwrap().unwrap();
            assert!(out.is_empty());
            assert_eq!(read.framing, framing);
            let header = read.header.unwrap();
            assert_eq!(header.timeout(), info.timeout);
            assert_eq!(header.text("traceparent"), Some("00-1"));
            assert_eq!(header.text("other"), Some(""));
            let is_tt = style == Style::Tt;
            assert_eq!(header.number(number::LOG_ID), is_tt.then_some("log"));
            assert_eq!(header.number(number::MESSAGE_TYPE), is_tt.then_some("1"));
        }
    }
}

/// As Apache's Python library writes a call without entries.
#[test]
fn a_plain_theader_is_written_byte_by_byte() {
    let framing = Framing::Header {
        style: Style::Apache,
        sequence: 9,
        framed: false,
    };
    let mut out = BytesMut::new();
    write(
        framing,
        &Info::default(),
        &head(Protocol::Binary),
        &Tree::default(),
        &mut out,
    )
    .unwrap();
    let expected = [
        &b"\0\0\0\x1c\x0f\xff\0\0\0\0\0\x09\0\x01\0\0\0\0"[..],
        MESSAGE,
    ];
    assert_eq!(out, expected.concat());
}

#[test]
fn a_timeout_that_is_no_time_is_none() {
    for text in ["", "0", "-5", "1.5", "x", "99999999999999999999"] {
        let mut info = b"\x00\x00\x10\x00\x01\x00\x0c".to_vec();
        info.put_u16(text.len() as u16);
        info.put_slice(text.as_bytes());
        let read = body(frame(TT, &info, MESSAGE), &limits()).unwrap();
        assert_eq!(read.header.unwrap().timeout(), None, "{text}");
    }
}

#[test]
fn the_last_of_two_entries_counts() {
    let info = b"\x00\x00\x01\x00\x02\x00\x01a\x00\x01x\x00\x01A\x00\x01y";
    let read = body(frame(TT, info, MESSAGE), &limits()).unwrap();
    assert_eq!(read.header.unwrap().text("a"), Some("y"));
}

#[test]
fn other_headers_are_refused() {
    let check = |magic, info: &[u8], expected| {
        let read = body(frame(magic, info, MESSAGE), &limits());
        assert_eq!(read.unwrap_err(), expected, "{}", info.escape_ascii());
    };
    let cut = || Malformed::Header {
        what: "ends in the middle of an entry",
    };
    check(TT, b"\x03\x00", Malformed::HeaderProtocol { found: 3 });
    check(
        APACHE,
        b"\x80\x01\x00",
        Malformed::HeaderProtocol { found: 128 },
    );
    check(TT, b"\x00\x01\x01", Malformed::Transform { found: 1 });
    check(APACHE, b"\x02\x01\x01", Malformed::Transform { found: 1 });
    check(TT, b"", cut());
    check(APACHE, b"", cut());
    check(TT, b"\x00\x00\x01\xff\xff\x00\x01a", cut());
    check(TT, b"\x00\x00\x10\x00\x01\x00\x01\xff\xff", cut());
    check(TT, b"\x00\x00\x11\x00\x09a", cut());
    check(APACHE, b"\x00\x00\x01\xff\xff\xff\xff\x0f\x01", cut());
    check(
        TT,
        b"\x00\x00\x07",
        Malformed::Header {
            what: "has entries of an unknown sort",
        },
    );
}

#[test]
fn a_header_longer_than_its_frame_is_refused() {
    let whole = frame(TT, TT_INFO, b"");
    for words in [u16::MAX, 0x3fff, 100] {
        let mut bytes = whole.to_vec();
        bytes[12..14].copy_from_slice(&words.to_be_bytes());
        let read = body(bytes.into(), &limits());
        let Err(Malformed::Header { what }) = read else {
            panic!("{read:?}");
        };
        assert!(what.contains("longer than"), "{what}");
    }
    for length in 0..10 {
        let mut bytes = whole[..14].to_vec();
        bytes[3] = length;
        assert!(body(bytes.into(), &limits()).is_err(), "{length}");
    }
}

#[test]
fn too_much_to_say_is_refused() {
    let long = "x".repeat(70_000);
    let texts = [("key", long.as_str())];
    let info = Info {
        texts: &texts,
        ..Info::default()
    };
    for style in [Style::Tt, Style::Apache] {
        let framing = Framing::Header {
            style,
            sequence: 0,
            framed: false,
        };
        let mut out = BytesMut::new();
        let written = write(
            framing,
            &info,
            &head(Protocol::Binary),
            &Tree::default(),
            &mut out,
        );
        assert!(written.is_err() && out.is_empty());
    }
}
