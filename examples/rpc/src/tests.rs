//! Both services in process, by their generated clients; and the forms that need no client.

use faas::rpc::thrift::ClientError;
use faas::testing::App;
use http::Request;
use serde_json::{Value, json};
use tonic::Code;

use super::*;
use crate::shop::shop_client::ShopClient;
use crate::stock::StockClient;

// ANCHOR: test_grpc
#[tokio::test]
async fn grpc_finds_an_item() {
    let app = App::new().start().await;
    let mut shop = ShopClient::new(app.grpc());
    let item = shop.find(FindRequest { id: 2 }).await.unwrap();
    assert_eq!(item.into_inner().name, "blue ink");

    let missing = shop.find(FindRequest { id: 9 }).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(missing.message(), "there is no item 9");
}
// ANCHOR_END: test_grpc

#[tokio::test]
async fn grpc_streams_what_it_finds() {
    let app = App::new().start().await;
    let mut shop = ShopClient::new(app.grpc());
    let word = "ink".to_owned();
    let mut found = shop
        .search(SearchRequest { word })
        .await
        .unwrap()
        .into_inner();
    let mut names = Vec::new();
    while let Some(item) = found.message().await.unwrap() {
        names.push(item.name);
    }
    assert_eq!(names, ["blue ink", "red ink"]);
}

// ANCHOR: test_thrift
#[tokio::test]
async fn thrift_finds_an_item() {
    let app = App::new().start().await;
    let stock = StockClient::new(app.thrift());
    assert_eq!(stock.find(2).await.unwrap().name, "blue ink");

    let missing = stock.find(9).await.unwrap_err();
    let ClientError::Declared(StockFindException::Missing(missing)) = missing else {
        panic!("{missing:?}");
    };
    assert_eq!(missing.id, 9);
}
// ANCHOR_END: test_thrift

#[tokio::test]
async fn thrift_lists_what_it_finds() {
    let app = App::new().start().await;
    let stock = StockClient::new(app.thrift());
    let found = stock.search("ink".into()).await.unwrap();
    assert_eq!(found.iter().map(|item| item.id).collect::<Vec<_>>(), [2, 3]);
}

#[tokio::test]
async fn any_http_client_can_call() {
    let app = App::new().start().await;
    let call = Request::post("/shop.v1.Shop/Find").header("content-type", "application/json");
    let answer = app.http(call.body(r#"{"id": "3"}"#).unwrap()).await;
    let item = json!({ "id": "3", "name": "red ink", "price": "950" });
    assert_eq!(
        (answer.status().as_u16(), answer.json::<Value>()),
        (200, item)
    );
}
