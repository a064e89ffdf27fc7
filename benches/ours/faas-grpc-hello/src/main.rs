//! `tonic-hello`, written with `faas` and built as a service alone.

use std::process::ExitCode;

use tonic::{Request, Response, Status};

use self::hello::greeter_server::{Greeter, GreeterServer};
use self::hello::{Greeting, Person};

mod hello {
    faas::include_proto!("hello");
}

struct MyGreeter;

#[faas::resource]
fn greeter() -> MyGreeter {
    MyGreeter
}

#[faas::grpc]
impl Greeter for MyGreeter {
    async fn say_hello(&self, request: Request<Person>) -> Result<Response<Greeting>, Status> {
        let person = request.into_inner();
        Ok(Response::new(Greeting {
            greeting: format!("hello {}", person.name),
            n: person.n + 1,
        }))
    }
}

fn main() -> ExitCode {
    faas::run()
}
