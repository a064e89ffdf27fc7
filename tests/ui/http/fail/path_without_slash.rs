// code: F0131
//! A path that does not begin with a slash.

#[faas::http(GET, "orders")]
async fn orders() {}

fn main() {}
