//! `volo-hello`, written with `faas` and built as a service alone.

use std::process::ExitCode;

use faas::rpc::thrift::{Exception, Undeclared};

use self::hello::{Greeter, GreeterServer, Greeting, Person};

faas::include_thrift!("hello");

struct MyGreeter;

#[faas::resource]
fn greeter() -> MyGreeter {
    MyGreeter
}

#[faas::thrift]
impl Greeter for MyGreeter {
    async fn say_hello(&self, person: Person) -> Result<Greeting, Exception<Undeclared>> {
        Ok(Greeting {
            greeting: format!("hello {}", person.name).into(),
            n: person.n + 1,
        })
    }
}

fn main() -> ExitCode {
    faas::run()
}
