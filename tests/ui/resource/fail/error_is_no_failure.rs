//! An error type that cannot become a failure.

struct Refused;

#[faas::resource]
fn counter() -> Result<u64, Refused> {
    Err(Refused)
}

fn main() {}
