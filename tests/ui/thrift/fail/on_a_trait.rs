// code: F0166
//! On the service in place of what implements it.

#[faas::thrift]
trait Items {}

fn main() {}
