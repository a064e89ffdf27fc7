//! What the reflection services say of themselves: their files, which no compiler of ours has seen.

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MethodDescriptorProto,
    OneofDescriptorProto, ServiceDescriptorProto,
};

use super::METHOD;

/// Returns the files of both versions.
pub(in crate::grpc) fn describe() -> [FileDescriptorProto; 2] {
    ["v1", "v1alpha"].map(file)
}

/// A field: its name, its number, its type, and what else there is to it.
type Field = (&'static str, i32, Kind, Place);

enum Kind {
    Text,
    Bytes,
    Number,
    Of(&'static str),
}

enum Place {
    Once,
    Many,
    OneOf,
}

use self::Kind::{Bytes, Number, Of, Text};
use self::Place::{Many, Once, OneOf};

/// grpc/grpc, "src/proto/grpc/reflection/v1/reflection.proto" and ".../v1alpha/reflection.proto".
const MESSAGES: &[(&str, &str, &[Field])] = &[
    (
        "ServerReflectionRequest",
        "message_request",
        &[
            ("host", 1, Text, Once),
            ("file_by_filename", 3, Text, OneOf),
            ("file_containing_symbol", 4, Text, OneOf),
            (
                "file_containing_extension",
                5,
                Of("ExtensionRequest"),
                OneOf,
            ),
            ("all_extension_numbers_of_type", 6, Text, OneOf),
            ("list_services", 7, Text, OneOf),
        ],
    ),
    (
        "ExtensionRequest",
        "",
        &[
            ("containing_type", 1, Text, Once),
            ("extension_number", 2, Number, Once),
        ],
    ),
    (
        "ServerReflectionResponse",
        "message_response",
        &[
            ("valid_host", 1, Text, Once),
            ("original_request", 2, Of("ServerReflectionRequest"), Once),
            (
                "file_descriptor_response",
                4,
                Of("FileDescriptorResponse"),
                OneOf,
            ),
            (
                "all_extension_numbers_response",
                5,
                Of("ExtensionNumberResponse"),
                OneOf,
            ),
            (
                "list_services_response",
                6,
                Of("ListServiceResponse"),
                OneOf,
            ),
            ("error_response", 7, Of("ErrorResponse"), OneOf),
        ],
    ),
    (
        "FileDescriptorResponse",
        "",
        &[("file_descriptor_proto", 1, Bytes, Many)],
    ),
    (
        "ExtensionNumberResponse",
        "",
        &[
            ("base_type_name", 1, Text, Once),
            ("extension_number", 2, Number, Many),
        ],
    ),
    (
        "ListServiceResponse",
        "",
        &[("service", 1, Of("ServiceResponse"), Many)],
    ),
    ("ServiceResponse", "", &[("name", 1, Text, Once)]),
    (
        "ErrorResponse",
        "",
        &[
            ("error_code", 1, Number, Once),
            ("error_message", 2, Text, Once),
        ],
    ),
];

fn file(version: &str) -> FileDescriptorProto {
    let package = format!("grpc.reflection.{version}");
    let full = |name: &str| Some(format!(".{package}.{name}"));
    let message = |(name, oneof, fields): &(&str, &str, &[Field])| DescriptorProto {
        name: Some((*name).to_owned()),
        oneof_decl: (!oneof.is_empty())
            .then(|| OneofDescriptorProto {
                name: Some((*oneof).to_owned()),
                options: None,
            })
            .into_iter()
            .collect(),
        field: fields.iter().map(|it| field(it, &full)).collect(),
        ..DescriptorProto::default()
    };
    let method = MethodDescriptorProto {
        name: Some(METHOD.to_owned()),
        input_type: full("ServerReflectionRequest"),
        output_type: full("ServerReflectionResponse"),
        client_streaming: Some(true),
        server_streaming: Some(true),
        ..MethodDescriptorProto::default()
    };
    FileDescriptorProto {
        name: Some(format!("grpc/reflection/{version}/reflection.proto")),
        message_type: MESSAGES.iter().map(message).collect(),
        service: vec![ServiceDescriptorProto {
            name: Some("ServerReflection".to_owned()),
            method: vec![method],
            ..ServiceDescriptorProto::default()
        }],
        syntax: Some("proto3".to_owned()),
        package: Some(package.clone()),
        ..FileDescriptorProto::default()
    }
}

fn field(
    (name, number, kind, place): &Field,
    full: &impl Fn(&str) -> Option<String>,
) -> FieldDescriptorProto {
    let (kind, type_name) = match kind {
        Text => (Type::String, None),
        Bytes => (Type::Bytes, None),
        Number => (Type::Int32, None),
        Of(name) => (Type::Message, full(name)),
    };
    let label = match place {
        Many => Label::Repeated,
        Once | OneOf => Label::Optional,
    };
    FieldDescriptorProto {
        name: Some((*name).to_owned()),
        number: Some(*number),
        r#type: Some(kind.into()),
        label: Some(label.into()),
        type_name,
        oneof_index: matches!(place, OneOf).then_some(0),
        ..FieldDescriptorProto::default()
    }
}
