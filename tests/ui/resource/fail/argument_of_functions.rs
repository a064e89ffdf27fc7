// code: F0102
//! An argument that belongs to functions.

#[faas::resource(concurrency = 4)]
async fn db() -> u64 {
    1
}

fn main() {}
