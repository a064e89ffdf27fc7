// code: F0102
//! An address in the code.

use faas::rpc::thrift::{Exception, Undeclared};

#[path = "../items.rs"]
mod items;

struct Items;

#[faas::thrift(listen = "127.0.0.1:9090")]
impl items::ItemService for Items {
    async fn get(&self, id: i64) -> Result<String, Exception<Undeclared>> {
        Ok(id.to_string())
    }
}

fn main() {}
