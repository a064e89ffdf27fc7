namespace rs shop

struct Item {
    1: i64 id,
}

enum Item {
    ONE,
    TWO,
    ONE,
}

const i32 LIMIT = 1
const i32 LIMIT = 2

service Shop {
    void put(1: Item item),
    void put(1: i64 id),
}
