//! A service with methods of all kinds, as descriptors and as Rust.

use prost::Message;
use prost_reflect::DescriptorPool;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::method_options::IdempotencyLevel;
use prost_types::{
    Any, DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MethodDescriptorProto, MethodOptions, ServiceDescriptorProto, Timestamp,
};

use crate::grpc::schema::Schema;

/// Unary, without side effects.
pub(super) const GET: &str = "/shop.v1.Shop/Get";
/// Unary.
pub(super) const PUT: &str = "/shop.v1.Shop/Put";
pub(super) const LIST: &str = "/shop.v1.Shop/List";
pub(super) const COLLECT: &str = "/shop.v1.Shop/Collect";
pub(super) const CHAT: &str = "/shop.v1.Shop/Chat";

#[derive(Clone, PartialEq, Message)]
pub(super) struct Item {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(int64, tag = "2")]
    pub(super) in_stock: i64,
    #[prost(string, repeated, tag = "3")]
    pub(super) tags: Vec<String>,
    #[prost(message, optional, tag = "4")]
    pub(super) extra: Option<Any>,
    #[prost(message, optional, tag = "5")]
    pub(super) since: Option<Timestamp>,
    #[prost(message, optional, boxed, tag = "6")]
    pub(super) inner: Option<Box<Self>>,
}

pub(super) fn item(name: &str) -> Vec<u8> {
    let name = name.to_owned();
    Item {
        name,
        ..Item::default()
    }
    .encode_to_vec()
}

pub(super) fn schema() -> Schema {
    Schema::new([&*set().encode_to_vec()]).unwrap()
}

pub(super) fn set() -> FileDescriptorSet {
    let known = DescriptorPool::global();
    let needed = [
        "google/protobuf/any.proto",
        "google/protobuf/timestamp.proto",
    ];
    let known = needed.map(|name| {
        known
            .get_file_by_name(name)
            .unwrap()
            .file_descriptor_proto()
            .clone()
    });
    // those that need others need not come after them
    FileDescriptorSet {
        file: [vec![file()], known.to_vec()].concat(),
    }
}

fn file() -> FileDescriptorProto {
    let item = DescriptorProto {
        name: Some("Item".to_owned()),
        field: vec![
            field("name", 1, Type::String, ""),
            field("in_stock", 2, Type::Int64, ""),
            FieldDescriptorProto {
                label: Some(Label::Repeated.into()),
                ..field("tags", 3, Type::String, "")
            },
            field("extra", 4, Type::Message, ".google.protobuf.Any"),
            field("since", 5, Type::Message, ".google.protobuf.Timestamp"),
            field("inner", 6, Type::Message, ".shop.v1.Item"),
        ],
        ..DescriptorProto::default()
    };
    let service = ServiceDescriptorProto {
        name: Some("Shop".to_owned()),
        method: vec![
            MethodDescriptorProto {
                options: Some(MethodOptions {
                    idempotency_level: Some(IdempotencyLevel::NoSideEffects.into()),
                    ..MethodOptions::default()
                }),
                ..method("Get", false, false)
            },
            method("Put", false, false),
            method("List", false, true),
            method("Collect", true, false),
            method("Chat", true, true),
        ],
        ..ServiceDescriptorProto::default()
    };
    FileDescriptorProto {
        name: Some("shop/v1/shop.proto".to_owned()),
        package: Some("shop.v1".to_owned()),
        dependency: vec![
            "google/protobuf/any.proto".to_owned(),
            "google/protobuf/timestamp.proto".to_owned(),
        ],
        message_type: vec![item],
        service: vec![service],
        syntax: Some("proto3".to_owned()),
        ..FileDescriptorProto::default()
    }
}

fn field(name: &str, number: i32, kind: Type, of: &str) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(kind.into()),
        type_name: Some(of.to_owned()).filter(|of| !of.is_empty()),
        ..FieldDescriptorProto::default()
    }
}

fn method(name: &str, client: bool, server: bool) -> MethodDescriptorProto {
    MethodDescriptorProto {
        name: Some(name.to_owned()),
        input_type: Some(".shop.v1.Item".to_owned()),
        output_type: Some(".shop.v1.Item".to_owned()),
        client_streaming: Some(client),
        server_streaming: Some(server),
        ..MethodDescriptorProto::default()
    }
}
