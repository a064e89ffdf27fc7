//! tonic with one unary method, served as its documentation shows it.

use std::env;
use std::error::Error;

use tonic::transport::Server;
use tonic::{Request, Response, Status};

use self::hello::greeter_server::{Greeter, GreeterServer};
use self::hello::{Greeting, Person};

mod hello {
    tonic::include_proto!("hello");
}

struct MyGreeter;

#[tonic::async_trait]
impl Greeter for MyGreeter {
    async fn say_hello(&self, request: Request<Person>) -> Result<Response<Greeting>, Status> {
        let person = request.into_inner();
        Ok(Response::new(Greeting {
            greeting: format!("hello {}", person.name),
            n: person.n + 1,
        }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("PORT")?;
    let address = format!("127.0.0.1:{port}").parse()?;
    let greeter = GreeterServer::new(MyGreeter);
    Server::builder()
        .add_service(greeter)
        .serve(address)
        .await?;
    Ok(())
}
