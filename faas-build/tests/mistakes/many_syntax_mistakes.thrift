namespace rs shop

strukt Item {
    1: i64 id,
}

struct Parts {
    1 i64 id,
    2: string,
    3: list<i32 numbers,
    4: optional string note = ,
    five: i32 five,
    6: string fine,
}

service Shop {
    Item get(1: i64 id) throw (1: Gone gone)
    void put(1: Item item,
    i32 count(), i32 total()
}

const i32 LIMIT 100
