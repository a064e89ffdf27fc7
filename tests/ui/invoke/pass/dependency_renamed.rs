//! The SDK under another name.

use faas as other;

mod reexport {
    pub use faas as inner;
}

#[faas::invoke(crate = other)]
async fn sum(_number: faas::Json<u64>) {}

#[faas::http(GET, "/sum", crate = crate::reexport::inner)]
async fn sum_http(_number: faas::State<u64>) {}

#[faas::config("sum", crate = ::faas)]
struct SumConfig {
    #[allow(dead_code)]
    limit: u64,
}

fn main() {}
