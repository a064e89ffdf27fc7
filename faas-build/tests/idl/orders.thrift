// What the snapshot of the generated code is made of.
namespace rs shop.orders

include "stock.thrift"

typedef i64 OrderId

struct Order {
    1: required OrderId id,
    2: optional string note,
}

exception Unknown {
    1: required OrderId id,
}

exception Refused {
    1: required string why,
}

/**
 * Takes orders.
 */
service Orders extends stock.Stock {
    // Finds an order.
    Order get(1: OrderId id) throws (1: Unknown unknown),
    OrderId placeOrder(1: Order order, 2: optional i32 type, 3: bool self = true)
        throws (1: Refused refused, 2: Refused again, 3: stock.SoldOut none),
    oneway void touch(1: OrderId id),
    void new(),
}
