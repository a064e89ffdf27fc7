// code: F0197
//! One firing reaches into the next.

#[faas::timer(every = "5m", jitter = "5m")]
async fn handle() {}

fn main() {}
