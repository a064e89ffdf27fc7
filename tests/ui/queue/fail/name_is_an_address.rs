// code: F0186
//! An address instead of a name.

#[faas::queue("kafka://127.0.0.1:9092/orders")]
async fn handle() {}

fn main() {}
