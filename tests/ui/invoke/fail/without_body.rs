// code: F0153
//! A fn of a trait, without a body.

trait Sum {
    #[faas::invoke]
    fn sum();
}

fn main() {}
