// code: F0116
//! No invocation at all may run.

#[faas::invoke(concurrency = 0)]
async fn sum() {}

fn main() {}
