// code: F0111
//! A limit of a method without its unit.

use faas::rpc::thrift::{Exception, Undeclared};

#[path = "../items.rs"]
mod items;

struct Items;

#[faas::thrift]
impl items::ItemService for Items {
    #[faas(timeout = "2")]
    async fn get(&self, id: i64) -> Result<String, Exception<Undeclared>> {
        Ok(id.to_string())
    }
}

fn main() {}
