//! A resource that threads cannot share.

use std::cell::Cell;

#[faas::resource]
fn counter() -> Cell<u64> {
    Cell::new(0)
}

fn main() {}
