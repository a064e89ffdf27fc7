//! The form of messages: protobuf passes as it is, JSON is translated.

use bytes::Bytes;
use http::HeaderValue;
use prost::Message as _;
use prost_reflect::MessageDescriptor;

use super::super::frame::too_large;
use super::{Coding, gzip, json, weight};
use crate::grpc::schema::Method;
use crate::grpc::status::{Code, Status};

/// The form of a call's messages.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Codec {
    Proto,
    Json,
}

impl Codec {
    pub(super) fn unary_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Proto => "application/proto",
            Self::Json => "application/json",
        })
    }

    pub(super) fn stream_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Proto => "application/connect+proto",
            Self::Json => "application/connect+json",
        })
    }
}

/// Brings a method's messages from one form into the other.
#[derive(Clone, Debug)]
pub(super) enum Transcoder {
    Proto {
        limit: usize,
    },
    Json {
        input: MessageDescriptor,
        output: MessageDescriptor,
        limit: usize,
    },
}

impl Transcoder {
    /// # Errors
    ///
    /// Fails on JSON for a method without descriptors.
    pub(super) fn new(codec: Codec, method: Option<&Method>, limit: usize) -> Result<Self, Status> {
        match (codec, method) {
            (Codec::Proto, _) => Ok(Self::Proto { limit }),
            (Codec::Json, Some(method)) => Ok(Self::Json {
                input: method.input.clone(),
                output: method.output.clone(),
                limit,
            }),
            (Codec::Json, None) => Err(Status::new(
                Code::Unimplemented,
                "JSON needs the service's descriptors: register them with `faas::descriptors!`, or send protobuf",
            )),
        }
    }

    pub(super) fn codec(&self) -> Codec {
        match self {
            Self::Proto { .. } => Codec::Proto,
            Self::Json { .. } => Codec::Json,
        }
    }

    /// Makes protobuf of a request's message.
    ///
    /// # Errors
    ///
    /// Fails on what cannot be decompressed or is no JSON of the method's input, and on what is over the limit, be it in
    /// bytes or in memory.
    pub(super) fn request(&self, message: Bytes, coding: Coding) -> Result<Bytes, Status> {
        let limit = match self {
            Self::Proto { limit } | Self::Json { limit, .. } => *limit,
        };
        // "must not attempt to decompress zero-length" content
        let plain = match coding {
            Coding::Gzip if !message.is_empty() => gzip::decompress(&message, limit)?,
            Coding::Gzip | Coding::Identity => message,
        };
        let Self::Json { input, .. } = self else {
            return Ok(plain);
        };
        weight::check(input, &plain, limit)
            .map_err(|error| Status::new(Code::ResourceExhausted, error.to_string()))?;
        let message = json::read(input, &plain)
            .map_err(|error| Status::new(Code::InvalidArgument, error.to_string()))?;
        match message.encoded_len() {
            length if length > limit => Err(too_large(length, limit)),
            _ => Ok(message.encode_to_vec().into()),
        }
    }

    /// Makes the caller's form of an answer's message, which stays compressed if it was. It is not limited: the answer of
    /// our own service lies in memory already.
    ///
    /// # Errors
    ///
    /// Fails on a message that is not of the method's output, or has no JSON.
    pub(super) fn answer(&self, message: Bytes, coding: Coding) -> Result<Bytes, Status> {
        let Self::Json { output, .. } = self else {
            return Ok(message);
        };
        let plain = match coding {
            Coding::Gzip => gzip::decompress(&message, usize::MAX).map_err(super::ours)?,
            Coding::Identity => message,
        };
        let failed =
            |error: String| Status::new(Code::Internal, format!("the answer has no JSON: {error}"));
        let json = json::write(output, &plain).map_err(|error| failed(error.to_string()))?;
        match coding {
            Coding::Gzip => gzip::compress(&json).map_err(|error| failed(error.to_string())),
            Coding::Identity => Ok(json.into()),
        }
    }
}
