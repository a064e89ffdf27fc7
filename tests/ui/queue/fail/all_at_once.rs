//! Every mistake is told, each once.

#[faas::queue(
    "my orders",
    batch = 0,
    retry(dealy = "1s", cap = "5"),
    dead_letter = "",
    timeout = 2
)]
async fn handle() {}

fn main() {}
