// code: F0163
//! Two attributes on one fn.

#[faas::http(POST, "/sum")]
#[faas::invoke]
async fn sum() {}

fn main() {}
