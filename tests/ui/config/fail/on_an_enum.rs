// code: F0173
//! An enum in place of a struct.

#[faas::config("db")]
enum DbConfig {
    Memory,
}

fn main() {}
