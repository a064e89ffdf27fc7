//! Resources that need each other.

use faas::State;

struct Users;
struct Orders;

// ANCHOR: code
#[faas::resource]
fn users(_: State<Orders>) -> Users {
    Users
}

#[faas::resource]
fn orders(_: State<Users>) -> Orders {
    Orders
}

#[faas::http(GET, "/orders")]
async fn list(_: State<Orders>) -> &'static str {
    "all orders"
}
// ANCHOR_END: code
