//! volo-thrift with one method, served as its documentation shows it.

use std::env;
use std::error::Error;
use std::net::SocketAddr;

use volo_thrift::ServerError;

use self::idl::hello::{Greeter, GreeterServer, Greeting, Person};

include!(concat!(env!("OUT_DIR"), "/idl.rs"));

struct MyGreeter;

impl Greeter for MyGreeter {
    async fn say_hello(&self, person: Person) -> Result<Greeting, ServerError> {
        Ok(Greeting {
            greeting: format!("hello {}", person.name).into(),
            n: person.n + 1,
        })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address: SocketAddr = env::var("FAAS__THRIFT__LISTEN")?.parse()?;
    let address = volo::net::Address::from(address);
    GreeterServer::new(MyGreeter)
        .run(address)
        .await
        .map_err(|error| error.to_string().into())
}
