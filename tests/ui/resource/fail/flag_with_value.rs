// code: F0106
//! A flag that is given a value.

#[faas::resource(lazy = true)]
fn greeting() -> String {
    String::new()
}

fn main() {}
