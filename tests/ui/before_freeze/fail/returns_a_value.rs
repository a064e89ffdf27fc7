//! A hook has nobody to give a value to.

#[faas::before_freeze]
async fn close() -> u64 {
    1
}

fn main() {}
