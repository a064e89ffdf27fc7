// code: F0164
//! A fn that returns a future.

use std::future::Future;
use std::pin::Pin;

#[faas::invoke]
fn sum() -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async {})
}

fn main() {}
