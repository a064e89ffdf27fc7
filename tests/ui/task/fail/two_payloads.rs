// code: F0165
//! Two parameters that take the payload.

use faas::Json;

#[faas::task]
async fn handle(_film: Json<u64>, _text: String) {}

fn main() {}
