//! lambda_runtime as its documentation shows it: typed JSON in and out, one thread.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[derive(serde::Deserialize)]
struct In {
    name: String,
    n: i64,
}

#[derive(serde::Serialize)]
struct Out {
    greeting: String,
    n: i64,
}

async fn hello(event: LambdaEvent<In>) -> Result<Out, Error> {
    Ok(Out {
        greeting: format!("hello {}", event.payload.name),
        n: event.payload.n + 1,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
