// code: F0111
//! A time limit with a fraction.

#[faas::on_start(timeout = "1.5s")]
async fn warm_up() {}

fn main() {}
