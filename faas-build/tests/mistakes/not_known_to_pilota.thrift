struct Item {
    1: i64 /* of the shop */ id,
    2: string name,
}

service Shop {
    Item get(1: i64 id) throws (),
}
