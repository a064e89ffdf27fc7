//! gRPC's reflection service (gRPC Server Reflection Protocol), in both versions that clients ask for.
//!
//! It answers from the [`Schema`] that Connect's JSON is made of. A question that has no answer is answered so, and the
//! stream goes on; nothing runs beside the call. `wire` are the messages, `describe` what the service says of itself.

mod answer;
mod describe;
mod wire;

use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::{Ready, ready};
use futures_util::{FutureExt, StreamExt, stream::Stream};
use http::Request;
use prost::Message;
use tonic::server::{Grpc, StreamingService};
use tonic::{Response, Status, Streaming};

pub(super) use self::describe::describe;
use self::wire::Question;
use super::failure;
use super::method::AsBytes;
use super::schema::Schema;
use crate::function::Calls;

pub(super) const V1: &str = "grpc.reflection.v1.ServerReflection";
pub(super) const V1_ALPHA: &str = "grpc.reflection.v1alpha.ServerReflection";

/// The only method of both.
const METHOD: &str = "ServerReflectionInfo";

/// Makes the service, which lists these others: those without descriptors have their names alone.
pub(super) fn service(services: &[&'static str], schema: &Schema) -> Calls {
    let reflection = Reflection {
        services: services.into(),
        schema: schema.clone(),
    };
    Arc::new(move |request: Request<Body>| {
        if !request.uri().path().ends_with(METHOD) {
            let unknown = Status::unimplemented("no such method");
            return ready(failure::refused(&unknown)).boxed();
        }
        let reflection = reflection.clone();
        Box::pin(async move {
            let mut server = Grpc::new(AsBytes).max_decoding_message_size(LONGEST);
            server.streaming(reflection, request).await.map(Body::new)
        })
    })
}

/// A question is a name; the longest ones of protobuf have some hundred bytes.
const LONGEST: usize = 64 * 1024;

/// What there is to tell.
#[derive(Clone)]
struct Reflection {
    services: Arc<[&'static str]>,
    schema: Schema,
}

impl StreamingService<Bytes> for Reflection {
    type Response = Bytes;
    type ResponseStream = Pin<Box<dyn Stream<Item = Result<Bytes, Status>> + Send>>;
    type Future = Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: tonic::Request<Streaming<Bytes>>) -> Self::Future {
        let reflection = self.clone();
        let answers = request.into_inner().map(move |asked| {
            let question = Question::decode(asked?)
                .map_err(|error| Status::invalid_argument(error.to_string()))?;
            Ok(reflection.answer(question).encode_to_vec().into())
        });
        ready(Ok(Response::new(Box::pin(answers))))
    }
}

#[cfg(test)]
mod tests {
    //! Questions and their answers, over the whole of the service.

    use std::convert::Infallible;

    use http_body_util::{BodyExt, StreamBody};
    use prost_types::field_descriptor_proto::{Label, Type};
    use prost_types::{
        DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto,
        FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto, ServiceDescriptorProto,
        descriptor_proto::ExtensionRange,
    };

    use super::wire::{Answer, Asked, Extension, Told};
    use super::*;

    fn named(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    fn field(name: &str, number: i32, extendee: Option<&str>) -> FieldDescriptorProto {
        FieldDescriptorProto {
            name: named(name),
            number: Some(number),
            label: Some(Label::Optional.into()),
            r#type: Some(Type::String.into()),
            extendee: extendee.and_then(named),
            ..FieldDescriptorProto::default()
        }
    }

    fn shop() -> FileDescriptorProto {
        let colour = EnumDescriptorProto {
            name: named("Colour"),
            value: vec![EnumValueDescriptorProto {
                name: named("RED"),
                number: Some(0),
                options: None,
            }],
            ..EnumDescriptorProto::default()
        };
        let get = MethodDescriptorProto {
            name: named("Get"),
            input_type: named(".shop.Item"),
            output_type: named(".shop.Item"),
            ..MethodDescriptorProto::default()
        };
        FileDescriptorProto {
            name: named("shop.proto"),
            package: named("shop"),
            message_type: vec![DescriptorProto {
                name: named("Item"),
                field: vec![field("id", 1, None)],
                extension_range: vec![ExtensionRange {
                    start: Some(100),
                    end: Some(200),
                    options: None,
                }],
                enum_type: vec![colour.clone()],
                ..DescriptorProto::default()
            }],
            enum_type: vec![EnumDescriptorProto {
                name: named("Size"),
                value: vec![EnumValueDescriptorProto {
                    name: named("SMALL"),
                    ..colour.value[0].clone()
                }],
                ..EnumDescriptorProto::default()
            }],
            service: vec![ServiceDescriptorProto {
                name: named("Shop"),
                method: vec![get],
                ..ServiceDescriptorProto::default()
            }],
            syntax: named("proto2"),
            ..FileDescriptorProto::default()
        }
    }

    fn extras() -> FileDescriptorProto {
        FileDescriptorProto {
            name: named("extras.proto"),
            package: named("extras"),
            dependency: vec!["shop.proto".to_owned()],
            extension: vec![
                field("note", 100, Some(".shop.Item")),
                field("more", 101, Some(".shop.Item")),
            ],
            syntax: named("proto2"),
            ..FileDescriptorProto::default()
        }
    }

    fn schema() -> Schema {
        let set = FileDescriptorSet {
            file: vec![shop(), extras()],
        };
        let mut schema = Schema::new([&*set.encode_to_vec()]).unwrap();
        schema.add(describe());
        schema.add(crate::grpc::health::describe());
        schema
    }

    /// Asks all of it in one stream.
    async fn ask(questions: impl IntoIterator<Item = Asked>) -> Vec<Told> {
        let frames: Vec<_> = questions
            .into_iter()
            .map(|asked| {
                let question = Question {
                    host: "here".to_owned(),
                    asked: Some(asked),
                };
                let message = question.encode_to_vec();
                let length = u32::try_from(message.len()).unwrap().to_be_bytes();
                let bytes = Bytes::from([&[0][..], &length, &message].concat());
                Ok::<_, Infallible>(http_body::Frame::data(bytes))
            })
            .collect();
        let request = Request::post(format!("/{V1}/{METHOD}"))
            .header("content-type", "application/grpc")
            .body(Body::new(StreamBody::new(futures_util::stream::iter(
                frames,
            ))))
            .unwrap();
        let answer = service(&["shop.Shop", V1], &schema())(request).await;
        let body = answer.into_body().collect().await.unwrap();
        assert_eq!(body.trailers().unwrap()["grpc-status"], "0");
        let mut bytes = body.to_bytes();
        let mut answers = Vec::new();
        while !bytes.is_empty() {
            let head = bytes.split_to(5);
            let length = u32::from_be_bytes(head[1..].try_into().unwrap());
            let answer = Answer::decode(bytes.split_to(length as usize)).unwrap();
            assert_eq!(
                (&*answer.host, &*answer.question.unwrap().host),
                ("here", "here")
            );
            answers.push(answer.told.unwrap());
        }
        answers
    }

    #[track_caller]
    fn file(told: &Told) -> String {
        let Told::Files(files) = told else {
            panic!("{told:?}");
        };
        assert_eq!(files.files.len(), 1);
        let file = FileDescriptorProto::decode(&*files.files[0]).unwrap();
        file.name.unwrap()
    }

    #[tokio::test]
    async fn files_are_found_by_all_that_is_in_them() {
        let symbols = [
            ("shop.Shop", "shop.proto"),
            ("shop.Shop.Get", "shop.proto"),
            ("shop.Item", "shop.proto"),
            ("shop.Item.id", "shop.proto"),
            ("shop.Item.Colour", "shop.proto"),
            ("shop.Item.RED", "shop.proto"),
            ("shop.Size", "shop.proto"),
            ("shop.SMALL", "shop.proto"),
            ("extras.note", "extras.proto"),
            (V1, "grpc/reflection/v1/reflection.proto"),
            (V1_ALPHA, "grpc/reflection/v1alpha/reflection.proto"),
            ("grpc.health.v1.Health", "health.proto"),
            (
                "google.protobuf.Timestamp",
                "google/protobuf/timestamp.proto",
            ),
        ];
        let asked = symbols.map(|(symbol, _)| Asked::FileOfSymbol(symbol.to_owned()));
        for ((symbol, expected), told) in symbols.iter().zip(ask(asked).await) {
            let found = file(&told);
            assert!(found.ends_with(expected), "{symbol}: {found}");
        }
        let told = ask([Asked::FileByName("shop.proto".to_owned())]).await;
        assert_eq!(file(&told[0]), "shop.proto");
    }

    #[tokio::test]
    async fn extensions_are_found_by_their_message() {
        let of = "shop.Item".to_owned();
        let told = ask([
            Asked::FileOfExtension(Extension {
                of: of.clone(),
                number: 101,
            }),
            Asked::ExtensionsOfType(of),
            Asked::ExtensionsOfType("google.protobuf.Empty".to_owned()),
        ])
        .await;
        assert_eq!(file(&told[0]), "extras.proto");
        let numbers = |told: &Told| match told {
            Told::Extensions(found) => found.numbers.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(numbers(&told[1]), [100, 101]);
        assert!(numbers(&told[2]).is_empty());
    }

    #[tokio::test]
    async fn what_is_unknown_is_answered_and_the_stream_goes_on() {
        let name = || "shop.Nobody".to_owned();
        let told = ask([
            Asked::FileOfSymbol(name()),
            Asked::FileOfSymbol(String::new()),
            Asked::FileOfSymbol("shop.Shop.Put".to_owned()),
            Asked::FileByName(name()),
            Asked::FileOfExtension(Extension {
                of: "shop.Item".to_owned(),
                number: -1,
            }),
            Asked::ExtensionsOfType(name()),
            Asked::Services(String::new()),
        ])
        .await;
        let (last, unknown) = told.split_last().unwrap();
        assert_eq!(unknown.len(), 6);
        for told in unknown {
            assert!(
                matches!(told, Told::Error(error) if error.code == 5 && !error.message.is_empty()),
                "{told:?}"
            );
        }
        let Told::Services(list) = last else {
            panic!("{last:?}");
        };
        let names: Vec<_> = list.services.iter().map(|it| &*it.name).collect();
        assert_eq!(names, ["shop.Shop", V1]);
    }

    #[tokio::test]
    async fn another_method_is_unknown() {
        let request = Request::post(format!("/{V1}/Other"))
            .body(Body::empty())
            .unwrap();
        let answer = service(&[], &schema())(request).await;
        assert_eq!(answer.headers()["grpc-status"], "12");
    }
}
