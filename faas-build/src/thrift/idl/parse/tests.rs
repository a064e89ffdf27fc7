//! What is understood, and that nothing makes the parser panic.

use std::path::PathBuf;

use super::parse;
use crate::source::Source;
use crate::thrift::idl::{Base, Kind, TypeKind, ValueKind};

fn source(text: &str) -> Source {
    Source {
        path: PathBuf::from("test.thrift"),
        text: text.to_owned(),
    }
}

#[test]
fn every_sort_of_definition() {
    let (document, mistakes) = parse(&source(
        "namespace * a.b (x = 'y')\n\
         cpp_include 'vector'\n\
         const map<string, i32> M = {'a': -0x10; 'b': +2}\n\
         typedef set cpp_type 'std::set' <byte> (a = 'b', c = \"d\";) Bytes\n\
         enum E { A = 1; B, C (note = 'x') } (k = 'v');\n\
         union U { 1: required double d = 1.5e-3, -2: list<E> es = [E.A E.B] }\n\
         service S extends other.Base { oneway void a(), list<i64> b(1: i64 x; 2: bool y = true) throws (1: Gone g); }\n",
    ));
    assert!(mistakes.is_empty(), "{}", mistakes[0]);
    let names: Vec<&str> = document
        .definitions
        .iter()
        .map(|d| d.name.text.as_str())
        .collect();
    assert_eq!(names, ["M", "Bytes", "E", "U", "S"]);
    let [
        Kind::Const(_, value),
        Kind::Typedef(ty),
        Kind::Enum(values),
        Kind::Union(fields),
        Kind::Service(service),
    ] = [0, 1, 2, 3, 4].map(|index| &document.definitions[index].kind)
    else {
        panic!("{document:?}")
    };
    let ValueKind::Map(pairs) = &value.kind else {
        panic!("{value:?}")
    };
    assert!(matches!(pairs[0].1.kind, ValueKind::Integer(-16)));
    assert!(
        matches!(&ty.kind, TypeKind::Set(element) if matches!(element.kind, TypeKind::Base(Base::I8)))
    );
    assert_eq!(values.len(), 3);
    assert_eq!(fields[1].number.as_ref().unwrap().value, -2);
    assert_eq!(service.extends.as_ref().unwrap().text, "other.Base");
    assert!(service.methods[0].oneway);
    assert_eq!(service.methods[1].throws.len(), 1);
}

/// Half a file, and a file with a letter that is wrong, end in mistakes.
#[test]
fn no_text_makes_it_panic_or_run_on() {
    let text = include_str!("../../../../tests/idl/orders.thrift");
    for at in 0..text.len() {
        let (_, rest) = text.split_at(at);
        let half = &text[..at];
        parse(&source(half));
        for letter in [
            "{", "}", "(", ")", "\"", "é", "/*", "struct X", ",", "9", ".",
        ] {
            parse(&source(&format!("{half}{letter}{}", &rest[1..])));
        }
    }
}
