//! `probe.Facts`: an implementation of the whole trait, which sees its calls through tonic's own types.

use std::collections::HashMap;

use faas::Context;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt};
use tonic::metadata::{KeyAndValueRef, MetadataMap};
use tonic::{Code, Request, Response, Status};

use super::wire::probe::facts_server::{Facts, FactsServer};
use super::wire::probe::{Failure, Gate, Text, Told, Values, values};
use crate::gate;

struct Notary;

#[faas::resource]
fn notary() -> Notary {
    Notary
}

#[faas::grpc]
impl Facts for Notary {
    type EachStream = BoxStream<'static, Result<Values, Status>>;
    type HoldMidStreamStream = BoxStream<'static, Result<Text, Status>>;

    async fn context(&self, request: Request<()>) -> Result<Response<Told>, Status> {
        let context = request.extensions().get::<Context>();
        let context = context.ok_or_else(|| Status::internal("there is no context"))?;
        Ok(Response::new(told(context, request.metadata())))
    }

    async fn echo(&self, request: Request<Values>) -> Result<Response<Values>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn each(&self, request: Request<Values>) -> Result<Response<Self::EachStream>, Status> {
        let answers = request.into_inner().numbers.into_iter().map(|number| {
            Ok(Values {
                choice: Some(values::Choice::Number(number)),
                ..Values::default()
            })
        });
        Ok(Response::new(stream::iter(answers).boxed()))
    }

    async fn metadata(&self, request: Request<()>) -> Result<Response<()>, Status> {
        let mut response = Response::new(());
        *response.metadata_mut() = beginning_with("echo-", request.metadata());
        Ok(response)
    }

    async fn hold(&self, request: Request<Gate>) -> Result<Response<Text>, Status> {
        wait_at(request.into_inner()).await.map(Response::new)
    }

    async fn hold_mid_stream(
        &self,
        request: Request<Gate>,
    ) -> Result<Response<Self::HoldMidStreamStream>, Status> {
        let waits = stream::iter([Ok(Text::of("waits"))]);
        let goes_on = wait_at(request.into_inner()).into_stream();
        Ok(Response::new(waits.chain(goes_on).boxed()))
    }

    #[faas(timeout = "300ms")]
    async fn impatient(&self, request: Request<Gate>) -> Result<Response<Text>, Status> {
        wait_at(request.into_inner()).await.map(Response::new)
    }

    /// A status with details, and with what of the metadata begins with `trail-`.
    async fn refuse(&self, request: Request<Failure>) -> Result<Response<Text>, Status> {
        let trailers = beginning_with("trail-", request.metadata());
        let failure = request.into_inner();
        failure.panic_if_asked();
        let Failure {
            code,
            message,
            details,
            ..
        } = failure;
        let details = details.into();
        Err(Status::with_details_and_metadata(
            Code::from(code),
            message,
            details,
            trailers,
        ))
    }
}

async fn wait_at(gate: Gate) -> Result<Text, Status> {
    let passed = gate.pass().await;
    passed.map_err(|error| Status::aborted(error.to_string()))?;
    Ok(Text::of(gate::WENT_ON))
}

fn told(context: &Context, metadata: &MetadataMap) -> Told {
    let mut told = Told {
        function: context.function().to_owned(),
        trigger: context.trigger().to_owned(),
        platform: context.platform().to_owned(),
        invocation_id: context.invocation_id().to_owned(),
        trace_id: context
            .trace()
            .map_or_else(String::new, |trace| trace.trace_id_hex().to_string()),
        client_address: context
            .client_address()
            .map_or_else(String::new, |it| it.to_string()),
        remaining_ms: context
            .remaining()
            .map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX)),
        metadata: HashMap::new(),
        binary_metadata: HashMap::new(),
    };
    for each in metadata.iter() {
        match each {
            KeyAndValueRef::Ascii(name, value) => {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                told.metadata.insert(name.as_str().to_owned(), value);
            }
            KeyAndValueRef::Binary(name, value) => {
                let value = value.to_bytes().unwrap_or_default().to_vec();
                told.binary_metadata.insert(name.as_str().to_owned(), value);
            }
        }
    }
    told
}

fn beginning_with(prefix: &str, metadata: &MetadataMap) -> MetadataMap {
    let mut found = MetadataMap::new();
    for each in metadata.iter() {
        match each {
            KeyAndValueRef::Ascii(name, value) if name.as_str().starts_with(prefix) => {
                found.append(name, value.clone());
            }
            KeyAndValueRef::Binary(name, value) if name.as_str().starts_with(prefix) => {
                found.append_bin(name, value.clone());
            }
            KeyAndValueRef::Ascii(..) | KeyAndValueRef::Binary(..) => {}
        }
    }
    found
}
