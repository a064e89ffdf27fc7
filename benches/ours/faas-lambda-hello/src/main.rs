//! `lambda-hello`, written with `faas` and built for Lambda alone.

use std::process::ExitCode;

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

#[faas::invoke]
async fn hello(faas::Json(input): faas::Json<In>) -> faas::Json<Out> {
    faas::Json(Out {
        greeting: format!("hello {}", input.name),
        n: input.n + 1,
    })
}

fn main() -> ExitCode {
    faas::run()
}
