//! A parameter that only queue functions have.

use faas::Message;

#[faas::task]
async fn handle(_film: Message<u64>) {}

fn main() {}
