// code: F0161
//! A parameter that is there sometimes.

#[faas::resource]
fn greeting(#[cfg(unix)] _number: faas::State<u8>) -> String {
    String::new()
}

fn main() {}
