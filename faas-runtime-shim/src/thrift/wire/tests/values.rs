//! Laws of values: what is written reads back, and what nobody knows is passed over.

use bytes::Bytes;
use pilota::thrift::TType;
use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::{prop_assert_eq, prop_oneof, proptest};

use super::super::value::{Tree, Value};
use super::sample::{Sample, full};
use super::{PROTOCOLS, decoded, encoded};

#[test]
fn every_field_reads_back() {
    for protocol in PROTOCOLS {
        for sample in [full(), Sample::default()] {
            let bytes = encoded(protocol, &sample);
            assert_eq!(decoded(protocol, &bytes), Ok(sample), "{protocol:?}");
        }
    }
}

#[test]
fn unknown_fields_are_passed_over() {
    let known = (4, Value::I32(11));
    for protocol in PROTOCOLS {
        let Value::Struct(sample) = wrapped(&encoded(protocol, &full()), protocol) else {
            panic!("not a struct");
        };
        // under other ids nobody knows them
        let mut fields: Vec<_> = sample.0.into_iter().map(|(_, value)| (90, value)).collect();
        fields.push(known.clone());
        let read: Sample = decoded(protocol, &encoded(protocol, &Tree(fields))).unwrap();
        let expected = Sample {
            int: 11,
            ..Sample::default()
        };
        assert_eq!(read, expected, "{protocol:?}");
    }
}

fn wrapped(bytes: &[u8], protocol: super::Protocol) -> Value {
    Value::Struct(decoded(protocol, bytes).unwrap())
}

#[test]
fn a_field_of_another_type_is_passed_over() {
    for protocol in PROTOCOLS {
        let tree = Tree(vec![
            (4, Value::Bool(true)),
            (1, Value::I64(-3)),
            (10, Value::Bool(true)),
        ]);
        let read: Sample = decoded(protocol, &encoded(protocol, &tree)).unwrap();
        assert!(read.behind && !read.flag && read.int == 0, "{protocol:?}");
    }
}

proptest! {
    #[test]
    fn any_value_reads_back(tree in tree()) {
        for protocol in PROTOCOLS {
            let bytes = encoded(protocol, &tree);
            prop_assert_eq!(decoded::<Tree>(protocol, &bytes), Ok(tree.clone()));
        }
    }

    #[test]
    fn any_value_is_passed_over_to_its_last_byte(tree in tree()) {
        for protocol in PROTOCOLS {
            let outer = Tree(vec![(77, Value::Struct(tree.clone())), (4, Value::I32(5))]);
            let read: Sample = decoded(protocol, &encoded(protocol, &outer)).unwrap();
            prop_assert_eq!(read, Sample { int: 5, ..Sample::default() });
        }
    }
}

/// The type of a value and of all in it.
#[derive(Clone, Debug)]
enum Shape {
    Plain(TType),
    List(Box<Self>),
    Set(Box<Self>),
    Map(Box<(Self, Self)>),
    Struct(Vec<(i16, Self)>),
}

impl Shape {
    fn kind(&self) -> TType {
        match self {
            Self::Plain(kind) => *kind,
            Self::List(_) => TType::List,
            Self::Set(_) => TType::Set,
            Self::Map(_) => TType::Map,
            Self::Struct(_) => TType::Struct,
        }
    }

    fn value(&self) -> BoxedStrategy<Value> {
        let some = |values: &[_], kind| {
            if values.is_empty() { TType::Bool } else { kind }
        };
        match self {
            Self::Plain(TType::Bool) => any::<bool>().prop_map(Value::Bool).boxed(),
            Self::Plain(TType::I8) => any::<i8>().prop_map(Value::I8).boxed(),
            Self::Plain(TType::I16) => any::<i16>().prop_map(Value::I16).boxed(),
            Self::Plain(TType::I32) => any::<i32>().prop_map(Value::I32).boxed(),
            Self::Plain(TType::I64) => any::<i64>().prop_map(Value::I64).boxed(),
            Self::Plain(TType::Double) => any::<u64>().prop_map(Value::Double).boxed(),
            Self::Plain(TType::Uuid) => any::<[u8; 16]>().prop_map(Value::Uuid).boxed(),
            Self::Plain(_) => vec(any::<u8>(), 0..40)
                .prop_map(|bytes| Value::Binary(bytes.into()))
                .boxed(),
            Self::List(of) => {
                let kind = of.kind();
                vec(of.value(), 0..20)
                    .prop_map(move |values| Value::List(some(&values, kind), values))
                    .boxed()
            }
            Self::Set(of) => {
                let kind = of.kind();
                vec(of.value(), 0..4)
                    .prop_map(move |values| Value::Set(some(&values, kind), values))
                    .boxed()
            }
            Self::Map(of) => {
                let (key, value) = (of.0.kind(), of.1.kind());
                vec((of.0.value(), of.1.value()), 0..4)
                    .prop_map(move |pairs| match pairs.is_empty() {
                        true => Value::Map(TType::Bool, TType::Bool, pairs),
                        false => Value::Map(key, value, pairs),
                    })
                    .boxed()
            }
            Self::Struct(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(id, shape)| (Just(*id), shape.value()))
                    .collect();
                fields
                    .prop_map(|fields| Value::Struct(Tree(fields)))
                    .boxed()
            }
        }
    }
}

fn shape() -> impl Strategy<Value = Shape> {
    let plain = [
        TType::Bool,
        TType::I8,
        TType::I16,
        TType::I32,
        TType::I64,
        TType::Double,
        TType::Binary,
        TType::Uuid,
    ];
    let plain = proptest::sample::select(plain.to_vec()).prop_map(Shape::Plain);
    plain.prop_recursive(4, 24, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            2 => boxed.clone().prop_map(Shape::List),
            1 => boxed.prop_map(Shape::Set),
            1 => (inner.clone(), inner.clone()).prop_map(|pair| Shape::Map(Box::new(pair))),
            3 => vec((any::<i16>(), inner), 0..5).prop_map(Shape::Struct),
        ]
    })
}

pub(super) fn tree() -> impl Strategy<Value = Tree> {
    let fields = vec((prop_oneof![0..40_i16, any::<i16>()], shape()), 0..6);
    fields.prop_flat_map(|fields| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(id, shape)| (Just(*id), shape.value()))
            .collect();
        fields.prop_map(Tree)
    })
}

/// Doubles are compared by their bits elsewhere; here by what they are.
#[test]
fn doubles_keep_their_value() {
    for double in [0.0, -0.0, 1.5, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY] {
        let sample = Sample {
            double,
            binary: Bytes::new(),
            ..Sample::default()
        };
        for protocol in PROTOCOLS {
            let read: Sample = decoded(protocol, &encoded(protocol, &sample)).unwrap();
            assert_eq!(read.double.to_bits(), double.to_bits(), "{protocol:?}");
        }
    }
}
