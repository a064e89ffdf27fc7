//! Limits: of a function, and of a message.

use faas::Proto;
use faas::testing::{App, TestApp};
use tonic::Code;

use crate::client::{Number, Text, is_waiting, number, unary};

#[faas::grpc("limits.v1.Limits/Wait", concurrency = 1)]
async fn wait(Proto(_): Proto<Number>) -> Proto<Number> {
    std::future::pending().await
}

#[faas::grpc("limits.v1.Limits/Length")]
async fn length(Proto(it): Proto<Text>) -> Proto<Number> {
    Proto(number(it.text.len().try_into().unwrap()))
}

async fn app() -> TestApp {
    App::of(module_path!())
        .set("grpc.max_message", "1KiB")
        .start()
        .await
}

#[tokio::test]
async fn a_full_function_refuses() {
    let app = app().await;
    let first = unary::<_, Number>(&app, "/limits.v1.Limits/Wait", number(0));
    let mut first = std::pin::pin!(first);
    assert!(is_waiting(first.as_mut()));
    let refused = unary::<_, Number>(&app, "/limits.v1.Limits/Wait", number(0)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(
        refused.metadata().get("grpc-retry-pushback-ms").unwrap(),
        "1000"
    );
}

#[tokio::test]
async fn a_message_may_be_so_long_and_no_longer() {
    let app = app().await;
    let text = |length| Text {
        text: "x".repeat(length),
    };
    let answer = unary::<_, Number>(&app, "/limits.v1.Limits/Length", text(1000)).await;
    assert_eq!(answer.unwrap().into_inner(), number(1000));
    let refused = unary::<_, Number>(&app, "/limits.v1.Limits/Length", text(1024)).await;
    assert_eq!(refused.unwrap_err().code(), Code::OutOfRange);
}
