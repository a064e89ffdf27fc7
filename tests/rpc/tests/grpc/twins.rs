//! Two functions of one method.

use faas::Proto;
use faas::testing::App;

use crate::client::Number;

#[faas::grpc("twins.v1.Twins/One", name = "first")]
async fn one(it: Proto<Number>) -> Proto<Number> {
    it
}

#[faas::grpc("twins.v1.Twins/One", name = "second")]
async fn other(it: Proto<Number>) -> Proto<Number> {
    it
}

#[tokio::test]
async fn are_told_at_the_start() {
    let errors = App::of(module_path!()).try_start().await.unwrap_err();
    let text = errors.to_string();
    assert!(text.contains("F0214"), "{text}");
    assert!(text.contains("`twins.v1.Twins/One`"), "{text}");
}
