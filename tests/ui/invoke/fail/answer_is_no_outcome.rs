//! A return type that is no answer.

struct Sum(u64);

#[faas::invoke]
async fn sum() -> Sum {
    Sum(1)
}

fn main() {}
