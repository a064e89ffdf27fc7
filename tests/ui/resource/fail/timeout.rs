// code: F0102
//! A resource has no time limit of its own.

#[faas::resource(timeout = "2s")]
async fn db() -> u64 {
    1
}

fn main() {}
