//! Functions that are one method of a service: tonic's server around a handler of bytes, whatever its types.

use std::pin::Pin;

use axum::body::Body;
use bytes::{Buf, BufMut, Bytes};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream};
use http::{Request, Response};
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::server::{Grpc, ServerStreamingService, StreamingService};
use tonic::{Status, Streaming};

use super::failure;
use super::settings::GrpcSection;
use crate::application::bounds::Bounds;
use crate::error::Error;
use crate::invocation::{Parts, Slot};

/// What a call brings to its handler, for the parameters to take.
#[derive(Debug)]
pub struct Incoming {
    /// The metadata.
    pub metadata: MetadataMap,
    /// The messages.
    pub messages: Option<Messages>,
}

/// The encoded messages of a call.
#[expect(clippy::exhaustive_enums, reason = "gRPC has no third form")]
#[derive(Debug)]
pub enum Messages {
    /// The only one.
    One(Bytes),
    /// One after the other.
    Many(Box<Streaming<Bytes>>),
}

/// The encoded messages of an answer.
pub type Replies = Pin<Box<dyn Stream<Item = Result<Bytes, Status>> + Send>>;

/// What a handler answers.
#[expect(clippy::exhaustive_enums, reason = "gRPC has no third form")]
pub enum Reply {
    /// The only message.
    One(Bytes),
    /// One after the other.
    Many(Replies),
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::One(_) => "One",
            Self::Many(_) => "Many",
        })
    }
}

/// The handler: its parameters are in the slot, as [`Incoming`].
pub type Handler = fn(Parts, Slot) -> BoxFuture<'static, Result<Reply, Error>>;

/// Serves one call of a method whose messages are a stream, if `streams`, or one.
pub fn call(
    request: Request<Body>,
    streams: bool,
    handler: Handler,
) -> BoxFuture<'static, Response<Body>> {
    Box::pin(async move {
        let Some(parts) = request.extensions().get::<Parts>().cloned() else {
            return failure::refused(&Status::internal("no application serves this call"));
        };
        if streams && let Some(bounds) = request.extensions().get::<Bounds>() {
            bounds.await_messages();
        }
        let settings = GrpcSection::of(&parts);
        let max = settings.max_message();
        let mut server = Grpc::new(AsBytes)
            .max_decoding_message_size(max)
            .accept_compressed(CompressionEncoding::Gzip);
        if settings.compression.is_some() {
            server = server.send_compressed(CompressionEncoding::Gzip);
        }
        let method = Method { parts, handler };
        let response = if streams {
            server.streaming(method, request).await
        } else {
            server.server_streaming(method, request).await
        };
        response.map(Body::new)
    })
}

/// The handler as tonic calls it.
struct Method {
    parts: Parts,
    handler: Handler,
}

impl Method {
    fn answer(&self, metadata: MetadataMap, messages: Messages) -> Answering {
        let incoming = Incoming {
            metadata,
            messages: Some(messages),
        };
        let handling = (self.handler)(self.parts.clone(), Slot::of_call(incoming));
        Box::pin(async move {
            match handling.await {
                Ok(Reply::One(message)) => {
                    let only: Replies = Box::pin(stream::iter([Ok(message)]));
                    Ok(tonic::Response::new(only))
                }
                Ok(Reply::Many(messages)) => Ok(tonic::Response::new(messages)),
                Err(error) => Err(failure::of(error)),
            }
        })
    }
}

type Answering = BoxFuture<'static, Result<tonic::Response<Replies>, Status>>;

impl ServerStreamingService<Bytes> for Method {
    type Response = Bytes;
    type ResponseStream = Replies;
    type Future = Answering;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Answering {
        let (metadata, _, message) = request.into_parts();
        self.answer(metadata, Messages::One(message))
    }
}

impl StreamingService<Bytes> for Method {
    type Response = Bytes;
    type ResponseStream = Replies;
    type Future = Answering;

    fn call(&mut self, request: tonic::Request<Streaming<Bytes>>) -> Answering {
        let (metadata, _, messages) = request.into_parts();
        self.answer(metadata, Messages::Many(Box::new(messages)))
    }
}

/// Leaves messages encoded: their types are known to the handler's parameters alone.
pub(super) struct AsBytes;

impl Codec for AsBytes {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for AsBytes {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put(message);
        Ok(())
    }
}

impl Decoder for AsBytes {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, message: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(message.copy_to_bytes(message.remaining())))
    }
}
