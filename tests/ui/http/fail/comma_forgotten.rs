// code: F0108
//! Two arguments without a comma between them.

#[faas::http(GET "/orders")]
async fn orders() {}

fn main() {}
