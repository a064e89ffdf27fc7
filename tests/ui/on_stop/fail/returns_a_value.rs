//! A hook that returns something nobody gets.

#[faas::on_stop]
fn flush() -> u64 {
    1
}

fn main() {}
