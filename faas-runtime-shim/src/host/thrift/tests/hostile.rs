//! Bytes that are no messages: an answer in the protocol where there can be one, the end of this one connection, and no more.

use super::{LONGEST, Pipe, call};
use crate::thrift::tests::kit::{self, Read, of_echo};
use crate::thrift::wire::{Framing, Protocol, Style};

/// Sends the bytes and closes; returns what the server said.
async fn sent(application: &crate::application::Application, bytes: &[u8]) -> Vec<u8> {
    let mut pipe = Pipe::of_room(application, 256 * 1024);
    pipe.send(bytes).await;
    pipe.close().await
}

#[tokio::test]
async fn cut_at_every_byte() {
    let application = of_echo().await;
    let header = Framing::Header {
        style: Style::Tt,
        sequence: 1,
        framed: true,
    };
    for framing in [Framing::Unframed, Framing::Framed, header] {
        for protocol in [Protocol::Binary, Protocol::Compact] {
            let message = kit::call(framing, protocol, "say", "hello");
            for cut in 0..message.len() {
                let said = sent(&application, &message[..cut]).await;
                assert_eq!(said, b"", "{framing:?} {protocol:?} {cut}");
            }
            assert_ne!(sent(&application, &message).await, b"");
        }
    }
}

#[tokio::test]
async fn lengths_that_nobody_has() {
    let application = of_echo().await;
    for bytes in [
        // a frame of 2 GB, of one byte less than none, of nothing
        &b"\x7f\xff\xff\xff\x80\x01\x00\x01"[..],
        b"\xff\xff\xff\xff\x80\x01\x00\x01",
        b"\x00\x00\x00\x00\x80\x01\x00\x01",
        // names of 2 GB
        b"\x80\x01\x00\x01\x7f\xff\xff\xff",
        b"\x82\x21\x01\xff\xff\xff\xff\x07",
        b"\x00\x00\x00\x10\x80\x01\x00\x01\x7f\xff\xff\xffaaaaaaaa",
        b"\xff\xfe\xfd\xfc\xfb\xfa",
    ] {
        assert_eq!(sent(&application, bytes).await, b"", "{bytes:x?}");
    }
}

#[tokio::test]
async fn counts_that_nobody_has_are_told() {
    let application = of_echo().await;
    let head = b"\x80\x01\x00\x01\x00\x00\x00\x03say\x00\x00\x00\x07";
    for args in [
        // a text, a list and a map of 2^31-1, a list of -1
        &b"\x0b\x00\x01\x7f\xff\xff\xff"[..],
        b"\x0f\x00\x09\x0c\x7f\xff\xff\xff",
        b"\x0d\x00\x09\x0b\x0b\x7f\xff\xff\xff",
        b"\x0f\x00\x09\x0c\xff\xff\xff\xff",
    ] {
        let mut framed = u32::try_from(head.len() + args.len())
            .unwrap()
            .to_be_bytes()
            .to_vec();
        framed.extend_from_slice(head);
        framed.extend_from_slice(args);
        let mut pipe = Pipe::new(&application);
        pipe.send(&framed).await;
        let read = pipe.read("say").await;
        assert!(matches!(read, Read::Fault(7, _)), "{args:x?}: {read:?}");
        // the frame says where the next message begins
        pipe.call("say", "next").await;
        assert_eq!(pipe.read("say").await, Read::done("Echo: next"));
    }
}

#[tokio::test]
async fn nesting_without_end() {
    let application = of_echo().await;
    let mut message = b"\x80\x01\x00\x01\x00\x00\x00\x03say\x00\x00\x00\x07".to_vec();
    for _ in 0..10_000 {
        message.extend_from_slice(b"\x0c\x00\x09");
    }
    let mut pipe = Pipe::new(&application);
    pipe.send(&message).await;
    let read = pipe.read("say").await;
    assert!(matches!(read, Read::Fault(7, _)), "{read:?}");
    assert_eq!(pipe.answer().await, None);
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    let mut pipe = Pipe::new(&application);
    pipe.send(&[&length, &message[..]].concat()).await;
    let read = pipe.read("say").await;
    assert!(matches!(read, Read::Fault(7, _)), "{read:?}");
}

#[tokio::test]
async fn messages_over_the_limit_are_told_so() {
    let application = of_echo().await;
    let text = "x".repeat(LONGEST);
    for framing in [Framing::Framed, Framing::Unframed] {
        for protocol in [Protocol::Binary, Protocol::Compact] {
            let message = kit::call(framing, protocol, "say", &text);
            let mut pipe = Pipe::new(&application);
            // no more than a part of it is ever read
            let (begin, _) = message.split_at(LONGEST / 2);
            pipe.send(begin).await;
            let answer = pipe.answer().await.unwrap();
            let read = Read::of(&answer, "say", protocol);
            let Read::Fault(7, text) = read else {
                panic!("{read:?}");
            };
            assert!(text.contains(&LONGEST.to_string()), "{text}");
            assert_eq!(pipe.answer().await, None);
        }
    }
}

#[tokio::test]
async fn answers_before_garbage_are_not_lost() {
    let application = of_echo().await;
    let mut bytes = call("say", "first").to_vec();
    bytes.extend_from_slice(b"\xde\xad\xbe\xef\xde\xad\xbe\xef");
    let said = sent(&application, &bytes).await;
    let text = String::from_utf8_lossy(&said);
    assert!(text.contains("Echo: first"), "{text}");
}

#[tokio::test]
async fn http_is_told_where_it_is() {
    let application = of_echo().await;
    for request in [
        "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST /Echo HTTP/1.1\r\ncontent-type: application/x-thrift\r\ncontent-length: 0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let said = sent(&application, request.as_bytes()).await;
        let said = String::from_utf8(said).unwrap();
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
        let length = format!("content-length: {}", body.len());
        assert!(head.contains(&length), "{head} {}", body.len());
        assert!(body.contains("`[thrift] listen`"), "{body}");
    }
}

#[tokio::test]
async fn tls_is_closed() {
    let application = of_echo().await;
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    assert_eq!(sent(&application, hello).await, b"");
}

mod any_bytes {
    //! Laws over what is not chosen by hand.

    use proptest::prelude::*;

    use super::{call, sent};
    use crate::thrift::tests::kit::of_echo;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_changed_message_ends_its_connection_at_the_worst(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build()
                .unwrap();
            runtime.block_on(async {
                let application = of_echo().await;
                let mut message = call("say", "hello").to_vec();
                for (at, byte) in &changes {
                    let at = at.index(message.len());
                    message[at] = *byte;
                }
                let _ = sent(&application, &message).await;
                let said = sent(&application, &call("say", "next")).await;
                let text = String::from_utf8_lossy(&said);
                assert!(text.contains("Echo: next"), "{text}");
            });
        }
    }
}
