//! Clients of both services: `cargo run -p rpc --example client -- http://localhost:8080 localhost:9090`.

#[allow(
    clippy::allow_attributes_without_reason,
    unnameable_types,
    unreachable_pub,
    unused_qualifications,
    reason = "generated of proto/shop.proto"
)]
mod shop {
    faas::include_proto!("shop.v1");
}
faas::include_thrift!("shop");

use std::env::args;
use std::error::Error;

use faas::rpc::thrift::{ClientError, Tcp};
use tonic::transport::Endpoint;

use self::shop::shop_client::ShopClient;
use self::shop::{FindRequest, SearchRequest};
use self::stock::{StockClient, StockFindException};

// ANCHOR: client
#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "this is what it is for")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (Some(grpc), Some(thrift)) = (args().nth(1), args().nth(2)) else {
        return Err("usage: client http://GRPC:PORT THRIFT:PORT".into());
    };

    let mut shop = ShopClient::new(Endpoint::new(grpc)?.connect().await?);
    let item = shop.find(FindRequest { id: 1 }).await?.into_inner();
    println!("gRPC found a {} for {} cents", item.name, item.price);
    let word = "ink".to_owned();
    let mut found = shop.search(SearchRequest { word }).await?.into_inner();
    while let Some(item) = found.message().await? {
        println!("gRPC found {}", item.name);
    }
    if let Err(status) = shop.find(FindRequest { id: 9 }).await {
        println!("gRPC says {:?}: {}", status.code(), status.message());
    }

    let stock = StockClient::new(Tcp::framed(thrift));
    let item = stock.find(1).await?;
    println!("Thrift found a {} for {} cents", item.name, item.price);
    for item in stock.search("ink".into()).await? {
        println!("Thrift found {}", item.name);
    }
    if let Err(ClientError::Declared(StockFindException::Missing(missing))) = stock.find(9).await {
        println!("Thrift says there is no item {}", missing.id);
    }
    Ok(())
}
// ANCHOR_END: client
