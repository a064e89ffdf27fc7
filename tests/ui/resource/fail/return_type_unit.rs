// code: F0171
//! A resource that is `()`.

#[faas::resource]
async fn db() -> () {}

fn main() {}
