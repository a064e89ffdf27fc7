//! A parameter of calls where there is none yet.

use faas::Context;

#[path = "../items.rs"]
mod items;

#[faas::thrift]
fn server(_: Context) -> items::ItemServiceServer<()> {
    items::ItemServiceServer::new(())
}

impl items::ItemService for () {
    async fn get(
        &self,
        _: i64,
    ) -> Result<String, faas::rpc::thrift::Exception<faas::rpc::thrift::Undeclared>> {
        Ok(String::new())
    }
}

fn main() {}
