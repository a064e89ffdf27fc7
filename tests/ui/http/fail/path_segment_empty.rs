// code: F0139
//! Two slashes in a row.

#[faas::http(GET, "/orders//items")]
async fn orders() {}

fn main() {}
