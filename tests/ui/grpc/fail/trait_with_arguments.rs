// code: F0169
//! A trait that is not one of a service.

struct Doctor;

#[faas::grpc]
impl From<u8> for Doctor {
    fn from(_: u8) -> Self {
        Self
    }
}

fn main() {}
