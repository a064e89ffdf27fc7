//! A value that must stay on its thread is held across an await.

use std::rc::Rc;

#[faas::http(GET, "/hold")]
async fn hold() -> &'static str {
    let held = Rc::new(1);
    std::future::ready(()).await;
    drop(held);
    "held"
}

fn main() {}
