// code: F0123
//! One method stands twice.

#[faas::http(GET | POST | GET, "/orders")]
async fn orders() {}

fn main() {}
