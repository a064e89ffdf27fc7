struct Item {
    1: i64 id, /* and so on
}
