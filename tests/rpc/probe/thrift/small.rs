//! A second service on the same port, built by a function. One of its methods has a name of the first one's.

use faas::rpc::thrift::{Exception, Undeclared};

use super::wire::faas_test::everything::{Small, SmallServer};

struct Opposite;

// ANCHOR: server
#[faas::thrift]
fn small() -> SmallServer<Opposite> {
    SmallServer::new(Opposite)
}
// ANCHOR_END: server

impl Small for Opposite {
    async fn r#match(&self, value: i32) -> Result<i32, Exception<Undeclared>> {
        Ok(!value)
    }

    async fn new(&self, value: i32) -> Result<i32, Exception<Undeclared>> {
        Ok(!value)
    }

    async fn clone(&self, value: i32) -> Result<i32, Exception<Undeclared>> {
        Ok(!value)
    }
}
