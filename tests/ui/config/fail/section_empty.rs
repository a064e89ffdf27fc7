// code: F0176
//! A section without a name.

#[faas::config("")]
struct DbConfig {
    url: String,
}

fn main() {}
