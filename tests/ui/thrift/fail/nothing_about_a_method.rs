// code: F0104
//! Nothing about a method.

use faas::rpc::thrift::{Exception, Undeclared};

#[path = "../items.rs"]
mod items;

struct Items;

#[faas::thrift]
impl items::ItemService for Items {
    #[faas]
    async fn get(&self, id: i64) -> Result<String, Exception<Undeclared>> {
        Ok(id.to_string())
    }
}

fn main() {}
