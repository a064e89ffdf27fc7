//! A mounted value that is neither a Router nor a service.

#[faas::http(mount = "/")]
fn legacy() -> String {
    String::new()
}

fn main() {}
