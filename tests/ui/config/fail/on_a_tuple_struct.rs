// code: F0173
//! A struct whose fields have no names.

#[faas::config("db")]
struct DbConfig(String);

fn main() {}
