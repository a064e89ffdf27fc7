// The catalogue of the shop, for clients of Thrift.

namespace rs stock

struct Item {
    1: required i64 id,
    2: required string name,
    // In cents.
    3: required i64 price,
}

exception NotFound {
    1: required i64 id,
}

service Stock {
    Item find(1: i64 id) throws (1: NotFound missing),
    // Every item whose name has the word.
    list<Item> search(1: string word),
}
