// code: F0155
//! A generic fn.

#[faas::invoke]
async fn sum<T: Send + 'static>() {}

fn main() {}
