//! Both forms of a service, with every argument.

use faas::State;
use faas::rpc::thrift::{Exception, Undeclared};

#[path = "../items.rs"]
mod items;

use self::items::{ItemService, ItemServiceServer};

struct Items;

#[faas::resource]
fn items() -> Items {
    Items
}

#[faas::thrift(
    server = items::ItemServiceServer,
    name = "items-by-number",
    timeout = "10s",
    concurrency = 4,
    rate = "50/s",
    memory = "256MiB",
    crate = ::faas,
)]
impl ItemService for Items {
    #[faas(timeout = "2s")]
    async fn get(&self, id: i64) -> Result<String, Exception<Undeclared>> {
        Ok(id.to_string())
    }
}

struct Others(State<Items>);

// The full path of the trait, without its server in scope.
mod elsewhere {
    #[faas::thrift]
    impl super::items::ItemService for super::Others {
        async fn get(&self, id: i64) -> Result<String, super::Exception<super::Undeclared>> {
            super::ItemService::get(&*self.0, id).await
        }
    }
}

#[faas::thrift(name = "plain")]
fn plain(items: State<Items>) -> ItemServiceServer<Others> {
    ItemServiceServer::new(Others(items))
}

type Checked = Result<ItemServiceServer<Items>, faas::Error>;

#[faas::thrift(timeout = "2s")]
async fn fallible(items: State<Items>) -> Checked {
    Ok(ItemServiceServer::from_arc(items.0))
}

fn main() {}
