//! Names of methods, answers and exceptions.

use bytes::BytesMut;
use pilota::FastStr;
use pilota::thrift::{ApplicationException, ApplicationExceptionKind};

use super::super::value::{Tree, Value};
use super::super::{Framing, Head, Info, Kind, Unsendable, read_head, write};
use super::{PROTOCOLS, decoded};

fn head(name: &'static str, protocol: super::Protocol) -> Head {
    Head {
        name: FastStr::new(name),
        kind: Kind::Call,
        sequence: 3,
        protocol,
    }
}

#[test]
fn a_service_may_stand_before_the_method() {
    let of = |name| head(name, super::Protocol::Binary);
    let both = |name| {
        let head = of(name);
        (head.service().map(str::to_owned), head.method().to_owned())
    };
    assert_eq!(both("get"), (None, "get".to_owned()));
    assert_eq!(
        both("Items:get"),
        (Some("Items".to_owned()), "get".to_owned())
    );
    assert_eq!(both("a:b:c"), (Some("a".to_owned()), "b:c".to_owned()));
    assert_eq!(both(""), (None, String::new()));
}

/// C++ and Java clients look for the bare name in an answer.
#[test]
fn an_answer_names_the_method_alone() {
    let name = "Items:a_method_whose_name_does_not_fit_into_itself";
    let answer = head(name, super::Protocol::Compact).answer(Kind::Reply);
    assert_eq!(answer.name, name[6..]);
    assert_eq!((answer.kind, answer.sequence), (Kind::Reply, 3));
    assert_eq!(answer.protocol, super::Protocol::Compact);
}

#[test]
fn exceptions_read_back_in_the_protocol_of_the_call() {
    let kind = ApplicationExceptionKind::UNKNOWN_METHOD;
    let exception = ApplicationException::new(kind, "unknown method `x`");
    for protocol in PROTOCOLS {
        let mut out = BytesMut::new();
        let head = head("x", protocol).answer(Kind::Exception);
        write(
            Framing::Unframed,
            &Info::default(),
            &head,
            &exception,
            &mut out,
        )
        .unwrap();
        let (read, rest) = read_head(&out.freeze()).unwrap();
        assert_eq!(read, head);
        assert_eq!(decoded(protocol, &rest), Ok(exception.clone()));
        let tree = Tree(vec![
            (1, Value::Binary("unknown method `x`".into())),
            (2, Value::I32(1)),
        ]);
        assert_eq!(decoded(protocol, &rest), Ok(tree));
    }
}

#[test]
fn what_cannot_be_sent_leaves_nothing_behind() {
    let mut deep = Tree::default();
    for _ in 0..64 {
        deep = Tree(vec![(1, Value::Struct(deep))]);
    }
    for protocol in PROTOCOLS {
        let mut out = BytesMut::from(&b"before"[..]);
        let head = head("x", protocol);
        let written = write(Framing::Framed, &Info::default(), &head, &deep, &mut out);
        let expected = Unsendable::Depth { limit: 64 }.to_string();
        assert_eq!(written.unwrap_err().to_string(), expected);
        assert_eq!(out, &b"before"[..]);
    }
}
