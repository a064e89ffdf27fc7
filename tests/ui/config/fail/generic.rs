// code: F0174
//! A generic struct.

#[faas::config("db")]
struct DbConfig<T> {
    url: T,
}

fn main() {}
