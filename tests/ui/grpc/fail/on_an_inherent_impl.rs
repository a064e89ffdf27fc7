// code: F0167
//! On an implementation of no trait.

struct Doctor;

#[faas::grpc]
impl Doctor {
    pub async fn check(&self) {}
}

fn main() {}
