//! The services that every application with gRPC functions has: health and reflection.

use faas::Proto;
use faas::testing::App;
use futures_util::{StreamExt, stream};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::client::Number;

#[faas::grpc("own.v1.Own/Echo")]
async fn echo(it: Proto<Number>) -> Proto<Number> {
    it
}

fn of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.into(),
    }
}

#[tokio::test]
async fn it_is_serving() {
    let app = App::of(module_path!()).start().await;
    let mut health = HealthClient::new(app.grpc());
    for service in ["", "own.v1.Own", "grpc.health.v1.Health"] {
        let answer = health.check(of(service)).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    let unknown = health.check(of("own.v1.Other")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let mut watch = health.watch(of("own.v1.Other")).await.unwrap().into_inner();
    let first = watch.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::ServiceUnknown);
}

macro_rules! reflected {
    ($name:ident, $version:ident) => {
        #[tokio::test]
        async fn $name() {
            use $version::server_reflection_client::ServerReflectionClient;
            use $version::server_reflection_request::MessageRequest;
            use $version::server_reflection_response::MessageResponse;

            let app = App::of(module_path!()).start().await;
            let mut client = ServerReflectionClient::new(app.grpc());
            let ask = $version::ServerReflectionRequest {
                host: String::new(),
                message_request: Some(MessageRequest::ListServices(String::new())),
            };
            let mut answers = client
                .server_reflection_info(stream::iter([ask]).chain(stream::pending()))
                .await
                .unwrap()
                .into_inner();
            let answer = answers.message().await.unwrap().unwrap();
            let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
                panic!("{answer:?}");
            };
            let names: Vec<_> = list.service.iter().map(|it| it.name.as_str()).collect();
            assert!(names.contains(&"own.v1.Own"), "{names:?}");
            assert!(names.contains(&"grpc.health.v1.Health"), "{names:?}");
        }
    };
}

reflected!(reflection_v1, v1);
reflected!(reflection_v1alpha, v1alpha);
