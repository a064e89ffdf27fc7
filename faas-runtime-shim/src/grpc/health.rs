//! gRPC's health service (gRPC Health Checking Protocol): serving from the start to the drain.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream::{self, Stream, StreamExt};
use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use tonic::{Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::front::calls;
use crate::function::Calls;
use crate::invocation::{Context, Parts};

pub(super) const NAME: &str = "grpc.health.v1.Health";

/// Makes the service, which knows these services and the empty name for all of them.
pub(super) fn service(services: &[&'static str]) -> Calls {
    calls(HealthServer::new(Checks {
        services: services.into(),
    }))
}

/// Returns the service's file.
pub(super) fn describe() -> Vec<FileDescriptorProto> {
    let set = FileDescriptorSet::decode(tonic_health::pb::FILE_DESCRIPTOR_SET);
    set.map(|set| set.file).unwrap_or_default()
}

struct Checks {
    services: Arc<[&'static str]>,
}

impl Checks {
    fn knows(&self, service: &str) -> bool {
        service.is_empty() || service == NAME || self.services.contains(&service)
    }
}

/// The application is found by the call: a service that held it would keep it for ever.
fn context<T>(request: &tonic::Request<T>) -> Result<&Context, Status> {
    let parts = request.extensions().get::<Parts>();
    parts
        .map(Parts::context)
        .ok_or_else(|| Status::unavailable("no application serves this call"))
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse {
        status: status.into(),
    }
}

#[tonic::async_trait]
impl Health for Checks {
    async fn check(
        &self,
        request: tonic::Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let is_draining = context(&request)?.application().is_draining();
        if !self.knows(&request.get_ref().service) {
            return Err(Status::not_found("no such service"));
        }
        Ok(Response::new(answer(if is_draining {
            ServingStatus::NotServing
        } else {
            ServingStatus::Serving
        })))
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    /// An unknown service is one that may still come, so the stream stays open. A drain ends it: else it would hold up the
    /// connection to the last moment.
    async fn watch(
        &self,
        request: tonic::Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let application = context(&request)?.application().clone();
        let first = if self.knows(&request.get_ref().service) {
            ServingStatus::Serving
        } else {
            ServingStatus::ServiceUnknown
        };
        let last = async move {
            application.draining().await;
            Ok(answer(ServingStatus::NotServing))
        };
        let first = stream::iter([Ok(answer(first))]);
        Ok(Response::new(Box::pin(first.chain(stream::once(last)))))
    }
}
