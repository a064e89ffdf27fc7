//! `grpc.testing.TestService` as gRPC's `doc/interop-test-descriptions.md` describes its server.
//!
//! Tonic does not show a handler which messages came compressed, so a call counts as compressed when it says so in its
//! metadata; and it compresses a stream whole or not at all.

use std::time::Duration;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tonic::codec::CompressionEncoding::Gzip;
use tonic::metadata::MetadataMap;
use tonic::{Code, Request, Response, Status, Streaming};

use super::echoing::Echoing;
use super::wire::testing::test_service_server::{TestService, TestServiceServer};
use super::wire::testing::{
    BoolValue, EchoStatus, Empty, Payload, PayloadType, ResponseParameters, SimpleRequest,
    SimpleResponse, StreamingInputCallRequest, StreamingInputCallResponse,
    StreamingOutputCallRequest, StreamingOutputCallResponse,
};

struct Interop;

#[faas::grpc]
fn interop() -> Echoing<TestServiceServer<Interop>> {
    Echoing(
        TestServiceServer::new(Interop)
            .accept_compressed(Gzip)
            .send_compressed(Gzip),
    )
}

type Outputs = BoxStream<'static, Result<StreamingOutputCallResponse, Status>>;

#[tonic::async_trait]
impl TestService for Interop {
    type StreamingOutputCallStream = Outputs;
    type FullDuplexCallStream = Outputs;
    type HalfDuplexCallStream = Outputs;

    async fn empty_call(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        Ok(Response::new(Empty {}))
    }

    async fn unary_call(
        &self,
        request: Request<SimpleRequest>,
    ) -> Result<Response<SimpleResponse>, Status> {
        let (metadata, _, wanted) = request.into_parts();
        expect_compressed(wanted.expect_compressed, &metadata)?;
        fail_with(wanted.response_status)?;
        let mut response = Response::new(SimpleResponse {
            payload: Some(zeros(wanted.response_type, wanted.response_size)?),
            ..SimpleResponse::default()
        });
        if !wanted.response_compressed.is_some_and(|flag| flag.value) {
            response.disable_compression();
        }
        Ok(response)
    }

    async fn streaming_output_call(
        &self,
        request: Request<StreamingOutputCallRequest>,
    ) -> Result<Response<Outputs>, Status> {
        Ok(Response::new(outputs(request.into_inner())?.boxed()))
    }

    async fn streaming_input_call(
        &self,
        request: Request<Streaming<StreamingInputCallRequest>>,
    ) -> Result<Response<StreamingInputCallResponse>, Status> {
        let (metadata, _, mut inputs) = request.into_parts();
        let mut size = 0_usize;
        while let Some(input) = inputs.try_next().await? {
            expect_compressed(input.expect_compressed, &metadata)?;
            size = size.saturating_add(input.payload.map_or(0, |payload| payload.body.len()));
        }
        Ok(Response::new(StreamingInputCallResponse {
            aggregated_payload_size: i32::try_from(size).unwrap_or(i32::MAX),
        }))
    }

    async fn full_duplex_call(
        &self,
        request: Request<Streaming<StreamingOutputCallRequest>>,
    ) -> Result<Response<Outputs>, Status> {
        let requests = request.into_inner();
        let answers = requests.and_then(|request| async { outputs(request) });
        Ok(Response::new(answers.try_flatten().boxed()))
    }

    async fn half_duplex_call(
        &self,
        request: Request<Streaming<StreamingOutputCallRequest>>,
    ) -> Result<Response<Outputs>, Status> {
        let requests: Vec<_> = request.into_inner().try_collect().await?;
        let answers = stream::iter(requests).map(outputs);
        Ok(Response::new(answers.try_flatten().boxed()))
    }
}

/// The answers to one request of a stream.
fn outputs(
    request: StreamingOutputCallRequest,
) -> Result<impl futures_util::Stream<Item = Result<StreamingOutputCallResponse, Status>>, Status> {
    fail_with(request.response_status)?;
    let kind = request.response_type;
    let answer = move |wanted: ResponseParameters| async move {
        let interval = u64::try_from(wanted.interval_us).unwrap_or(0);
        if interval > 0 {
            tokio::time::sleep(Duration::from_micros(interval)).await;
        }
        let payload = Some(zeros(kind, wanted.size)?);
        Ok(StreamingOutputCallResponse { payload })
    };
    Ok(stream::iter(request.response_parameters).then(answer))
}

fn zeros(kind: i32, size: i32) -> Result<Payload, Status> {
    if kind != i32::from(PayloadType::Compressable) {
        return Err(Status::invalid_argument(format!(
            "there are no payloads of type {kind}"
        )));
    }
    let size = usize::try_from(size)
        .map_err(|_| Status::invalid_argument(format!("{size} bytes are too few")))?;
    Ok(Payload {
        r#type: kind,
        body: vec![0; size],
    })
}

fn fail_with(status: Option<EchoStatus>) -> Result<(), Status> {
    match status {
        Some(EchoStatus { code, message }) => Err(Status::new(Code::from(code), message)),
        None => Ok(()),
    }
}

fn expect_compressed(flag: Option<BoolValue>, metadata: &MetadataMap) -> Result<(), Status> {
    let compressed = metadata
        .get("grpc-encoding")
        .is_some_and(|it| it != "identity");
    if flag.is_some_and(|flag| flag.value) && !compressed {
        return Err(Status::invalid_argument("the request is not compressed"));
    }
    Ok(())
}
