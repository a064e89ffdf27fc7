// code: F0156
//! A fn with an ABI of its own.

#[faas::on_stop]
extern "C" fn flush() {}

fn main() {}
