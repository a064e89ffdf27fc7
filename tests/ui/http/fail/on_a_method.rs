// code: F0152
//! A method with `self`.

struct Orders;

impl Orders {
    #[faas::http(GET, "/orders")]
    async fn list(&self) -> String {
        String::new()
    }
}

fn main() {}
