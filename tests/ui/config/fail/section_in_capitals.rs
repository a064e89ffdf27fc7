// code: F0176
//! A section whose case an environment variable cannot carry.

#[faas::config("Db")]
struct DbConfig {
    url: String,
}

fn main() {}
