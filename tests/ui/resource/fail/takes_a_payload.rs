//! A parameter that only an invocation can fill.

#[faas::resource]
fn counter(_start: faas::Json<u64>) -> u64 {
    0
}

fn main() {}
