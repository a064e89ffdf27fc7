// code: F0172
//! A resource that nobody can ask for.

#[faas::resource]
fn greeting() -> impl Into<String> {
    "hello"
}

fn main() {}
