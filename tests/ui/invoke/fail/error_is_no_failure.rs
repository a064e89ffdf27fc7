//! An error type that cannot become a failure.

struct Refused;

#[faas::invoke]
async fn sum() -> Result<(), Refused> {
    Err(Refused)
}

fn main() {}
