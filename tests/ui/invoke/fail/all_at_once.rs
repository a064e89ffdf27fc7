//! Every mistake is told in one build.

#[faas::invoke(timeout = "2", rate = 50, "/sum", colour = "red")]
unsafe fn sum<T>(_first: &str, _second: impl Send) {}

fn main() {}
