// code: F0159
//! A parameter that is a reference.

#[faas::http(POST, "/orders")]
async fn create(_body: &String) {}

fn main() {}
