// code: F0107
//! The name of the service, which the trait has already.

use faas::rpc::thrift::{Exception, Undeclared};

#[path = "../items.rs"]
mod items;

struct Items;

#[faas::thrift("ItemService")]
impl items::ItemService for Items {
    async fn get(&self, id: i64) -> Result<String, Exception<Undeclared>> {
        Ok(id.to_string())
    }
}

fn main() {}
