// code: F0177
//! A section that the host reads.

#[faas::config("queues")]
struct QueueConfig {
    url: String,
}

fn main() {}
