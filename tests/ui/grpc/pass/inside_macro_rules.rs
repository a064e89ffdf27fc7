//! Traits, types, methods and paths that come through a macro.

use faas::Proto;
use futures_util::stream::Empty;
use tonic::{Request, Response, Status};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

mod reexport {
    pub use faas as inner;
    pub use tonic_health::pb::health_server::HealthServer as Server;
}

macro_rules! service {
    ($trait:path, $type:ty, $timeout:literal, $(#[$meta:meta])* $check:ident) => {
        #[faas::grpc(server = crate::reexport::Server, crate = $crate::reexport::inner)]
        impl $trait for $type {
            type WatchStream = Empty<Result<HealthCheckResponse, Status>>;

            #[faas(timeout = $timeout)]
            $(#[$meta])*
            async fn $check(
                &self,
                _: Request<HealthCheckRequest>,
            ) -> Result<Response<HealthCheckResponse>, Status> {
                Ok(Response::new(HealthCheckResponse::default()))
            }

            async fn watch(
                &self,
                _: Request<HealthCheckRequest>,
            ) -> Result<Response<Self::WatchStream>, Status> {
                Err(Status::unimplemented("not watched"))
            }
        }
    };
}

macro_rules! annotated {
    ($item:item) => {
        #[faas::grpc]
        $item
    };
}

macro_rules! method {
    ($path:literal, $name:ident, $message:ty) => {
        #[faas::grpc($path)]
        async fn $name(_: Proto<$message>) -> Proto<HealthCheckResponse> {
            Proto(HealthCheckResponse::default())
        }
    };
}

struct Doctor;
struct Surgeon;
struct Nurse;

service!(
    tonic_health::pb::health_server::Health,
    Doctor,
    "2s",
    #[allow(clippy::needless_lifetimes)]
    check
);

mod nested {
    use super::*;

    service!(
        tonic_health::pb::health_server::Health,
        Surgeon,
        "500ms",
        check
    );
}

annotated! {
    impl tonic_health::pb::health_server::Health for Nurse {
        type WatchStream = Empty<Result<HealthCheckResponse, Status>>;

        #[faas(timeout = "2s")]
        async fn check(
            &self,
            _: Request<HealthCheckRequest>,
        ) -> Result<Response<HealthCheckResponse>, Status> {
            Ok(Response::new(HealthCheckResponse::default()))
        }

        async fn watch(
            &self,
            _: Request<HealthCheckRequest>,
        ) -> Result<Response<Self::WatchStream>, Status> {
            Err(Status::unimplemented("not watched"))
        }
    }
}

method!("test.Doctors/Check", check, HealthCheckRequest);

fn main() {}
