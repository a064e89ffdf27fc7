//! A parameter that only timers have.

#[faas::queue("orders")]
async fn handle(_tick: faas::Tick) {}

fn main() {}
