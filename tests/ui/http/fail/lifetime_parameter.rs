// code: F0155
//! A fn with a lifetime parameter.

#[faas::http(GET, "/orders")]
async fn orders<'a>() -> &'a str {
    ""
}

fn main() {}
