//! The messages of gRPC's reflection (grpc/grpc, "src/proto/grpc/reflection/v1/reflection.proto"); those of v1alpha are the
//! same but for their package.

use prost::Message;

/// `ServerReflectionRequest`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Question {
    #[prost(string, tag = "1")]
    pub(super) host: String,
    #[prost(oneof = "Asked", tags = "3, 4, 5, 6, 7")]
    pub(super) asked: Option<Asked>,
}

/// Its `message_request`.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Asked {
    #[prost(string, tag = "3")]
    FileByName(String),
    #[prost(string, tag = "4")]
    FileOfSymbol(String),
    #[prost(message, tag = "5")]
    FileOfExtension(Extension),
    #[prost(string, tag = "6")]
    ExtensionsOfType(String),
    #[prost(string, tag = "7")]
    Services(String),
}

/// `ExtensionRequest`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Extension {
    #[prost(string, tag = "1")]
    pub(super) of: String,
    #[prost(int32, tag = "2")]
    pub(super) number: i32,
}

/// `ServerReflectionResponse`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Answer {
    #[prost(string, tag = "1")]
    pub(super) host: String,
    #[prost(message, optional, tag = "2")]
    pub(super) question: Option<Question>,
    #[prost(oneof = "Told", tags = "4, 5, 6, 7")]
    pub(super) told: Option<Told>,
}

/// Its `message_response`.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum Told {
    #[prost(message, tag = "4")]
    Files(Files),
    #[prost(message, tag = "5")]
    Extensions(Extensions),
    #[prost(message, tag = "6")]
    Services(Services),
    #[prost(message, tag = "7")]
    Error(Refusal),
}

/// `FileDescriptorResponse`: encoded `FileDescriptorProto`s.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Files {
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub(super) files: Vec<Vec<u8>>,
}

/// `ExtensionNumberResponse`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Extensions {
    #[prost(string, tag = "1")]
    pub(super) of: String,
    #[prost(int32, repeated, tag = "2")]
    pub(super) numbers: Vec<i32>,
}

/// `ListServiceResponse`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Services {
    #[prost(message, repeated, tag = "1")]
    pub(super) services: Vec<Service>,
}

/// `ServiceResponse`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Service {
    #[prost(string, tag = "1")]
    pub(super) name: String,
}

/// `ErrorResponse`: one of gRPC's codes.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Refusal {
    #[prost(int32, tag = "1")]
    pub(super) code: i32,
    #[prost(string, tag = "2")]
    pub(super) message: String,
}
