//! A return type that is no HTTP response.

struct Order;

#[faas::http(GET, "/order")]
async fn order() -> Order {
    Order
}

fn main() {}
