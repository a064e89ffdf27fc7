struct ShopServer {}

exception ShopGetException {}

struct Send {}

service Shop {
    i32 get() throws (1: ShopGetException gone),
}
