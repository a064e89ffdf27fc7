// code: F0114
//! A rate that does not say per what.

#[faas::invoke(rate = "50")]
async fn sum() {}

fn main() {}
