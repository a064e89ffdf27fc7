// code: F0175
//! No section.

#[faas::config]
struct DbConfig {
    url: String,
}

fn main() {}
