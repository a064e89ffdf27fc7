// code: F0160
//! A parameter whose type borrows.

use std::borrow::Cow;

#[faas::http(POST, "/orders")]
async fn create(_body: Cow<'_, str>) {}

fn main() {}
