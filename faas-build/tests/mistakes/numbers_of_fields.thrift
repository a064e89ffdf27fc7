struct Item {
    1: i64 id,
    1: string name,
    string note,
    40000: bool large,
    5: i32 id,
}

service Shop {
    void put(1: Item item, 1: i32 count) throws (0: Gone gone),
}

exception Gone {}
