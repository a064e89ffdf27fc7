//! The same handler with every adapter.

use std::process::ExitCode;

#[derive(serde::Serialize)]
struct Out {
    greeting: String,
}

#[faas::http(GET, "/hello/{name}")]
async fn hello(faas::Path(name): faas::Path<String>) -> faas::Json<Out> {
    faas::Json(Out {
        greeting: format!("hello {name}"),
    })
}

fn main() -> ExitCode {
    faas::run()
}
