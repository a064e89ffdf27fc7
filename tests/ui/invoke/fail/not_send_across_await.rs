//! A value that must stay on its thread is held across an await.

use std::rc::Rc;

#[faas::invoke]
async fn hold() {
    let held = Rc::new(1);
    std::future::ready(()).await;
    drop(held);
}

fn main() {}
