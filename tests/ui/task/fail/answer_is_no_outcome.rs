//! An answer that nobody could read.

#[faas::task]
async fn handle() -> std::time::Instant {
    std::time::Instant::now()
}

fn main() {}
