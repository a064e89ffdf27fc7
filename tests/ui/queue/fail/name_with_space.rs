// code: F0186
//! A queue that no broker can have.

#[faas::queue("my orders")]
async fn handle() {}

fn main() {}
