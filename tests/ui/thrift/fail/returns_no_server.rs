//! The value without the server around it.

struct Items;

#[faas::thrift]
fn items() -> Result<Items, faas::Error> {
    Ok(Items)
}

fn main() {}
