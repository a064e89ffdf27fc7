//! Every argument, alone and together; everything that a task function takes and answers with.

use faas::{Context, Json};

#[faas::task(
    retry(max = 3, delay = "5s", factor = 3, cap = "1h"),
    priority = -10,
    keep = "30d",
    name = "encode-film",
    timeout = "10m",
    concurrency = 2,
    rate = "50/s",
    memory = "256MiB",
    crate = ::faas,
)]
async fn encode(Json(film): Json<u64>, _cx: Context) -> Result<Json<u64>, faas::Error> {
    Ok(Json(film))
}

#[faas::task]
fn sweep() {}

#[faas::task(priority = 32767)]
async fn text(text: String) -> String {
    text
}

#[faas::task(retry(max = 1))]
async fn bytes(bytes: bytes::Bytes) -> Result<bytes::Bytes, std::io::Error> {
    Ok(bytes)
}

fn main() {}
