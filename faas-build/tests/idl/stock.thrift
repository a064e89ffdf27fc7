namespace rs shop.stock

exception SoldOut {}

service Stock {
    i32 count(1: string what) throws (1: SoldOut gone),
}
