//! One catalogue for clients of gRPC and of Thrift: a resource that implements what the two descriptions ask for.

mod catalogue;
#[allow(
    clippy::allow_attributes_without_reason,
    unnameable_types,
    unreachable_pub,
    unused_qualifications,
    reason = "generated of proto/shop.proto"
)]
// ANCHOR: include
mod shop {
    faas::include_proto!("shop.v1");
}
// ANCHOR_END: include

use std::process::ExitCode;
use std::vec;

use faas::rpc::thrift::{Exception, Undeclared};
use pilota::FastStr;
use tonic::codegen::tokio_stream::{self, Iter};
use tonic::{Request, Response, Status};

use crate::catalogue::Catalogue;
use crate::shop::shop_server::{Shop, ShopServer};
use crate::shop::{FindRequest, SearchRequest};
use crate::stock::{NotFound, Stock, StockFindException, StockServer};

faas::include_thrift!("shop");

// ANCHOR: resource
#[faas::resource]
fn catalogue() -> Catalogue {
    Catalogue::load()
}
// ANCHOR_END: resource

// ANCHOR: grpc
/// The service of `proto/shop.proto`: native gRPC, gRPC-Web and Connect.
#[faas::grpc]
impl Shop for Catalogue {
    async fn find(&self, request: Request<FindRequest>) -> Result<Response<shop::Item>, Status> {
        let id = request.into_inner().id;
        let found = self.item(id);
        let item = found.ok_or_else(|| Status::not_found(format!("there is no item {id}")))?;
        Ok(Response::new(item.into()))
    }

    type SearchStream = Iter<vec::IntoIter<Result<shop::Item, Status>>>;

    #[faas(timeout = "2s")]
    async fn search(
        &self,
        request: Request<SearchRequest>,
    ) -> Result<Response<Self::SearchStream>, Status> {
        let found = self.with_word(&request.into_inner().word);
        let items: Vec<_> = found.into_iter().map(|item| Ok(item.into())).collect();
        Ok(Response::new(tokio_stream::iter(items)))
    }
}
// ANCHOR_END: grpc

// ANCHOR: thrift
/// The service of `idl/shop.thrift`: on a port of its own, and over HTTP.
#[faas::thrift]
impl Stock for Catalogue {
    async fn find(&self, id: i64) -> Result<stock::Item, Exception<StockFindException>> {
        let found = self.item(id);
        Ok(found.ok_or(NotFound { id })?.into())
    }

    #[faas(timeout = "2s")]
    async fn search(&self, word: FastStr) -> Result<Vec<stock::Item>, Exception<Undeclared>> {
        let found = self.with_word(&word);
        Ok(found.into_iter().map(Into::into).collect())
    }
}
// ANCHOR_END: thrift

impl From<catalogue::Item> for shop::Item {
    fn from(item: catalogue::Item) -> Self {
        Self {
            id: item.id,
            name: item.name.to_owned(),
            price: item.price,
        }
    }
}

impl From<catalogue::Item> for stock::Item {
    fn from(item: catalogue::Item) -> Self {
        Self {
            id: item.id,
            name: FastStr::from_static_str(item.name),
            price: item.price,
        }
    }
}

fn main() -> ExitCode {
    faas::run()
}

#[cfg(test)]
mod tests;
