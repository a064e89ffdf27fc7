struct Item {
    1: i64 id,
}

exception Gone {}

service Base {
    void ping(),
    i32 count(),
}

service Shop extends Base {
    i64 ping(),
    oneway i32 touch() throws (1: Gone gone),
    Item get() throws (1: Item other),
    void put(1: Base base, 2: void nothing),
}

service Other extends Bse {}

service Another extends Item {}

service Round extends Trip {}

service Trip extends Round {}
