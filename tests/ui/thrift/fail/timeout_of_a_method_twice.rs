// code: F0103
//! Two limits of one method.

use faas::rpc::thrift::{Exception, Undeclared};

#[path = "../items.rs"]
mod items;

struct Items;

#[faas::thrift]
impl items::ItemService for Items {
    #[faas(timeout = "2s")]
    #[faas(timeout = "3s")]
    async fn get(&self, id: i64) -> Result<String, Exception<Undeclared>> {
        Ok(id.to_string())
    }
}

fn main() {}
