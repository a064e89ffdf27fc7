// code: F0179
//! A timer without a schedule.

#[faas::timer(timezone = "UTC")]
async fn handle() {}

fn main() {}
