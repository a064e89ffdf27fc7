//! Laws of the scanner, and of the scanner and hyper together.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::super::scan::{Phase, Refusal, Scanner};
use super::{block_on, through_closing_pipe};

/// All that can be seen of a scanner behind some bytes; the refusal's place is in the whole.
fn scan<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Option<Refusal>, Phase, u32) {
    let mut scanner = Scanner::new();
    let mut before = 0;
    for piece in pieces {
        if let Err(refusal) = scanner.feed(piece) {
            let at = before + refusal.at;
            assert!(refusal.at < piece.len());
            return (
                Some(Refusal { at, ..refusal }),
                scanner.phase(),
                scanner.heads(),
            );
        }
        before += piece.len();
    }
    (None, scanner.phase(), scanner.heads())
}

/// Bytes of which some make sense to a scanner.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        6 => Just(&b"GET / HTTP/1.1\r\nHost: a\r\n"[..]),
        2 => Just(&b"GET /b HTTP/1.0\r\n"[..]),
        1 => Just(&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..]),
        1 => Just(&b"Host: a:1\r\n"[..]),
        1 => Just(&b"Host: a"[..]),
        2 => Just(&b"content-length: 5\r\n"[..]),
        1 => Just(&b"Content-Length: "[..]),
        3 => Just(&b"Transfer-Encoding: chunked\r\n"[..]),
        1 => Just(&b"transfer-encoding"[..]),
        2 => Just(&b"X: y\r\n"[..]),
        6 => Just(&b"\r\n"[..]),
        2 => Just(&b"12345"[..]),
        2 => Just(&b"2\r\nab\r\n"[..]),
        3 => Just(&b"0\r\n"[..]),
        1 => Just(&b"1;a=b\r\n"[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b"\n"[..]),
        1 => Just(&b" "[..]),
        1 => Just(&b":"[..]),
        1 => Just(&b"\0"[..]),
    ]
    .prop_map(<[u8]>::to_vec);
    let noise = vec(any::<u8>(), 0..4);
    vec(prop_oneof![30 => word, 1 => noise], 0..24).prop_map(|words| words.concat())
}

/// A request that nobody could object to.
fn request() -> impl Strategy<Value = Vec<u8>> {
    let line = "(GET|POST|P|PRI|PUT) /[!-~]{0,20} HTTP/1\\.1\r\n";
    let host = "(host|Host|HOST):[ \t]{0,2}([a-z0-9.-]{0,12}|[a-z]{1,5}:[0-9]{1,5}|\\[::1\\])[ \t]{0,2}\r\n";
    let header = "(a|x|Cookie|connection|Content-Type|hos|Hosts|te|Trailer|Transfer|Content-Lengths):[ -~]{0,30}\r\n";
    let length = (
        vec(any::<u8>(), 0..40),
        "(content-length|Content-Length):[ \t]{0,2}",
    );
    let length = length.prop_map(|(body, name)| {
        let mut request = format!("{name}{}\r\n\r\n", body.len()).into_bytes();
        request.extend(body);
        request
    });
    let chunks = (
        vec(vec(any::<u8>(), 1..20), 0..4),
        "(;[!-~]{1,8})?",
        "([a-z]{1,9}: [ -~]{0,9}\r\n){0,2}",
    );
    let chunks = chunks.prop_map(|(chunks, extension, trailers)| {
        let mut request = b"Transfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in chunks {
            request.extend(format!("{:x}{extension}\r\n", chunk.len()).into_bytes());
            request.extend(chunk);
            request.extend(b"\r\n");
        }
        request.extend(format!("0{extension}\r\n{trailers}\r\n").into_bytes());
        request
    });
    let body = prop_oneof![Just(b"\r\n".to_vec()), length, chunks];
    (line, vec(header, 0..4), host, vec(header, 0..4), body).prop_map(
        |(line, before, host, after, body)| {
            let head = [line, before.concat(), host, after.concat()].concat();
            [head.into_bytes(), body].concat()
        },
    )
}

proptest! {
    #[test]
    fn any_split_is_the_same(bytes in soup(), cuts in vec(0_usize..200, 0..6)) {
        let whole = scan([&bytes[..]]);
        prop_assert_eq!(scan(bytes.chunks(1)), whole);
        let mut cuts = cuts;
        cuts.sort_unstable();
        let mut rest = &bytes[..];
        let mut pieces = Vec::new();
        for cut in cuts {
            let (piece, behind) = rest.split_at(cut.min(rest.len()) / 2);
            pieces.push(piece);
            rest = behind;
        }
        pieces.push(rest);
        prop_assert_eq!(scan(pieces), whole);
    }

    #[test]
    fn any_bytes_are_taken(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(scan(bytes.chunks(1)), scan([&bytes[..]]));
    }

    #[test]
    fn good_requests_pass(requests in vec(request(), 1..4), width in 1_usize..20) {
        let count = u32::try_from(requests.len()).unwrap();
        let bytes = requests.concat();
        prop_assert_eq!(scan([&bytes[..]]), (None, Phase::Between, count));
        prop_assert_eq!(scan(bytes.chunks(width)), (None, Phase::Between, count));
    }

    #[test]
    fn hyper_sees_the_same_heads(bytes in soup(), width in prop_oneof![Just(1_usize), Just(9), Just(4096)]) {
        let (refusal, phase, heads) = scan([&bytes[..]]);
        if phase == Phase::Passing {
            return Ok(());
        }
        let talk = block_on(through_closing_pipe(&bytes, width));
        let (calls, heads) = (talk.calls.len(), usize::try_from(heads).unwrap());
        prop_assert!(calls <= heads, "{:?}", talk);
        if !talk.statuses().iter().any(|status| (400..500).contains(status)) {
            prop_assert!(refusal.is_none() || phase == Phase::Refused);
            // An HTTP/1.0 request ends the connection unless it asks not to.
            let closes = bytes.windows(8).any(|window| window == b"HTTP/1.0") || phase == Phase::Refused;
            prop_assert!(calls == heads || closes, "{:?} {}", talk, heads);
        }
    }
}
